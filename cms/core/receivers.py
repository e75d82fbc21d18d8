"""Wagtail's own events that concern the frame around every page. Connected in apps.py."""

from .chrome import forget_chrome


def on_tree_changed(sender, **_kwargs):
    forget_chrome()
