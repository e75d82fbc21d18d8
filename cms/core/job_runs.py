"""任务记录: what the job runner did, to be looked at and nothing else."""

from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.viewsets.model import ModelViewSet

from cms.jobs.models import JobRun

from .viewsets import NarrowedPolicy, OwnPolicyMixin


class LookingPolicy(NarrowedPolicy):
    """Rows are the runner's; people look."""

    actions = ("view",)


class JobRunViewSet(OwnPolicyMixin, ModelViewSet):
    model = JobRun
    policy_class = LookingPolicy
    name = "job_runs"
    icon = "time"
    menu_label = "任务记录"
    add_to_settings_menu = True
    copy_view_enabled = False
    inspect_view_enabled = True
    add_to_reference_index = False
    list_display = [
        "job",
        "period",
        Column("get_state_display", label="状态"),
        DateColumn("started_at", label="开始时间"),
        Column("message", label="结果"),
    ]
    list_filter = ["job", "state"]
    form_fields = ["job", "period", "state", "message"]  # nobody is shown the form
    inspect_view_fields = ["job", "period", "state", "started_at", "finished_at", "message"]
