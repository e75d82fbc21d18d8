from django import forms

from .models import MakeUp
from .services.make_ups import SUGGESTED_LENGTH

NOTE_LENGTH = MakeUp._meta.get_field("note").max_length


class MakeUpForm(forms.Form):
    has_read = forms.BooleanField(label="已读完材料", error_messages={"required": "请先读完材料，再勾选“已读完材料”。"})
    note = forms.CharField(
        label="补学体会",
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6, "data-count": SUGGESTED_LENGTH}),
        help_text=f"建议 {SUGGESTED_LENGTH} 字左右，写学到什么、怎么用；长短不限。",
        error_messages={
            "required": "请写一段体会再提交。",
            "max_length": "最多 %(limit_value)s 个字，现在有 %(show_value)s 个，请删减后再提交。",
        },
    )


class CheckMakeUpForm(forms.Form):
    ACCEPT, RETURN = "accept", "return"

    verdict = forms.ChoiceField(
        choices=[(ACCEPT, "通过"), (RETURN, "退回")],
        error_messages={"required": "请点“通过”或“退回”。", "invalid_choice": "请点“通过”或“退回”。"},
    )
    note = forms.CharField(
        label="核对意见",
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="退回的请写明要补什么，本人会看到。",
        error_messages={"max_length": "最多 %(limit_value)s 个字，现在有 %(show_value)s 个。"},
    )

    @property
    def is_accepted(self) -> bool:
        return self.cleaned_data["verdict"] == self.ACCEPT
