from django import forms

from .models import Question

TOO_LONG = "最多 %(limit_value)s 个字，现在有 %(show_value)s 个。"


class AskForm(forms.Form):
    text = forms.CharField(
        label="疑问",
        max_length=Question._meta.get_field("text").max_length,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="写明哪里不对、应当怎样，例如“3月5日这篇我是第二作者，没有列入”。",
        error_messages={"required": "请写明疑问：哪里不对，应当怎样。", "max_length": TOO_LONG},
    )


class AnswerForm(forms.Form):
    """`corrects` is when the answer that is to be replaced was given; empty for the first."""

    text = forms.CharField(
        label="答复",
        max_length=Question._meta.get_field("answer").max_length,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "请写答复。", "max_length": TOO_LONG},
    )
    corrects = forms.CharField(required=False, widget=forms.HiddenInput)
