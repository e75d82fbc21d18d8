"""学习规划: saved as a draft, handed in, approved or given back, changed after that with a word of why."""

import datetime
from dataclasses import asdict, dataclass

from django.contrib.auth import get_user_model
from django.db import transaction
from django.urls import reverse
from wagtail.log_actions import log

from cms.inbox.services import send_messages

from ...organisation.models import StaffMember
from ...periods import local_day
from ...programme.rights import Rights
from ...programme.services.leave import clerks
from ...programme.services.locking import locked
from ..choices import PlanState
from ..models import StudyPlan
from ..rights import FileRights
from ..superiors import accounts_above
from ..years import place_day, place_of, places_of
from .writing import TO_FILL_IN, EntryConflictError, EntryError, check_lengths, check_own, file_to_write

ACTION = "portfolio.plan"
REASON = 300


class PlanError(EntryError):
    """The plan cannot be handed in or decided like that."""


@dataclass(frozen=True, slots=True)
class PlanWords:
    goals: str
    books: str = ""
    topics: str = ""
    schedule: str = ""


@transaction.atomic
def save_plan(
    *, staff: StaffMember, year: int, words: PlanWords, version: int | None, hands_in: bool, reason: str = "", by, now: datetime.datetime
) -> StudyPlan:
    """As a draft, or handed in to whoever approves. Saved as a draft while it waits, it is taken back. An approved one is only handed in anew,
    with `reason`. The day of the first hand-in stays when it was given back or approved before. Raises EntryError, LockedFileError."""
    check_own(staff, by, "学习规划")
    file = file_to_write(staff, year, now=now, may_plan_ahead=True)
    plan = StudyPlan.objects.filter(file=file).first()
    if (plan.version if plan else None) != version:
        raise EntryConflictError(plan, "学习规划")
    plan = plan or StudyPlan(file=file, version=0)
    was, reason = plan.state, " ".join(reason.split())
    _check_words(words, was=was, hands_in=hands_in, reason=reason)
    for name, text in asdict(words).items():
        setattr(plan, name, text)
    if hands_in:
        plan.state, plan.handed_in_at = PlanState.HANDED_IN, plan.handed_in_at or now
    elif was == PlanState.HANDED_IN:
        plan.state = PlanState.DRAFT
        plan.handed_in_at = plan.handed_in_at if plan.decided_at else None
    plan.version, plan.saved_at = plan.version + 1, now
    plan.save()
    if hands_in:
        step = {PlanState.APPROVED: "修改后重新提交", PlanState.RETURNED: "改好再交"}.get(was, "提交")
        _record(plan, step, by=by, note=reason)
        _tell_approvers(plan, step, reason, by=by, now=now)
    elif was == PlanState.HANDED_IN:
        _record(plan, "收回", by=by)
    return plan


def _check_words(words: PlanWords, *, was: str, hands_in: bool, reason: str) -> None:
    if was == PlanState.APPROVED and not hands_in:
        raise PlanError("规划已经批准，不能存成草稿。要改的，请改好后重新提交。")
    if was == PlanState.APPROVED and not reason:
        raise PlanError({"reason": "规划已经批准过，请写一句为什么要改。"})
    if len(reason) > REASON:
        raise PlanError({"reason": f"最多 {REASON} 个字，现在有 {len(reason)} 个，请删减。"})
    check_lengths(StudyPlan, asdict(words))
    if hands_in and not words.goals:
        raise PlanError({"goals": "请写今年要学会什么。"})
    if hands_in:
        left = {name: f"还有“{TO_FILL_IN}”没有填。请填好或删去。" for name, text in asdict(words).items() if TO_FILL_IN in text}
        if left:
            raise PlanError(left)


@transaction.atomic
def decide_plan(*, plan: StudyPlan, version: int | None, is_approved: bool, note: str, by, now: datetime.datetime) -> StudyPlan:
    """By the head (of a head's plan by the head above), or by a clerk; given back with a note that says why. Raises EntryError,
    LockedFileError."""
    staff, year = plan.file.staff, plan.file.year
    file_to_write(staff, year, now=now, may_plan_ahead=True)
    plan = locked(StudyPlan.objects.select_related("file__staff"), plan.pk)
    if not FileRights(Rights(by, local_day(now))).may_confirm(staff.pk, department_of(staff, year, local_day(now))):
        raise PlanError("规划由科室（单位）负责人或机关党委批，不能批自己的。")
    if plan.state != PlanState.HANDED_IN:
        raise PlanError(f"规划现在是“{plan.get_state_display()}”，不用再批。")
    if version != plan.version:
        raise PlanError("本人刚改过规划，这一次没有批。请看过下面的新内容再批。", code="conflict")
    if not is_approved and not note:
        raise PlanError({"note": "退回的，请写明为什么、怎么改。"})
    longest = StudyPlan._meta.get_field("decision_note").max_length
    if len(note) > longest:
        raise PlanError({"note": f"最多 {longest} 个字，现在有 {len(note)} 个，请删减。"})
    plan.state = PlanState.APPROVED if is_approved else PlanState.RETURNED
    plan.decided_at, plan.decided_by, plan.decision_note = now, by, note
    plan.decided_by_name = _name_of(by)
    plan.version, plan.saved_at = plan.version + 1, now
    plan.save()
    step = "批准" if is_approved else "退回"
    entry = _record(plan, step, by=by, note=note)
    send_messages(
        to=[staff.user_id] if staff.user_id else [],
        subject=f"{year}年学习规划已{step}",
        text="\n\n".join(filter(None, [f"{plan.decided_by_name}{step}。", note])),
        url=reverse("study_plan", args=[year, staff.pk]),
        key=f"plan:{plan.pk}:step:{entry.pk}",
        now=now,
    )
    return plan


def department_of(staff: StaffMember, year: int, today: datetime.date) -> int | None:
    """Where the file of `year` belongs."""
    place = place_of(places_of(staff.pk, year), place_day(year, today))
    return place.department_id if place else None


def _name_of(by) -> str:
    longest = StudyPlan._meta.get_field("decided_by_name").max_length
    return (by.get_full_name() or by.get_username())[:longest]


def _record(plan: StudyPlan, step: str, *, by, note: str = ""):
    """The list of the log is read by others than those who may open the file: it names no person."""
    return log(instance=plan, action=ACTION, user=by, title=f"学习规划 {plan.pk}", data={"step": step, "note": note})


def _tell_approvers(plan: StudyPlan, step: str, reason: str, *, by, now: datetime.datetime) -> None:
    """Whoever stands above; where nobody with an account does, the clerks."""
    staff, year, today = plan.file.staff, plan.file.year, local_day(now)
    above = accounts_above(staff, department_of(staff, year, today), today)
    to = set(above or clerks(get_user_model().objects.filter(is_active=True)).values_list("pk", flat=True)) - {by.pk}
    send_messages(
        to=to,
        subject=f"学习规划待批：{staff.name}（{year}年）",
        text="\n\n".join(filter(None, [f"{staff.name}{step}了{year}年学习规划。", reason])),
        url=reverse("decide_study_plan", args=[year, staff.pk]),
        key=f"plan:{plan.pk}:version:{plan.version}",
        now=now,
    )
