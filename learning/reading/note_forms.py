from django import forms

from .models import StudyNote

TOO_LONG = "最多 %(limit_value)s 个字，现在有 %(show_value)s 个，请删减或分成两条。"


def _longest(name: str) -> int:
    return StudyNote._meta.get_field(name).max_length


class NoteForm(forms.Form):
    about = forms.CharField(
        label="关于",
        required=False,
        max_length=_longest("about"),
        help_text="哪份材料、哪本书、哪次学习。",
        error_messages={"max_length": TOO_LONG},
    )
    quote = forms.CharField(
        label="摘抄",
        required=False,
        max_length=_longest("quote"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="原文里的话。写成心得时会标成引文。",
        error_messages={"max_length": TOO_LONG},
    )
    text = forms.CharField(
        label="笔记",
        max_length=_longest("text"),
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": "还没有写笔记。请写一句再保存。", "max_length": TOO_LONG},
    )
