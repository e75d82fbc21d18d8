"""Forms of a judging: what its room shows of a refusal, and the day field it dates by, the room's own forms add."""

from django import forms
from django.core.exceptions import ValidationError

from .ballots import field_name
from .models import AbstractBallot, AbstractJudging, AbstractRubricLine
from .preparing import MAX_LINES, Line


def _longest(model, name: str) -> int:
    return model._meta.get_field(name).max_length


class RubricLineForm(forms.Form):
    """A line of the rubric; one that is left empty is none."""

    line: Line | None = None

    name = forms.CharField(label="评分项", max_length=_longest(AbstractRubricLine, "name"), required=False)
    max_points = forms.IntegerField(
        label="满分",
        min_value=1,
        max_value=100,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"min_value": "满分须在 1 到 100 之间。", "max_value": "满分须在 1 到 100 之间。", "invalid": "满分请填整数。"},
    )
    guidance = forms.CharField(label="说明", max_length=_longest(AbstractRubricLine, "guidance"), required=False)

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


class PreparationForm(forms.Form):
    """Judges and rubric. `people` finds somebody by a name, and raises a ValueError that says in Chinese what to write instead."""

    judges = forms.CharField(
        label="评委",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写姓名，用顿号或换行隔开。须有账号。满 5 人时，每篇去掉一个最高分和一个最低分。",
        error_messages={"required": "请至少写一位评委。"},
    )
    note = forms.CharField(
        label="评分说明",
        max_length=_longest(AbstractJudging, "note"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="评委打分时看到。",
    )

    def __init__(self, *args, people, rubric, **kwargs):
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
        except ValueError as error:
            raise ValidationError(str(error)) from error

    @property
    def facts(self) -> dict:
        return self.cleaned_data | {"rubric": [form.line for form in self.rubric if form.line]}


class BallotForm(forms.Form):
    """A number for each line of the rubric."""

    remark = forms.CharField(
        label="评语",
        max_length=_longest(AbstractBallot, "remark"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="评分结束后作者看得到，不显示评委姓名。",
    )

    def __init__(self, *args, lines, **kwargs):
        super().__init__(*args, **kwargs)
        fields = {field_name(line): _points_field(line) for line in lines}
        self.fields = {**fields, **self.fields}
        self.point_names = {name: line.pk for name, line in zip(fields, lines, strict=True)}

    @property
    def points(self) -> dict[int, object]:
        """By the lines' keys."""
        return {pk: self.cleaned_data[name] for name, pk in self.point_names.items()}


def _points_field(line) -> forms.DecimalField:
    too_many = f"这一项满分 {line.max_points}，请改正。"
    return forms.DecimalField(
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
            "max_value": too_many,
            "max_decimal_places": "得分最多一位小数。",
            "max_digits": too_many,
            "max_whole_digits": too_many,
        },
    )


def given_by(ballot, lines) -> dict:
    """What a BallotForm is filled with: what the judge has given so far."""
    if ballot is None or ballot.is_conflict:
        return {}
    points = {line.line_id: line.points for line in ballot.lines.all()}
    return {"remark": ballot.remark, **{field_name(line): points.get(line.pk) for line in lines}}


class ConflictForm(forms.Form):
    reason = forms.CharField(
        label="回避原因",
        max_length=_longest(AbstractBallot, "conflict_reason"),
        help_text="例如“与作者同科室”“看得出是亲属所写”。",
        error_messages={"required": "请写明回避的原因。"},
    )
