"""Forms of an exhibition and of its judging."""

import datetime

from django import forms
from django.core.exceptions import ValidationError

from ..periods import Period, PeriodKind, period_of
from ..programme.forms import DayField, ServiceErrors
from ..programme.people import People, UnknownNameError
from .models import Ballot, ExhibitionPage, Judging, RubricLine
from .services.judging import MAX_LINES, Line, field_name

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


class RubricLineForm(forms.Form):
    """A line of the rubric; one that is left empty is none."""

    line: Line | None = None

    name = forms.CharField(label="评分项", max_length=RubricLine._meta.get_field("name").max_length, required=False)
    max_points = forms.IntegerField(
        label="满分",
        min_value=1,
        max_value=100,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"min_value": "满分须在 1 到 100 之间。", "max_value": "满分须在 1 到 100 之间。", "invalid": "满分请填整数。"},
    )
    guidance = forms.CharField(label="说明", max_length=RubricLine._meta.get_field("guidance").max_length, required=False)

    def clean(self):
        cleaned = super().clean()
        name, points = cleaned.get("name", ""), cleaned.get("max_points")
        if not name and (points is not None or cleaned.get("guidance")):
            self.add_error("name", "请写评分项的名称；不要这一项的，三格都清空。")
        elif name and points is None and "max_points" not in self.errors:
            self.add_error("max_points", "请填这一项的满分。")
        elif name and points is not None:
            self.line = Line(name=name, guidance=cleaned.get("guidance", ""), max_points=points)
        return cleaned


Rubric = forms.formset_factory(RubricLineForm, extra=MAX_LINES, max_num=MAX_LINES)


class JudgingForm(ServiceErrors, forms.Form):
    judges = forms.CharField(
        label="评委",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写姓名，用顿号或换行隔开。须有账号。满 5 人时，每篇去掉一个最高分和一个最低分。",
        error_messages={"required": "请至少写一位评委。"},
    )
    due_on = DayField(label="评分截止", help_text="只作提醒；什么时候结束评分由您决定。")
    note = forms.CharField(
        label="评分说明",
        max_length=Judging._meta.get_field("note").max_length,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="评委打分时看到。",
    )

    def __init__(self, *args, people: People, rubric, **kwargs):
        """`rubric` are the lines that stand in it so far."""
        super().__init__(*args, **kwargs)
        self.people = people
        initial = [{"name": line.name, "max_points": line.max_points, "guidance": line.guidance} for line in rubric]
        self.rubric = Rubric(self.data if self.is_bound else None, prefix="rubric", initial=initial)

    def is_valid(self):
        """Both, so that every mistake is shown at once."""
        own, lines = super().is_valid(), self.rubric.is_valid()
        return own and lines

    def clean_judges(self):
        try:
            return self.people.all_named(self.cleaned_data["judges"])
        except UnknownNameError as error:
            raise ValidationError(str(error)) from error

    @property
    def facts(self) -> dict:
        return self.cleaned_data | {"rubric": [form.line for form in self.rubric if form.line]}


class BallotForm(ServiceErrors, forms.Form):
    """A number for each line of the rubric."""

    remark = forms.CharField(
        label="评语",
        max_length=Ballot._meta.get_field("remark").max_length,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="评分结束后作者看得到，不显示评委姓名。",
    )

    def __init__(self, *args, lines, **kwargs):
        super().__init__(*args, **kwargs)
        fields = {}
        for line in lines:
            fields[field_name(line)] = forms.DecimalField(
                label=f"{line.name}（满分 {line.max_points}）",
                help_text=line.guidance,
                min_value=0,
                max_value=line.max_points,
                max_digits=5,
                decimal_places=1,
                widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.5", "autocomplete": "off"}),
                error_messages={
                    "required": f"请打“{line.name}”的分。",
                    "invalid": "请填数字。",
                    "min_value": "得分不能为负。",
                    "max_value": f"这一项满分 {line.max_points}，请改正。",
                    "max_decimal_places": "得分最多一位小数。",
                    "max_digits": f"这一项满分 {line.max_points}，请改正。",
                    "max_whole_digits": f"这一项满分 {line.max_points}，请改正。",
                },
            )
        self.fields = {**fields, **self.fields}
        self.point_names = {name: line.pk for name, line in zip(fields, lines, strict=True)}

    @property
    def points(self) -> dict[int, object]:
        """By the lines' keys."""
        return {pk: self.cleaned_data[name] for name, pk in self.point_names.items()}


class ConflictForm(ServiceErrors, forms.Form):
    reason = forms.CharField(
        label="回避原因",
        max_length=Ballot._meta.get_field("conflict_reason").max_length,
        help_text="例如“与作者同科室”“看得出是亲属所写”。",
        error_messages={"required": "请写明回避的原因。"},
    )
