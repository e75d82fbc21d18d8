"""Keeping the rules: presets, versions, the calendar of public holidays."""

import datetime
import uuid

import chinese_calendar
from chinese_calendar.constants import holidays as OFFICIAL_HOLIDAYS
from django.core.exceptions import ValidationError
from django.db import transaction
from wagtail.log_actions import log

from ...organisation.models import Department
from ...periods import ONE_DAY
from ..choices import Use
from ..models import CalendarDay, Caution, PlanItem, Requirement, StudyFormat
from ..presets import CAUTIONS, DEFAULT_PRESET, FORMATS, PRESETS, RESPONSIBLE, RULES, use_in


class RuleError(ValidationError):
    """The rule cannot be changed like that; the message is Chinese and says what to do."""


class NoCalendarDataError(RuleError):
    """Nobody has published the holidays of that year where we could know it."""


def _leads(names, departments) -> tuple[list, str]:
    """(departments of those names, the names that no department has)."""
    found = [departments[name] for name in names if name in departments]
    return found, "、".join(name for name in names if name not in departments)


@transaction.atomic
def load_rules(*, preset: str = DEFAULT_PRESET, since: datetime.date, by) -> int:
    """Bring in the formats, requirements and cautions of a preset; what is there already is left as it is. Returns the number of new ones.

    Lead departments are found by name; one that this bureau does not have is written down beside the rule. Raises RuleError.
    """
    if preset not in PRESETS:
        raise RuleError(f"没有“{preset}”这个口径。可选：{'、'.join(PRESETS.values())}。")
    departments = {}
    for department in Department.objects.open_on(since).order_by("-pk"):
        departments.update({department.short_name: department, department.name: department})
    made, formats = 0, {}
    for position, rule in enumerate(FORMATS):
        study_format, is_new = StudyFormat.objects.get_or_create(
            key=rule.key,
            defaults={
                "numeral": rule.numeral,
                "name": rule.name,
                "summary": rule.summary,
                "basis": rule.basis,
                "responsible": RESPONSIBLE,
                "position": position,
            },
        )
        if is_new:
            study_format.leads.set(_leads(rule.leads, departments)[0])
            made += 1
        formats[rule.key] = study_format
    known = set(Requirement.objects.values_list("series", flat=True))
    for position, rule in enumerate(RULES):
        if rule.series in known:
            continue
        leads, unmatched = _leads(rule.leads, departments)
        requirement = Requirement(
            series=rule.series,
            study_format=formats[rule.study_format],
            position=position,
            use=use_in(preset, rule),
            in_force_from=since,
            leads_unmatched=unmatched,
            **{
                name: getattr(rule, name)
                for name in (
                    "name",
                    "basis",
                    "per",
                    "owed_by",
                    "evidence",
                    "measure",
                    "quantity",
                    "window",
                    "session_kind",
                    "audience",
                    "is_floor",
                )
            },
            **rule.settings,
        )
        requirement.clean_fields()  # our own data: what is left to check is the database's
        requirement.clean()
        requirement.save()
        requirement.leads.set(leads)
        log(instance=requirement, action="wagtail.create", user=by)
        made += 1
    for position, caution in enumerate(CAUTIONS):
        _caution, is_new = Caution.objects.get_or_create(
            measure=caution.measure, source=caution.source, defaults={"text": caution.text, "position": position}
        )
        made += is_new
    return made


@transaction.atomic
def switch_preset(*, preset: str, since: datetime.date, today: datetime.date, by) -> list[Requirement]:
    """From `since` on every rule of the notice is used as `preset` has it. Returns the new versions. Raises RuleError."""
    if preset not in PRESETS:
        raise RuleError(f"没有“{preset}”这个口径。可选：{'、'.join(PRESETS.values())}。")
    _refuse_past(since, today)
    wanted = {rule.series: use_in(preset, rule) for rule in RULES}
    in_force = list(Requirement.objects.in_force_on(since).filter(series__in=wanted))
    if not in_force:
        raise RuleError(f"{since:%Y-%m-%d} 没有有效的要求。请先装入规则，或改填要求生效以后的日期。")
    changed = []
    for requirement in in_force:
        if requirement.use != wanted[requirement.series]:
            requirement.use = wanted[requirement.series]
            changed.append(revise_requirement(requirement=requirement, since=since, today=today, by=by))
    return changed


