"""Forms of rules and recalculations on the front end; the lines themselves are written in the admin."""

from django import forms

from ..programme.forms import DayField, ServiceErrors
from .models import Recalculation


class NewVersionForm(ServiceErrors, forms.Form):
    effective_from = DayField(label="新版本从哪天起", help_text="这一天以前的分不变。")


class FromForm(forms.Form):
    """Asked for in the address: which records are looked at."""

    from_on = DayField(label="自哪天的记录起")


class RecalculationForm(ServiceErrors, forms.Form):
    from_on = DayField(label="自哪天的记录起", widget=forms.HiddenInput)
    reason = forms.CharField(
        label="原因",
        max_length=Recalculation._meta.get_field("reason").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="例如“某报级别登记有误，已更正”。会和每篇稿件的新旧分数一起保存。",
        error_messages={"required": "请写明为什么重算。", "max_length": "最多 %(limit_value)s 个字，现在有 %(show_value)s 个。"},
    )
