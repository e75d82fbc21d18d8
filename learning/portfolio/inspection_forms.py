"""Forms of an inspection: opened, a file looked through line by line, what is found put right and checked again."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError

from ..organisation.models import Department
from ..programme.forms import DayField, ServiceErrors
from ..programme.people import People, UnknownNameError
from .choices import Sampling, Severity
from .inspecting import SAMPLE_LINES
from .inspection_desk import field_of
from .models import Finding, InspectionLine
from .services.inspections import (
    LONGEST_CHECK_NOTE,
    LONGEST_NOTE,
    LONGEST_RECTIFICATION,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_LINES,
    Fault,
)

TOO_LONG = "最多 %(limit_value)s 个字，现在有 %(show_value)s 个。"
DAYS_TO_RECTIFY = 14  # offered; the notice says none
IN_ORDER, FAULTY = "pass", "fault"


def years_to_inspect(today: datetime.date) -> list[int]:
    return [today.year, today.year - 1]


class InspectionForm(ServiceErrors, forms.Form):
    title = forms.CharField(
        label="名称",
        max_length=LONGEST_TITLE,
        help_text="例如“四季度学习检查”。",
        error_messages={"required": "请写检查的名称。", "max_length": TOO_LONG},
    )
    year = forms.TypedChoiceField(
        label="检查哪一年的档案", coerce=int, error_messages={"required": "请选年度。", "invalid_choice": "请从列出的年度里选。"}
    )
    held_on = DayField(label="检查日期", help_text="这一天在岗的人里抽；长期不在岗的不抽。")
    department = forms.TypedChoiceField(
        label="范围",
        required=False,
        coerce=int,
        empty_value=None,
        help_text="选一个科室（单位），连同它的下属。",
        error_messages={"invalid_choice": "这个科室已经撤销或不存在，请重新选。"},
    )
    sampling = forms.ChoiceField(
        label="抽取方式",
        choices=Sampling.choices,
        initial=Sampling.RANDOM,
        widget=forms.RadioSelect,
        error_messages={"required": "请选抽取方式。", "invalid_choice": "请选抽取方式。"},
    )
    percent = forms.IntegerField(
        label="抽取比例（%）",
        min_value=1,
        max_value=100,
        required=False,
        initial=10,
        help_text="随机抽取时用；至少抽 1 人。种子会记下来，名单可以重抽核对。",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "invalid": "请填整数。",
            "min_value": "抽取比例须在 1 到 100 之间。",
            "max_value": "抽取比例须在 1 到 100 之间。",
        },
    )
    people = forms.CharField(
        label="指定的人",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="指定人员时用；写姓名，用顿号或换行隔开。",
        error_messages={"max_length": TOO_LONG},
    )
    lines = forms.CharField(
        label="检查项",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 7}),
        initial="\n".join(SAMPLE_LINES),
        help_text=f"一行一项，最多 {MOST_LINES} 项。列出的只是示例，请按这次检查的要求改。只查档案里看得到的，不看笔记内容。",
        error_messages={"required": "请至少写一个检查项，一行一项。", "max_length": TOO_LONG},
    )

    def __init__(self, *args, people: People, today: datetime.date, **kwargs):
        super().__init__(*args, **kwargs)
        self.everybody = people
        self._departments = {one.pk: one for one in Department.objects.open_on(today)}
        self.fields["department"].choices = [("", "全局"), *((pk, one.name) for pk, one in self._departments.items())]
        self.fields["year"].choices = [(year, f"{year}年") for year in years_to_inspect(today)]
        self.fields["held_on"].initial = today

    def clean_people(self):
        if self.cleaned_data.get("sampling") != Sampling.CHOSEN:
            return []
        try:
            return self.everybody.all_named(self.cleaned_data["people"])
        except UnknownNameError as error:
            raise ValidationError(str(error)) from error

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("sampling") == Sampling.RANDOM and cleaned.get("percent") is None and "percent" not in self.errors:
            self.add_error("percent", "请填抽取比例。")
        return cleaned

    @property
    def facts(self) -> dict:
        chosen = {
            "department": self._departments.get(self.cleaned_data["department"]),
            "percent": self.cleaned_data["percent"] or 100,
            "lines": self.cleaned_data["lines"].splitlines(),
        }
        return self.cleaned_data | chosen


@dataclass(frozen=True, slots=True)
class LineFields:
    """A line of the checklist with its boxes."""

    line: InspectionLine
    result: forms.BoundField
    fault: list[forms.BoundField]


class CheckForm(ServiceErrors, forms.Form):
    note = forms.CharField(
        label="检查情况",
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="本人和科室负责人看得到。不写笔记内容。",
        error_messages={"max_length": TOO_LONG},
    )

    def __init__(
        self,
        *args,
        lines: Sequence[InspectionLine],
        known: Mapping[int, Finding],
        is_checked: bool,
        today: datetime.date,
        **kwargs,
    ):
        """`lines` to be answered; `known`: what was found so far, by the lines' keys; `is_checked`: what was not found was in order."""
        super().__init__(*args, **kwargs)
        self.lines = lines
        fields = {}
        for line in lines:
            finding = known.get(line.pk)
            fields |= _fields_of(line, finding, FAULTY if finding else IN_ORDER if is_checked else None, today)
        self.fields = {**fields, **self.fields}

    @property
    def groups(self) -> list[LineFields]:
        return [
            LineFields(line, self[field_of("result", line)], [self[field_of(what, line)] for what in ("text", "severity", "due_on")])
            for line in self.lines
        ]

    def clean(self):
        cleaned = super().clean()
        for line in self.lines:
            if cleaned.get(field_of("result", line)) == FAULTY:
                for what, said in (("text", "请写明是什么问题。"), ("due_on", "请选整改期限。")):
                    name = field_of(what, line)
                    if not cleaned.get(name) and name not in self.errors:
                        self.add_error(name, said)
        return cleaned

    @property
    def faults(self) -> dict[int, Fault | None]:
        return {line.pk: self._fault(line) for line in self.lines}

    def _fault(self, line: InspectionLine) -> Fault | None:
        if self.cleaned_data[field_of("result", line)] != FAULTY:
            return None
        text, severity, due_on = (self.cleaned_data[field_of(what, line)] for what in ("text", "severity", "due_on"))
        return Fault(text, severity or Severity.MINOR, due_on)