@transaction.atomic
def save_requirement(*, requirement, by, leads=None) -> Requirement:
    """A new rule, or one nobody has planned by yet. Raises ValidationError."""
    creating = requirement._state.adding
    requirement.full_clean()
    _refuse_overlap(requirement)
    requirement.save()
    if leads is not None:
        requirement.leads.set(leads)
    log(instance=requirement, action="wagtail.create" if creating else "wagtail.edit", user=by, content_changed=True)
    return requirement


def _refuse_overlap(requirement) -> None:
    """Two versions of a rule never hold on one day."""
    others = Requirement.objects.filter(series=requirement.series).exclude(pk=requirement.pk)
    last = requirement.in_force_until or datetime.date.max
    if other := others.in_force_during(requirement.in_force_from, last).first():
        until = f"至 {other.in_force_until:%Y-%m-%d}" if other.in_force_until else "起未定失效"
        raise RuleError(f"与这项要求的另一个版本重叠（{other.in_force_from:%Y-%m-%d} {until}）。请先改它的失效日期。")


@transaction.atomic
def revise_requirement(*, requirement, since: datetime.date, today: datetime.date, by, leads=None) -> Requirement:
    """`requirement` with its changed values holds from `since`; until the day before, and for every year gone, it stays as it was.

    Where the days of the year come out otherwise by the new version, items of the old one that nobody has touched and that lie wholly
    after `since` are dropped: laying out the year again makes them anew. Items that stay are judged by the new one where that owes the
    same things of the same subjects. Raises ValidationError.
    """
    _refuse_past(since, today)
    stored = Requirement.objects.select_for_update().get(pk=requirement.pk)
    if leads is None:
        leads = list(stored.leads.all())
    if since <= stored.in_force_from:
        if stored.items.filter(period_last__lt=since).exists():
            raise RuleError(f"这项要求自 {stored.in_force_from:%Y-%m-%d} 起已排入计划，新口径请从以后的日期起生效。")
        if not _lays_out_alike(stored, requirement):
            _drop_untouched_items(stored, since)
        return save_requirement(requirement=requirement, leads=leads, by=by)
    if stored.in_force_until and stored.in_force_until < since:
        raise RuleError(f"这项要求已于 {stored.in_force_until:%Y-%m-%d} 失效，请改它的后一个版本。")
    stored.in_force_until = since - ONE_DAY
    save_requirement(requirement=stored, by=by)
    if not _lays_out_alike(stored, requirement):
        _drop_untouched_items(stored, since)
    requirement.pk, requirement._state.adding = None, True
    requirement.in_force_from = since
    save_requirement(requirement=requirement, leads=leads, by=by)
    if all(getattr(requirement, name) == getattr(stored, name) for name in OWED):
        stored.items.filter(period_first__gte=since).update(requirement=requirement)
    return requirement


OWED = ("owed_by", "per", "quantity")
# What decides which days a rule takes of a year; use, ground and leads do not.
LAID_OUT_BY = (
    *OWED,
    *("department_kinds", "window", "opens_sessions", "weekday", "nth", "starts_at", "on_holiday", "speakers_min", "speakers_max"),
)


def _lays_out_alike(one, other) -> bool:
    return all(str(getattr(one, name)) == str(getattr(other, name)) for name in LAID_OUT_BY)


def _refuse_past(since: datetime.date, today: datetime.date) -> None:
    """A year that is over stays judged by the rules of its time."""
    if since.year < today.year:
        raise RuleError(f"往年的口径不改。请填 {today.year}-01-01 或以后的日期。")


@transaction.atomic
def close_requirement(*, requirement, on: datetime.date | None, by) -> Requirement:
    """`on` is the last day it holds, None opens it again. What was planned by it stays. Raises ValidationError."""
    stored = Requirement.objects.select_for_update().get(pk=requirement.pk)
    stored.in_force_until = on
    return save_requirement(requirement=stored, by=by)


