"""Pages in Wagtail's review that wait for somebody: those of the stages of their groups that they had no hand in."""

import datetime
from collections import defaultdict

from django.db.models import Exists, OuterRef
from django.urls import reverse
from wagtail.models import Page, Revision, TaskState

from cms.review.models import ReviewTask

from ..periods import local_day
from .due import DueRow, Kind, State, in_words


def page_review_rows(user, today: datetime.date) -> list[DueRow]:
    """The longest waiting first. Three statements at most. Who may decide in the end is asked again where it is decided
    (`cms.review.rules`)."""
    approved = TaskState.objects.filter(workflow_state=OuterRef("workflow_state"), status=TaskState.STATUS_APPROVED, finished_by=user.pk)
    stages = ReviewTask.objects.filter(groups__in=user.groups.all()).order_by().values("pk")
    waiting = (
        TaskState.objects.filter(status=TaskState.STATUS_IN_PROGRESS, task__in=stages)
        .filter(workflow_state__base_content_type__app_label="wagtailcore", workflow_state__base_content_type__model="page")
        .exclude(workflow_state__requested_by=user.pk)
        .exclude(Exists(approved))
        .order_by("started_at", "pk")
        .values_list("workflow_state__object_id", "started_at", "task__name")
    )
    found = [(int(object_id), started_at, stage) for object_id, started_at, stage in waiting if object_id.isdecimal()]
    pages = _pages_of_others([object_id for object_id, _started_at, _stage in found], user) if found else {}
    return [_row(pages[object_id], started_at, stage, today) for object_id, started_at, stage in found if object_id in pages]


def _pages_of_others(keys: list[int], user) -> dict[int, Page]:
    """Those of `keys` whose version under review `user` did not save."""
    pages = Page.objects.select_related("live_revision").in_bulk(keys)
    saved = defaultdict(list)
    revisions = Revision.page_revisions.filter(object_id__in=[str(key) for key in keys], user=user.pk).order_by()
    for object_id, created_at in revisions.values_list("object_id", "created_at"):
        saved[int(object_id)].append(created_at)

    def is_own(page: Page) -> bool:
        since = page.live_revision.created_at if page.live and page.live_revision_id else None
        return any(since is None or created_at > since for created_at in saved[page.pk])

    return {key: page for key, page in pages.items() if not is_own(page)}


def _row(page: Page, started_at: datetime.datetime, stage: str, today: datetime.date) -> DueRow:
    day = local_day(started_at)
    return DueRow(
        kind=Kind.REVIEW,
        title=f"页面：{page.draft_title or page.title}",
        when=f"{in_words(day, today)}送审",
        due_on=day,
        due_at=started_at,
        state=State.TO_PASS,
        why=f"您在{stage}环节",
        action="审核",
        url=reverse("wagtailadmin_pages:edit", args=[page.pk]),
    )
