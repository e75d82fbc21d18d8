"""Forms of a call for pieces and of the month's 要点."""

import datetime

from django import forms

from ..organisation.models import Department
from ..programme.forms import DayField, ServiceErrors
from .models import Commission, MonthlyFocus

TOO_LONG = "最多 %(limit_value)s 个字，现在有 %(show_value)s 个。"


class CallForm(ServiceErrors, forms.Form):
    topic = forms.CharField(
        label="题目",
        max_length=Commission._meta.get_field("topic").max_length,
        help_text="要写什么，例如“暑期安全教育的做法”。",
        error_messages={"required": "请写约稿的题目。", "max_length": TOO_LONG},
    )
    text = forms.CharField(
        label="要求",
        max_length=Commission._meta.get_field("text").max_length,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="体裁、字数、要不要图片。",
        error_messages={"max_length": TOO_LONG},
    )
    due_on = DayField(label="截止日期", help_text="到这一天为止报到宣传科的算按时。")
    kinds = forms.MultipleChoiceField(
        label="整类约稿", required=False, widget=forms.CheckboxSelectMultiple, help_text="勾一类，就是这一类的全部科室（单位）。"
    )
    departments = forms.MultipleChoiceField(
        label="科室（单位）",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "有一个科室已经撤销或不存在，请重新勾选。"},
    )

    def __init__(self, *args, today: datetime.date, **kwargs):
        super().__init__(*args, **kwargs)
        self._open = list(Department.objects.open_on(today))
        self.fields["departments"].choices = [(str(one.pk), one.name) for one in self._open]
        numbers = {kind: sum(one.kind == kind for one in self._open) for kind in Department.Kind}
        self.fields["kinds"].choices = [(kind.value, f"{kind.label}（{number}）") for kind, number in numbers.items() if number > 1]

    def clean(self):
        cleaned = super().clean()
        kinds, ticked = cleaned.get("kinds", []), cleaned.get("departments", [])
        self.chosen = [one for one in self._open if str(one.pk) in ticked or one.kind in kinds]
        if not self.chosen and "departments" not in self.errors and "kinds" not in self.errors:
            self.add_error("departments", "请至少勾选一个科室（单位）。")
        return cleaned

    @property
    def facts(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("topic", "text", "due_on")} | {"departments": self.chosen}


class FocusForm(ServiceErrors, forms.Form):
    """`was` is the text that stood there when the page was opened."""

    text = forms.CharField(
        label="要点",
        max_length=MonthlyFocus._meta.get_field("text").max_length,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="这个月想要哪些方面的稿件，一行一条。",
        error_messages={"required": "请写要点。", "max_length": TOO_LONG},
    )
    was = forms.CharField(required=False, widget=forms.HiddenInput)
