"""Laying out a year and keeping it: rules become items, items become sessions."""

import datetime
from dataclasses import dataclass, field
from itertools import groupby

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Max, Q
from wagtail.log_actions import log

from ...evidence import Subject
from ...organisation.models import Department, PartyBranch, StaffMember
from ...periods import SHANGHAI, PeriodKind, local_day
from ..choices import SessionKind, SessionState
from ..gaps.counting import is_counted_by_person
from ..layout import Slot, WorkCalendar, share_turns, slots_of
from ..models import AnnualPlan, CalendarDay, PlanItem, Requirement, RotaTurn, Session, SessionLecturer
from .locking import locked
from .rules import NoCalendarDataError, fill_calendar

CHUNK = 500
SLOT = ("series", "subject_key", "period_kind", "period_first", "number")  # what makes two items the same one


class PlanError(ValidationError):
    """The plan cannot be changed like that; the message is Chinese and says what to do."""


@dataclass(frozen=True, slots=True)
class LaidOut:
    """What laying out a year did. `flagged` are the new items that are not where their rule says, each with its reason."""

    plan: AnnualPlan
    added: int
    kept: int
    has_calendar: bool
    flagged: list[PlanItem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Owner:
    """Who owes an item."""

    key: str
    branch: PartyBranch | None = None
    department: Department | None = None

    def owes(self, period) -> bool:
        """A branch or department that is closed before the period ends owes it no more."""
        closed_on = getattr(self.branch or self.department, "closed_on", None)
        return closed_on is None or closed_on > period.last


def work_calendar(year: int) -> WorkCalendar:
    """The holidays of `year` and of the days on either side of it."""
    rows = CalendarDay.objects.filter(day__gte=datetime.date(year - 1, 12, 1), day__lte=datetime.date(year + 1, 1, 31))
    by_kind: dict[str, dict] = {CalendarDay.Kind.HOLIDAY: {}, CalendarDay.Kind.WORKDAY: {}}
    for row in rows:
        by_kind[row.kind][row.day] = row.name or row.get_kind_display()
    return WorkCalendar(
        holidays=by_kind[CalendarDay.Kind.HOLIDAY],
        workdays=by_kind[CalendarDay.Kind.WORKDAY],
        is_known=any(row.day.year == year for row in rows),
    )


@transaction.atomic
def lay_out_year(*, year: int, by, now: datetime.datetime) -> LaidOut:
    """Make every item of `year` that the rules ask for and that is not there yet; what is there is not touched.

    Where no holidays are known for the year they are fetched; where nobody knows them the plan says so and only weekdays are looked at.
    A plan that is published already gets the sessions of its new items. Raises ValidationError.
    """
    plan = _locked_plan(year)
    calendar = work_calendar(year)
    if not calendar.is_known:
        try:
            fill_calendar(year=year, by=by)
            calendar = work_calendar(year)
        except NoCalendarDataError:
            pass  # said on the plan: `has_calendar`
    existing = list(plan.items.values_list(*SLOT, "planned_on", "requirement__opens_sessions"))
    known = {row[: len(SLOT)] for row in existing}
    taken = {(subject_key, planned_on) for _series, subject_key, *_slot, planned_on, opens in existing if opens}
    first, last = datetime.date(year, 1, 1), datetime.date(year, 12, 31)
    rules = list(
        Requirement.objects.in_force_during(first, last).select_related("study_format").prefetch_related("leads").order_by("position", "pk")
    )
    owners = _owners(first)
    new = []
    for rule in rules:
        for owner in owners(rule):
            for slot in slots_of(rule, year, calendar, is_taken=lambda day, key=owner.key: (key, day) in taken):
                item = _item(plan, rule, owner, slot)
                if owner.owes(slot.period) and tuple(getattr(item, name) for name in SLOT) not in known:
                    new.append((rule, item))
                    if rule.opens_sessions and not slot.is_cancelled:
                        taken.add((owner.key, slot.planned_on))
    items = [item for _rule, item in new]
    PlanItem.objects.bulk_create(items, batch_size=CHUNK)
    leads = PlanItem.leads.through
    leads.objects.bulk_create(
        [leads(planitem_id=item.pk, department_id=lead.pk) for rule, item in new for lead in rule.leads.all()], batch_size=CHUNK
    )
    _propose_rota([(rule, item) for rule, item in new if rule.speakers_min and item.state == PlanItem.State.PLANNED], first)
    plan.laid_out_at, plan.has_calendar = now, calendar.is_known
    plan.save(update_fields=["laid_out_at", "has_calendar"])
    if plan.state == AnnualPlan.State.PUBLISHED:
        _open_sessions(plan)
    log(instance=plan, action="programme.lay_out", user=by, data={"added": len(items), "kept": len(existing)})
    flagged = [item for item in items if item.reason]
    return LaidOut(plan=plan, added=len(items), kept=len(existing), has_calendar=calendar.is_known, flagged=flagged)


@transaction.atomic
def publish_plan(*, plan, by, now: datetime.datetime) -> int:
    """Everybody sees the plan; a session is opened for every item whose rule says so. Safe to repeat. Returns the number of new sessions."""
    plan = AnnualPlan.objects.select_for_update().get(pk=plan.pk)
    if not plan.laid_out_at:
        raise PlanError("计划还没有生成。请先“从规则生成”。")
    made = _open_sessions(plan)
    if plan.state != AnnualPlan.State.PUBLISHED:
        plan.state, plan.published_at = AnnualPlan.State.PUBLISHED, now
        plan.save(update_fields=["state", "published_at"])
    log(instance=plan, action="wagtail.publish", user=by, data={"sessions": made})
    return made


@transaction.atomic
def save_item(*, item, by, now: datetime.datetime, rota=None, leads=None) -> PlanItem:
    """An item that somebody has edited; laying out again leaves it alone. `rota` is in the order of the turns. Raises ValidationError."""
    stored = PlanItem.objects.select_for_update().get(pk=item.pk)
    if stored.planned_on != item.planned_on:
        if item.sessions.not_cancelled().exists():
            raise PlanError({"planned_on": "这一项已有学习活动，改时间请在活动里“改期”，计划日期保持不变。"})
        if not item.reason:
            raise PlanError({"reason": "改了日期，请写明原因。"})
        item.moved_from = stored.moved_from or stored.planned_on
    if not item.period_first <= item.planned_on <= item.period_last:
        raise PlanError({"planned_on": f"这一项属于{item.period}，日期须在其中；要移到别的时间，请在学习活动里“改期”。"})
    if not item.planned_on <= item.due_on <= item.period_last:
        raise PlanError({"due_on": f"完成期限须在计划日期（{item.planned_on:%Y-%m-%d}）与周期末日（{item.period_last:%Y-%m-%d}）之间。"})
    if item.state == PlanItem.State.CANCELLED and item.sessions.not_cancelled().exists():
        raise PlanError({"state": "这一项已有学习活动，请先在活动里取消。"})
    item.edited_at, item.edited_by = now, by
    item.full_clean()
    item.save()
    if rota is not None:
        item.rota.exclude(staff__in=rota).delete()
        for position, staff in enumerate(rota):
            RotaTurn.objects.update_or_create(item=item, staff=staff, defaults={"position": position})
    if leads is not None:
        item.leads.set(leads)
    log(instance=item, action="wagtail.edit", user=by, content_changed=True)
    return item


@transaction.atomic
def record_done(*, item, on: datetime.date, note: str, by, now: datetime.datetime) -> PlanItem:
    """Tick off by hand what no room of the site keeps (yet): when and what. Raises ValidationError."""
    item = locked(PlanItem.objects.select_related("requirement"), item.pk)
    if is_counted_by_person(item):
        raise PlanError("这一项按每个人的记录自动计算，不用登记完成。")
    if not note.strip():
        raise PlanError({"note": "请写一句完成情况，例如材料放在哪里。"})
    if on > local_day(now):
        raise PlanError({"on": "完成日期不能晚于今天。"})
    if on < item.period_first:
        raise PlanError({"on": f"这一项属于{item.period}，完成日期不能早于 {item.period_first:%Y-%m-%d}。"})
    if item.state == PlanItem.State.CANCELLED:
        raise PlanError("这一项已取消。要登记请先在计划里恢复它。")
    if item.sessions.held().exists():
        raise PlanError("这一项有已举行的学习活动，按活动计算，不用另行登记。")
    item.done_on, item.done_note, item.edited_at, item.edited_by = on, note.strip(), now, by
    item.full_clean()
    item.save()
    log(instance=item, action="programme.record_done", user=by, data={"on": on.isoformat(), "note": item.done_note})
    return item


@transaction.atomic
def open_session(*, item, by) -> Session:
    """The session of one item that has none (from the gap view, or after a cancelled one). Raises PlanError."""
    item = locked(PlanItem.objects.select_related("requirement", "branch", "department"), item.pk)
    if item.owed_by == Subject.STAFF:
        raise PlanError("个人完成的要求不建立学习活动。")
    if item.sessions.not_cancelled().exists():
        raise PlanError("这一项已有学习活动。请刷新页面。")
    if item.state == PlanItem.State.CANCELLED:
        raise PlanError("这一项已取消。要补办请先在计划里恢复它。")
    session = session_of(item)
    session.full_clean(exclude=["code_secret"])
    session.save()
    session.formats.add(item.requirement.study_format)
    _add_lecturers([session])
    log(instance=session, action="wagtail.create", user=by)
    return session


def _locked_plan(year) -> AnnualPlan:
    plan = AnnualPlan(year=year)
    plan.clean_fields()
    AnnualPlan.objects.get_or_create(year=year)
    return AnnualPlan.objects.select_for_update().get(year=year)


def _owners(first: datetime.date):
    """Who owes an item of each rule in the year that begins with `first`."""
    branches = [
        _Owner(f"branch:{branch.pk}", branch=branch)
        for branch in PartyBranch.objects.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=first))
    ]
    departments = [_Owner(f"department:{department.pk}", department=department) for department in Department.objects.open_on(first)]

    def owners(rule):
        if rule.owed_by == Subject.BRANCH:
            return branches
        if rule.owed_by == Subject.DEPARTMENT:
            return [owner for owner in departments if owner.department.kind in rule.department_kinds]
        return [_Owner(rule.owed_by)]

    return owners


