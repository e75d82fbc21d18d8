"""Forms of a study plan: written, decided on."""

from django import forms

from ..programme.forms import ApprovalForm, ServiceErrors, VersionField
from ..topics.areas import ContentArea
from .form_fields import LineField, TypedField
from .models import StudyPlan
from .services.plans import PlanWords

AREAS = "、".join(ContentArea.labels)


class PlanForm(ServiceErrors, forms.Form):
    """`reason` is only asked for once the plan was approved."""

    version = VersionField()
    goals = TypedField(
        label="今年要学会什么",
        rows=6,
        help_text="一行一条，写得出结果的；最多 600 字。",
        error_messages={"required": "请写今年要学会什么。"},
    )
    books = TypedField(label="打算读的书", rows=5, required=False, help_text="一行一本。")
    topics = TypedField(label="结合工作研究的问题", rows=3, required=False, help_text=f"内容领域有{AREAS}。申报调研时可以直接用。")
    schedule = TypedField(label="时间安排", rows=6, required=False, help_text="先按要求的期限列出，可以改。")
    reason = LineField(
        label="为什么要改",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="规划批准过，改了要重新批；写一句原因。",
    )

    def __init__(self, *args, is_approved: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not is_approved:
            del self.fields["reason"]

    @property
    def words(self) -> PlanWords:
        return PlanWords(**{name: self.cleaned_data[name] for name in PlanWords.__slots__})

    @staticmethod
    def initial_of(plan: StudyPlan | PlanWords) -> dict:
        return {"version": getattr(plan, "version", ""), **{name: getattr(plan, name) for name in PlanWords.__slots__}}


class PlanDecisionForm(ApprovalForm):
    note = TypedField(label="意见", rows=3, required=False, help_text="退回的必须写明为什么、怎么改；本人看得到。")
