"""The one-stage review of reflections as Wagtail keeps it: started, resumed and decided here, by no button of the admin."""

from django.db import transaction
from wagtail.models import Workflow, WorkflowState, WorkflowTask

from ..models import ReflectionTask

WORKFLOW = "读书心得评阅"


@transaction.atomic
def ensure_workflow() -> Workflow:
    """Made by command or by the first hand-in, safe to make again; one that an administrator has switched off is switched on.

    It is put on no page: the exhibitions that stand below the room, too, would be sent into a review that nobody decides in the admin.
    A review is started for one reflection at a time (`begin_review`). An empty workflow would be over, and the page live, at once.
    """
    workflow = Workflow.objects.filter(name=WORKFLOW).order_by("pk").first() or Workflow.objects.create(name=WORKFLOW)
    task = ReflectionTask.objects.filter(name=WORKFLOW).order_by("pk").first() or ReflectionTask.objects.create(name=WORKFLOW)
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task, defaults={"sort_order": 0})
    for part in (workflow, task):
        if not part.active:
            part.active = True
            part.save(update_fields=["active"])
    return workflow


def begin_review(page, *, by) -> WorkflowState:
    """Of the page's latest revision; the review that was given back goes on. Call it in a transaction that holds the reading room's row,
    so that no two first hand-ins make a workflow each."""
    workflow, state = ensure_workflow(), page.current_workflow_state
    if state and state.status == WorkflowState.STATUS_NEEDS_CHANGES and state.workflow_id == workflow.pk:
        state.resume(user=by)
        return state
    if state:
        state.cancel(user=by)
    state = workflow.start(page, by)
    # Wagtail mails whoever asked a link into the admin; the site tells the author itself. Who asked stays in the log.
    state.requested_by = None
    state.save(update_fields=["requested_by"])
    return state


def decide_stage(page, *, is_accepted: bool, by) -> None:
    """Approve or reject in Wagtail's terms; approved, the page goes live if `is_published_when_reviewed` says so.

    What the reviewer writes stays out of Wagtail's log, which auditors read.
    """
    task_state = page.current_workflow_task_state
    if task_state is None or not isinstance(task_state.task.specific, ReflectionTask):
        task_state = begin_review(page, by=by).current_task_state  # the workflow was switched off meanwhile
    task_state.task.specific.on_action(task_state, by, "approve" if is_accepted else "reject")
