"""Who may decide on what: no two stages, nor author and approver, are one person (R59)."""

from django.core.exceptions import PermissionDenied
from wagtail.models import Revision, TaskState


def authors_of(workflow_state) -> set[int]:
    """Everybody whose hand is in the version under review: who asked for the review, and who saved since the last publication."""
    obj = workflow_state.content_object
    revisions = Revision.objects.for_instance(obj)
    if obj.live and obj.live_revision_id:
        revisions = revisions.filter(created_at__gt=obj.live_revision.created_at)
    authors = set(revisions.exclude(user=None).values_list("user_id", flat=True))
    return authors | {workflow_state.requested_by_id} - {None}


def earlier_approvers(workflow_state) -> set[int]:
    """Who has approved a stage of this review; a stage that was returned and approved again counts all who approved it."""
    approved = TaskState.objects.filter(workflow_state=workflow_state, status=TaskState.STATUS_APPROVED)
    return set(approved.exclude(finished_by=None).values_list("finished_by_id", flat=True))


def reason_against(workflow_state, user) -> str:
    """Why `user` may not decide on this review, in Chinese; empty when nothing speaks against it."""
    if user.pk in authors_of(workflow_state):
        return "您是这一稿的作者或送审人，不能审核自己的稿件。"
    if user.pk in earlier_approvers(workflow_state):
        return "您已在前面的环节审核过这一稿，须由另一人审核。"
    return ""


def may_decide(obj, user) -> bool:
    state = obj.current_workflow_state
    return state is not None and not reason_against(state, user)


def require_may_decide(task_state, user, *, in_groups: bool) -> None:
    """Raises PermissionDenied with the reason."""
    if user is None or not in_groups:
        raise PermissionDenied("您不在这一审核环节的用户组里。")
    if reason := reason_against(task_state.workflow_state, user):
        raise PermissionDenied(reason)
