import datetime

from django import forms

from ..periods import Period, PeriodKind, period_of, periods_of_year
from ..programme.forms import ServiceErrors
from .choices import BulletinKind

A_MONTH = datetime.timedelta(days=31)


class BulletinForm(ServiceErrors, forms.Form):
    """Which bulletin: a half-year or a year, of this year and the last."""

    what = forms.ChoiceField(
        label="通报",
        widget=forms.RadioSelect,
        error_messages={"required": "请选一个通报。", "invalid_choice": "没有这个通报，请从列出的里面选。"},
    )

    def __init__(self, *args, today: datetime.date, **kwargs):
        super().__init__(*args, **kwargs)
        self.offers = offers(today)
        self.initial.setdefault("what", due(today))
        self.fields["what"].choices = [(key, f"{period.label}：{kind.label}") for key, (kind, period) in self.offers.items()]

    @property
    def chosen(self) -> tuple[BulletinKind, Period]:
        """Once it is valid."""
        return self.offers[self.cleaned_data["what"]]


def due(today: datetime.date) -> str:
    """The half-year that ends within a month or was the last to end."""
    half = period_of(today + A_MONTH, PeriodKind.HALF).previous
    return f"{BulletinKind.HALF_YEAR}:{half.first}"


def offers(today: datetime.date) -> dict[str, tuple[BulletinKind, Period]]:
    """The latest first; what has not begun is not offered."""
    halves = [half for year in (today.year - 1, today.year) for half in periods_of_year(year, PeriodKind.HALF) if half.first <= today]
    years = [period_of(datetime.date(year, 1, 1), PeriodKind.YEAR) for year in (today.year - 1, today.year)]
    pairs = [(BulletinKind.HALF_YEAR, half) for half in reversed(halves)] + [(BulletinKind.RANKING, year) for year in reversed(years)]
    return {f"{kind}:{period.first}": (kind, period) for kind, period in pairs}
