"""Forms of an exhibition and of its judging."""

import datetime

from django import forms

from ..judging import forms as judging_forms
from ..judging.forms import PreparationForm
from ..periods import Period, PeriodKind, period_of
from ..programme.forms import DayField, ServiceErrors
from .models import ExhibitionPage

QUARTERS_BACK = 4


def quarters_around(today: datetime.date, *, taken) -> list[tuple[str, str]]:
    """Choices: the present quarter first, then the next, then those before; without `taken` (first days of quarters)."""
    quarter = period_of(today, PeriodKind.QUARTER)
    found, earlier = [quarter, quarter.next], quarter
    for _ in range(QUARTERS_BACK):
        earlier = earlier.previous
        found.append(earlier)
    taken = set(taken)
    return [(one.first.isoformat(), one.label) for one in found if one.first not in taken]


class QuarterField(forms.TypedChoiceField):
    """A quarter, out of those that are offered."""

    def __init__(self, **kwargs):
        messages = {"required": "请选季度。", "invalid_choice": "这一季度不在可选范围内，或已经建立。请重新选择。"}
        super().__init__(label="季度", coerce=self.to_quarter, error_messages=messages, **kwargs)

    @staticmethod
    def to_quarter(value: str) -> Period:
        return period_of(datetime.date.fromisoformat(value), PeriodKind.QUARTER)


class ExhibitionForm(ServiceErrors, forms.Form):
    quarter = QuarterField(help_text="展出首次提交在这一季度、通过评阅、作者同意展示的心得。")
    intro = forms.CharField(
        label="前言",
        max_length=ExhibitionPage._meta.get_field("intro").max_length,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="读者在展评页最上面看到。",
    )
    shown_from = DayField(label="展出自", required=False, help_text="不填则立即展出。要评委不看作者打分的，填评分截止以后的日期。")
    shown_until = DayField(label="展出至（含）", required=False, help_text="不填则一直展出。结束后本单位人员登录仍可查阅。")

    def __init__(self, *args, quarters=None, **kwargs):
        """`quarters` are the choices of a new exhibition; one that is there keeps its own."""
        super().__init__(*args, **kwargs)
        if quarters is None:
            del self.fields["quarter"]
        else:
            self.fields["quarter"].choices = quarters


class JudgingForm(ServiceErrors, PreparationForm):
    due_on = DayField(label="评分截止", help_text="只作提醒；什么时候结束评分由您决定。")

    field_order = ("judges", "due_on", "note")


class BallotForm(ServiceErrors, judging_forms.BallotForm):
    pass


class ConflictForm(ServiceErrors, judging_forms.ConflictForm):
    pass