def _fields_of(line: InspectionLine, known: Finding | None, result: str | None, today: datetime.date) -> dict[str, forms.Field]:
    said = f"请选“{line.name}”合格还是有问题。"
    return {
        field_of("result", line): forms.ChoiceField(
            label=line.name,
            choices=[(IN_ORDER, "合格"), (FAULTY, "有问题")],
            initial=result,
            widget=forms.RadioSelect,
            error_messages={"required": said, "invalid_choice": said},
        ),
        field_of("text", line): forms.CharField(
            label="问题",
            max_length=LONGEST_TEXT,
            required=False,
            initial=known.text if known else "",
            error_messages={"max_length": TOO_LONG},
        ),
        field_of("severity", line): forms.ChoiceField(
            label="程度",
            choices=Severity.choices,
            required=False,
            initial=known.severity if known else Severity.MINOR,
            error_messages={"invalid_choice": "请从列出的程度里选。"},
        ),
        field_of("due_on", line): DayField(
            label="整改期限", required=False, initial=known.due_on if known else today + datetime.timedelta(days=DAYS_TO_RECTIFY)
        ),
    }


class RectifyForm(ServiceErrors, forms.Form):
    text = forms.CharField(
        label="整改情况",
        max_length=LONGEST_RECTIFICATION,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="补了什么、改了什么。检查的人核对以后销号。",
        error_messages={"required": "请写明怎样整改的。", "max_length": TOO_LONG},
    )


class DecideForm(ServiceErrors, forms.Form):
    CLOSE, RETURN = "close", "return"

    decision = forms.ChoiceField(
        label="核对结果",
        choices=[(CLOSE, "改好了，销号"), (RETURN, "没有改好，退回再改")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选销号或退回。", "invalid_choice": "请选销号或退回。"},
    )
    note = forms.CharField(
        label="核对意见",
        max_length=LONGEST_CHECK_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="退回的必须写明还差什么。",
        error_messages={"max_length": TOO_LONG},
    )
    due_on = DayField(label="新的整改期限", required=False, help_text="退回时可以另定；不填的照原来的期限。")

    @property
    def facts(self) -> dict:
        return {
            "is_closed": self.cleaned_data["decision"] == self.CLOSE,
            "note": self.cleaned_data["note"],
            "due_on": self.cleaned_data["due_on"],
        }
