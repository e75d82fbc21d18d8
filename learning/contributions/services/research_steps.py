"""What happened to a report: into the audit log, to those whom it concerns. One order of locks: the year's judging, then the report."""

import datetime
from collections.abc import Iterable

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.urls import reverse
from wagtail.log_actions import log

from cms.inbox.services import send_messages

from ...periods import local_day
from ...programme.rights import Rights
from ...programme.services.leave import clerks
from ...programme.services.locking import locked
from ..models import ResearchJudging, ResearchReport
from ..research_rights import ResearchRights
from ..rights import ContributionRights

ACTION = "contributions.research"
SUBJECT = 120


class ResearchError(ValidationError):
    """It cannot be done like that; the message is Chinese and says what to do."""


class ResearchConflictError(ResearchError):
    """Somebody else was faster; nothing was stored, and `stored` is what stands there now."""

    def __init__(self, stored: ResearchReport):
        super().__init__(
            "这份报告在您打开以后被别人改过，这一次没有保存。您填写的还在下面，没有丢；请对照已存的内容，合并后再保存。", code="conflict"
        )
        self.stored = stored


def rights_of(by, now: datetime.datetime) -> ResearchRights:
    return ResearchRights(ContributionRights(Rights(by, local_day(now))))


def lock_report(report: ResearchReport) -> ResearchReport:
    """The judging of its year stays as it is, too: what is judged does not change under the judges."""
    list(ResearchJudging.objects.select_for_update().filter(year=report.year).values_list("pk", flat=True))
    return locked(ResearchReport.objects.select_related("department", "declared_by", "created_by"), report.pk)


def check_version(stored: ResearchReport, version: int | None) -> None:
    """Raises ResearchConflictError."""
    if version != stored.version:
        raise ResearchConflictError(stored)


def check_not_judged(stored: ResearchReport) -> None:
    """Raises ResearchError once its judging has been opened."""
    if stored.entries.exists():
        raise ResearchError("这份报告已进入评审，报告和附件不能再改。确有必要的，请与机关党委联系。")


def record_step(report: ResearchReport, step: str, *, by, tell: Iterable[int], now: datetime.datetime, note: str = "") -> None:
    """`step` in words, as the report's history shows it; `tell` are accounts, whoever did it is passed over."""
    entry = log(instance=report, action=ACTION, user=by, data={"step": step, "note": note})
    send_messages(
        to=set(tell) - {by.pk},
        subject=f"{step}：{report.title}"[:SUBJECT],
        text=note,
        url=reverse("research_report", args=[report.pk]),
        key=f"research:{report.pk}:step:{entry.pk}",
        now=now,
    )


def clerk_ids() -> set[int]:
    return set(clerks(get_user_model().objects.filter(is_active=True)).values_list("pk", flat=True))


def team_ids(report: ResearchReport) -> set[int]:
    """The accounts of the team and of whoever declared it."""
    found = set(report.members.filter(staff__user__isnull=False).values_list("staff__user", flat=True))
    return found | ({report.declared_by.user_id} - {None})


def plain_line(text: str) -> str:
    """One line, without the characters that no database takes."""
    return " ".join(text.replace("\x00", "").split())


def plain_text(text: str) -> str:
    return text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").strip()
