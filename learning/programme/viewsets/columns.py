"""Columns of the programme's lists: days and moments in figures, never "three months ago"."""

from django.utils.timezone import localtime
from wagtail.admin.ui.tables import Column


def day_column(name: str, label: str) -> Column:
    def text(record):
        day = getattr(record, name)
        return f"{day:%Y-%m-%d}" if day else "—"

    return Column(name, label=label, accessor=text, sort_key=name, classname="w-whitespace-nowrap")


def moment_column(name: str, label: str) -> Column:
    def text(record):
        moment = getattr(record, name)
        return f"{localtime(moment):%Y-%m-%d %H:%M}" if moment else "—"

    return Column(name, label=label, accessor=text, sort_key=name, classname="w-whitespace-nowrap")
