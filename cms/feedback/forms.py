from django import forms

from cms.core.visibility import visible_pages

from .models import FeedbackEntry


class FeedbackForm(forms.ModelForm):
    website = forms.CharField(required=False, label="请勿填写")  # seen by machines only

    class Meta:
        model = FeedbackEntry
        fields = ["kind", "subject", "text", "contact"]
        widgets = {"kind": forms.RadioSelect, "text": forms.Textarea(attrs={"rows": 8})}
        help_texts = {
            "text": "请写明时间、地点、事由；最多 2000 字。请不要写身份证号等个人敏感信息。",
            "contact": "电话或邮箱，只给办理人员看。不留也可以凭查询码查看答复。",
        }
        error_messages = {
            "subject": {"required": "请写一个主题，例如“某页面打不开”。", "max_length": "主题最多 80 个字，现在有 %(show_value)s 个。"},
            "text": {"required": "请写下您的意见。", "max_length": "最多 %(limit_value)s 个字，现在有 %(show_value)s 个，请删减后再提交。"},
        }

    def __init__(self, *args, user, page_id=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.page = visible_pages(user).filter(pk=page_id).first() if page_id else None
        self.fields["kind"].choices = FeedbackEntry.Kind.choices

    @property
    def is_from_a_machine(self) -> bool:
        return bool(self.data.get("website"))


class ReceiptForm(forms.Form):
    code = forms.CharField(
        label="查询码", max_length=60, help_text="提交时显示的 32 位字母和数字。", error_messages={"required": "请填写查询码。"}
    )