def _item(plan, rule, owner: _Owner, slot: Slot) -> PlanItem:
    return PlanItem(
        plan=plan,
        requirement=rule,
        series=rule.series,
        owed_by=rule.owed_by,
        branch=owner.branch,
        department=owner.department,
        subject_key=owner.key,
        period_kind=slot.period.kind,
        period_first=slot.period.first,
        period_last=slot.period.last,
        number=slot.number,
        title=_title(rule, slot)[:100],
        planned_on=slot.planned_on,
        due_on=slot.due_on,
        starts_at=rule.starts_at if rule.opens_sessions else None,
        state=PlanItem.State.CANCELLED if slot.is_cancelled else PlanItem.State.PLANNED,
        moved_from=slot.moved_from,
        reason=slot.reason,
    )


def _title(rule, slot: Slot) -> str:
    day = slot.planned_on
    when = f"{day.month}月{day.day}日" if slot.period.kind == PeriodKind.WEEK else slot.period.label_in_year
    number = f"之{slot.number}" if rule.quantity > 1 and rule.owed_by != Subject.STAFF else ""
    return f"{rule.name}（{when}）{number}"


def heads_in_turn(*, day: datetime.date, before: datetime.date) -> list[StaffMember]:
    """Heads of the organ's own departments on `day`, in order of their turn: fewest turns first, then the one longest without, then by name."""
    return list(
        StaffMember.objects.employed_on(day)
        .heading_on(day, kinds=[Department.Kind.SECTION])
        .annotate(
            turns=Count("rota_turns", filter=Q(rota_turns__item__planned_on__lt=before)),
            last_turn=Max("rota_turns__item__planned_on", filter=Q(rota_turns__item__planned_on__lt=before)),
        )
        .order_by("turns", "last_turn", "sort_key", "pk")
    )


