"""Who is told what about findings."""

import datetime
from collections.abc import Sequence

from django.contrib.auth import get_user_model
from django.urls import reverse

from cms.inbox.services import send_messages

from ...periods import local_day
from ...programme.rights import RUN
from ..choices import FindingState
from ..inspection_desk import is_finder_gone
from ..models import Finding, InspectedFile, Inspection
from ..superiors import accounts_above

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
SUBJECT = 100


def tell_about_findings(inspection: Inspection, inspected: InspectedFile, new: Sequence[Finding], *, by, now: datetime.datetime) -> None:
    """The person what is to be put right until when; whoever stands above, that there is something."""
    url = reverse("inspected_file", args=[inspected.pk])
    listed = "\n".join(f"{one.text}（{one.due_on:%Y-%m-%d} 前整改）" for one in new)
    send_messages(
        to=[inspected.staff.user_id] if inspected.staff.user_id else [],
        subject=f"学习检查发现 {len(new)} 个问题：{inspection}"[:SUBJECT],
        text=f"{listed}\n\n请整改，并在问题的页面里填整改情况。",
        url=url,
        key=f"finding:{new[0].pk}:found",
        now=now,
    )
    heads = accounts_above(inspected.staff, inspected.department_id, local_day(now))
    send_messages(
        to=[account for account in heads if account != by.pk],
        subject=f"{inspected.staff}的学习检查发现 {len(new)} 个问题"[:SUBJECT],
        text=listed,
        url=url,
        key=f"finding:{new[0].pk}:found:head",
        now=now,
    )


def tell_finder(finding: Finding, *, now: datetime.datetime) -> None:
    """Where the finder's account is gone, the clerks."""
    clerks = get_user_model().objects.with_perm(RUN, include_superusers=False, backend=MODEL_BACKEND)
    send_messages(
        to=clerks.values_list("pk", flat=True) if is_finder_gone(finding) else [finding.found_by_id],
        subject=f"待核对整改：{finding.inspected.staff}，{finding.text}"[:SUBJECT],
        text=finding.rectification,
        url=reverse("finding", args=[finding.pk]),
        key=_key(finding, "rectified", now),
        now=now,
    )


def tell_person(finding: Finding, *, now: datetime.datetime) -> None:
    if finding.inspected.staff.user_id is None:
        return
    is_closed = finding.state == FindingState.CLOSED
    until = "" if is_closed else f"请在 {finding.due_on:%Y-%m-%d} 前改好。"
    send_messages(
        to=[finding.inspected.staff.user_id],
        subject=f"{'整改已销号' if is_closed else '整改退回'}：{finding.text}"[:SUBJECT],
        text="\n\n".join(filter(None, [finding.check_note, until])),
        url=reverse("finding", args=[finding.pk]),
        key=_key(finding, "decided", now),
        now=now,
    )


def _key(finding: Finding, step: str, now: datetime.datetime) -> str:
    return f"finding:{finding.pk}:{step}:{now:%Y%m%d%H%M%S%f}"