@transaction.atomic
def delete_requirement(*, requirement, today: datetime.date, by) -> bool:
    """Delete a rule that nothing was ever planned by (True); otherwise it is closed as of today (False). Raises ValidationError."""
    Requirement.objects.select_for_update().get(pk=requirement.pk)  # a layout that goes on meanwhile comes before or after
    if requirement.items.exists():
        if requirement.in_force_until is None or requirement.in_force_until > today:
            close_requirement(requirement=requirement, on=max(today, requirement.in_force_from), by=by)
        return False
    log(instance=requirement, action="wagtail.delete", user=by, deleted=True)
    requirement.delete()
    return True


def _drop_untouched_items(requirement, since):
    PlanItem.objects.filter(
        requirement=requirement, period_first__gte=since, edited_at__isnull=True, done_on__isnull=True, sessions__isnull=True
    ).delete()


def cautions_for(*, measure: str, use: str) -> list[Caution]:
    """What later rules say against it, where the figure is to be more than shown."""
    return [] if use == Use.DISPLAY else list(Caution.objects.filter(measure=measure))


def cautions_raised_by(preset: str) -> list[tuple[Caution, list[str]]]:
    """Each caution that `preset` calls for, with the names of the rules that do. Before the cautions are loaded, those that would be."""
    known = list(Caution.objects.all()) or [Caution(measure=one.measure, text=one.text, source=one.source) for one in CAUTIONS]
    counting: dict[str, list[str]] = {}
    for rule in RULES:
        if use_in(preset, rule) != Use.DISPLAY:
            counting.setdefault(rule.measure, []).append(rule.name)
    return [(caution, counting[caution.measure]) for caution in known if caution.measure in counting]


@transaction.atomic
def save_format(*, study_format: StudyFormat, by, leads=None) -> StudyFormat:
    """A format of the bureau's own, or a changed one. Raises ValidationError."""
    creating = study_format._state.adding
    study_format.key = study_format.key or f"own-{uuid.uuid4().hex[:12]}"
    study_format.full_clean()
    study_format.save()
    if leads is not None:
        study_format.leads.set(leads)
    log(instance=study_format, action="wagtail.create" if creating else "wagtail.edit", user=by, content_changed=True)
    return study_format


@transaction.atomic
def save_caution(*, caution: Caution, by) -> Caution:
    """Raises ValidationError."""
    creating = caution._state.adding
    caution.full_clean()
    caution.save()
    log(instance=caution, action="wagtail.create" if creating else "wagtail.edit", user=by, content_changed=True)
    return caution


def official_years() -> tuple[int, int]:
    """First and last year whose holidays are known without anybody entering them."""
    return min(OFFICIAL_HOLIDAYS).year, max(OFFICIAL_HOLIDAYS).year


@transaction.atomic
def fill_calendar(*, year: int, by) -> int:
    """Enter the official holidays and make-up workdays of `year`; days that an editor has entered or changed stay. Returns how many are new.

    Raises NoCalendarDataError for a year that the data do not have: nothing is guessed.
    """
    first, last = datetime.date(year, 1, 1), datetime.date(year, 12, 31)
    try:
        days = [day for day in chinese_calendar.get_dates(first, last) if _is_special(day)]
    except NotImplementedError as error:
        raise NoCalendarDataError(f"没有 {year} 年的放假安排数据。国务院办公厅公布后，请在“放假与调休”里逐日录入。") from error
    known = set(CalendarDay.objects.of_year(year).values_list("day", flat=True))
    new = [_calendar_day(day) for day in days if day not in known]
    CalendarDay.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def _is_special(day) -> bool:
    """Not what its weekday says, or a weekend that is part of a holiday."""
    is_holiday, name = chinese_calendar.get_holiday_detail(day)
    return name is not None or (not is_holiday and day.weekday() >= 5)


HOLIDAY_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


def _calendar_day(day) -> CalendarDay:
    is_holiday, name = chinese_calendar.get_holiday_detail(day)
    kind = CalendarDay.Kind.HOLIDAY if is_holiday else CalendarDay.Kind.WORKDAY
    return CalendarDay(day=day, kind=kind, name=HOLIDAY_NAMES.get(name or "", ""))


@transaction.atomic
def save_calendar_day(*, day: CalendarDay, by) -> CalendarDay:
    """A day that an editor enters or changes: no later filling touches it. Raises ValidationError."""
    creating = day._state.adding
    day.is_own = True
    day.full_clean()
    day.save()
    log(instance=day, action="wagtail.create" if creating else "wagtail.edit", user=by, content_changed=True)
    return day