def _propose_rota(new, first: datetime.date):
    """Turns for the new items of each rule that has heads teach."""
    turns = []
    for _pk, group in groupby(new, key=lambda pair: pair[0].pk):
        pairs = list(group)
        rule, before = pairs[0][0], min(item.planned_on for _rule, item in pairs)
        heads = heads_in_turn(day=max(before, first), before=before)
        for (_rule, item), people in zip(pairs, share_turns(heads, len(pairs), rule.speakers_min, rule.speakers_max), strict=True):
            turns += [RotaTurn(item=item, staff=person, position=position) for position, person in enumerate(people)]
    RotaTurn.objects.bulk_create(turns, batch_size=CHUNK)


def session_of(item: PlanItem) -> Session:
    """The session that `item` asks for, not saved."""
    rule = item.requirement
    starts_at = datetime.datetime.combine(item.planned_on, item.starts_at or rule.starts_at, tzinfo=SHANGHAI)
    return Session(
        title=item.title,
        kind=rule.session_kind or SessionKind.COLLECTIVE,
        plan_item=item,
        organised_by=item.owed_by,
        branch=item.branch,
        department=item.department,
        planned_on=item.planned_on,
        starts_at=starts_at,
        ends_at=starts_at + datetime.timedelta(minutes=rule.minutes),
        audience=rule.audience,
        study_hours=rule.study_hours,
        state=SessionState.PLANNED,
    )


def _open_sessions(plan) -> int:
    """Sessions for the items of `plan` that ask for one and have none; few statements however many."""
    items = (
        plan.items.planned()
        .filter(requirement__opens_sessions=True, done_on__isnull=True)
        .exclude(pk__in=Session.objects.not_cancelled().filter(plan_item__plan=plan).values("plan_item"))
        .select_related("requirement", "branch", "department")
    )
    sessions = [session_of(item) for item in items]
    Session.objects.bulk_create(sessions, batch_size=CHUNK)
    formats = Session.formats.through
    formats.objects.bulk_create(
        [formats(session_id=session.pk, studyformat_id=session.plan_item.requirement.study_format_id) for session in sessions],
        batch_size=CHUNK,
    )
    _add_lecturers(sessions)
    return len(sessions)


def _add_lecturers(sessions) -> None:
    """Whoever has the turn teaches."""
    by_item = {session.plan_item_id: session for session in sessions}
    turns = RotaTurn.objects.filter(item__in=list(by_item)).select_related("staff").order_by("position")
    SessionLecturer.objects.bulk_create(
        [SessionLecturer(session=by_item[turn.item_id], staff=turn.staff, name=turn.staff.name, position=turn.position) for turn in turns]
    )
