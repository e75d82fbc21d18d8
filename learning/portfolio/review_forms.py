"""Forms of the 评学: the round as the clerk prepares it, one form as it is filled in."""

import datetime

from django import forms

from ..judging.forms import BallotForm, Rubric
from ..programme.forms import DayField, ServiceErrors
from .services.reviews import LONGEST_NOTE, LONGEST_REMARK, MOST_PEERS

TOO_LONG = "最多 %(limit_value)s 个字，现在有 %(show_value)s 个。"
LAST_MONTH_FOR_LAST_YEAR = 3  # until when a year that is over can still be reviewed


class ReviewYearForm(ServiceErrors, forms.Form):
    due_on = DayField(label="截止日期", help_text="只作提醒；什么时候结束由您决定。")
    peers = forms.IntegerField(
        label="每人由几位同事评",
        min_value=0,
        max_value=MOST_PEERS,
        initial=5,
        help_text="从同科室随机抽，每人评的和被评的差不多一样多；人少的科室，有几位就几位。",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": "请填几位。",
            "invalid": "请填整数。",
            "min_value": "不能为负。",
            "max_value": f"最多 {MOST_PEERS} 位。",
        },
    )
    note = forms.CharField(
        label="说明",
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="填表的人看到。",
        error_messages={"max_length": TOO_LONG},
    )

    def __init__(self, *args, rubric, **kwargs):
        """`rubric` are the lines that stand in it so far."""
        super().__init__(*args, **kwargs)
        initial = [{"name": line.name, "max_points": line.max_points, "guidance": line.guidance} for line in rubric]
        self.rubric = Rubric(self.data if self.is_bound else None, prefix="rubric", initial=initial)

    def is_valid(self):
        """Both, so that every mistake is shown at once."""
        own, lines = super().is_valid(), self.rubric.is_valid()
        return own and lines

    @property
    def facts(self) -> dict:
        return self.cleaned_data | {"rubric": [form.line for form in self.rubric if form.line]}


class ReviewForm(ServiceErrors, BallotForm):
    """Points line by line."""

    remark = forms.CharField(
        label="评语",
        max_length=LONGEST_REMARK,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="结束以后，满 3 人评的，本人看得到评语，不显示是谁写的。",
        error_messages={"max_length": TOO_LONG},
    )


def years_to_prepare(today: datetime.date) -> list[int]:
    return [today.year, *([today.year - 1] if today.month <= LAST_MONTH_FOR_LAST_YEAR else [])]
