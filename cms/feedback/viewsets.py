"""The clerk's list of what readers wrote. Entries come from the public form only: nobody adds or deletes one here."""

from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import EditView
from wagtail.admin.viewsets.model import ModelViewSet

from cms.core.viewsets import NarrowedPolicy, OwnPolicyMixin

from .models import FeedbackEntry
from .services import answer_feedback


class AnswerPolicy(NarrowedPolicy):
    """Answering is the only thing to do, whoever asks."""

    actions = ("change", "view")


class AnswerView(EditView):
    def save_instance(self):
        return answer_feedback(
            entry=self.object, state=self.form.cleaned_data["state"], answer=self.form.cleaned_data["answer"], by=self.request.user
        )


class FeedbackViewSet(OwnPolicyMixin, ModelViewSet):
    model = FeedbackEntry
    policy_class = AnswerPolicy
    name = "feedback"
    icon = "comment"
    menu_label = "意见建议"
    menu_order = 350
    add_to_admin_menu = True
    edit_view_class = AnswerView
    inspect_view_enabled = False
    copy_view_enabled = False
    list_display = [
        "subject",
        Column("get_kind_display", label="类别"),
        Column("get_state_display", label="状态"),
        DateColumn("received_at", label="收到时间"),
    ]
    list_filter = ["state", "kind"]
    search_fields = ["subject", "text"]
    panels = [
        MultiFieldPanel(
            [FieldPanel(name, read_only=True) for name in ("kind", "subject", "text", "contact", "page", "received_at")], heading="来信"
        ),
        MultiFieldPanel([FieldPanel("state"), FieldPanel("answer")], heading="答复"),
    ]


feedback_viewset = FeedbackViewSet()
