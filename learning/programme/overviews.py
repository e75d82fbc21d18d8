"""What the clerk looks at before deciding: a year's plan in numbers with the days that need a look, and what the presets differ in."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from .choices import Use
from .models import AnnualPlan, CalendarDay, PlanItem, Requirement, RotaTurn, Session, StudyFormat
from .presets import NOTICE_2020, PRESETS, RELIEF, RULES, use_in
from .services.plans import work_calendar

WEEKEND = (1, 7)  # as SQL counts weekdays: Sunday is 1


@dataclass(frozen=True, slots=True)
class FormatRow:
    """One format of a plan: how many items it has, how many of them are not where their rule says, how many sessions are open."""

    study_format: StudyFormat
    items: int
    moved: int
    cancelled: int
    sessions: int


@dataclass(frozen=True, slots=True)
class Flag:
    """An item that somebody should look at, and why."""

    item: PlanItem
    reason: str
    is_new: bool  # the calendar has changed since: nothing was done about it yet


@dataclass(frozen=True, slots=True)
class PlanOverview:
    plan: AnnualPlan
    formats: list[FormatRow]
    flags: list[Flag]
    rota: list[tuple[PlanItem, list[str]]]
    is_calendar_known: bool

    @property
    def items(self) -> int:
        return sum(row.items for row in self.formats)

    @property
    def moved(self) -> int:
        return sum(row.moved for row in self.formats)

    @property
    def cancelled(self) -> int:
        return sum(row.cancelled for row in self.formats)

    @property
    def sessions(self) -> int:
        return sum(row.sessions for row in self.formats)


def on_days_off(items):
    """Those of `items` (a queryset) whose session is planned for a day that is no workday by the calendar as it stands now."""
    days = CalendarDay.objects.filter(day=OuterRef("planned_on"))
    holiday, workday = days.filter(kind=CalendarDay.Kind.HOLIDAY), days.filter(kind=CalendarDay.Kind.WORKDAY)
    is_off = Exists(holiday) | (Q(planned_on__week_day__in=WEEKEND) & ~Exists(workday))
    return items.filter(is_off, state=PlanItem.State.PLANNED, requirement__opens_sessions=True)


def plan_overview(plan: AnnualPlan) -> PlanOverview:
    """Seven statements, whatever the size of the plan."""
    items = PlanItem.objects.filter(plan=plan)
    counts = items.values("requirement__study_format").annotate(
        items=Count("pk"),
        moved=Count("pk", filter=Q(moved_from__isnull=False, state=PlanItem.State.PLANNED)),
        cancelled=Count("pk", filter=Q(state=PlanItem.State.CANCELLED)),
    )
    by_format = {row["requirement__study_format"]: row for row in counts.order_by()}
    open_sessions = Session.objects.not_cancelled().filter(plan_item__plan=plan).order_by()
    sessions = dict(
        open_sessions.values_list("plan_item__requirement__study_format").annotate(Count("pk")),
    )
    formats = [
        FormatRow(
            study_format,
            items=by_format[study_format.pk]["items"],
            moved=by_format[study_format.pk]["moved"],
            cancelled=by_format[study_format.pk]["cancelled"],
            sessions=sessions.get(study_format.pk, 0),
        )
        for study_format in StudyFormat.objects.all()
        if study_format.pk in by_format
    ]
    calendar = work_calendar(plan.year)
    related = ("branch", "department", "requirement")
    off = list(on_days_off(items).select_related(*related))
    said = items.exclude(reason="").exclude(pk__in=[item.pk for item in off]).select_related(*related)
    flags = [Flag(item, f"{calendar.why_not(item.planned_on)}，请改日期或取消", is_new=True) for item in off]
    flags += [Flag(item, item.reason, is_new=False) for item in said]
    flags.sort(key=lambda flag: (flag.item.planned_on, flag.item.pk))
    rota: dict[PlanItem, list[str]] = {}
    turns = RotaTurn.objects.filter(item__plan=plan).select_related("item", "staff").order_by("item__planned_on", "item", "position")
    for turn in turns:
        rota.setdefault(turn.item, []).append(turn.staff.name)
    return PlanOverview(plan, formats, flags, list(rota.items()), is_calendar_known=calendar.is_known)


@dataclass(frozen=True, slots=True)
class PresetRow:
    """A rule of the notice that the presets have used differently, or that this bureau uses otherwise than a preset says."""

    name: str
    basis: str
    relief: Use
    notice: Use
    now: Use | None


@dataclass(frozen=True, slots=True)
class PresetComparison:
    rows: list[PresetRow]
    is_loaded: bool
    followed: str | None  # the preset that the rules in force follow to the letter

    @property
    def followed_label(self) -> str:
        return PRESETS.get(self.followed, "")


def compare_presets(today) -> PresetComparison:
    """One statement."""
    now = {requirement.series: Use(requirement.use) for requirement in Requirement.objects.in_force_on(today)}
    rows = [
        PresetRow(rule.name, rule.basis, relief=use_in(RELIEF, rule), notice=use_in(NOTICE_2020, rule), now=now.get(rule.series))
        for rule in RULES
    ]
    used = [row for row in rows if row.now]
    followed = next(
        (
            preset
            for preset in (RELIEF, NOTICE_2020)
            if used and all(row.now == (row.relief if preset == RELIEF else row.notice) for row in used)
        ),
        None,
    )
    return PresetComparison([row for row in rows if row.relief != row.notice or row.now not in (None, row.relief)], bool(used), followed)
