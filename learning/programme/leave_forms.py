from django import forms

from .choices import LeaveKind
from .models import LeaveRequest


class AskLeaveForm(forms.ModelForm):
    class Meta:
        model = LeaveRequest
        fields = ["kind", "reason"]
        widgets = {"kind": forms.RadioSelect, "reason": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"reason": "例如“下校督导”。看病请假不用写病情。"}
        error_messages = {
            "kind": {"required": "请选一种请假类别。", "invalid_choice": "请从四种类别里选一种。"},
            "reason": {"required": "请写明事由。", "max_length": "事由最多 %(limit_value)s 个字，现在有 %(show_value)s 个。"},
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = LeaveKind.choices  # nothing is chosen for anybody


class DecideLeaveForm(forms.Form):
    APPROVE, REFUSE = "approve", "refuse"

    decision = forms.ChoiceField(
        choices=[(APPROVE, "批准"), (REFUSE, "不批准")],
        error_messages={"required": "请点“批准”或“不批准”。", "invalid_choice": "请点“批准”或“不批准”。"},
    )
    note = forms.CharField(
        label="审批意见",
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="不批准的请写明原因，本人会看到。",
        error_messages={"max_length": "最多 %(limit_value)s 个字，现在有 %(show_value)s 个。"},
    )

    @property
    def is_approved(self) -> bool:
        return self.cleaned_data["decision"] == self.APPROVE
