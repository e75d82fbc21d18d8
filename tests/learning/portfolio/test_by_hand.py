"""A person's five cells once more, counted from the tables in plain Python by the words of the notice and of ADR 25: `years.year_of` must say
the same, line by line. Nothing of `years`, `cells`, `totals` or of the rooms' facts is used to count."""

import calendar
import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.models import (
    Absence,
    Application,
    Attendance,
    BranchMembership,
    FiveHavesFile,
    LeadingGroupOffice,
    PlanItem,
    Posting,
    Reflection,
    Requirement,
    ResearchMember,
    StudyNote,
    StudyPlan,
    StudyStatement,
)
from learning.periods import SHANGHAI
from learning.portfolio.years import in_scope, year_of
from tests.factories.programme import AttendanceFactory, SessionFactory, StudyFormatFactory

from . import bureaus
from .bureaus import YEAR, Bureau, days, undone

JAN_1, DEC_31 = datetime.date(YEAR, 1, 1), datetime.date(YEAR, 12, 31)
HAVES = {
    "plan": ["portfolio.plan"],
    "note": ["reading.note", "portfolio.notes_on_paper"],
    "reflection": ["reading.reflection"],
    "research": ["contributions.research"],
    "application": ["portfolio.application", "reading.application"],
}
OTHERS = ["portfolio.statement", "programme.attendance"]


def day_in_shanghai(moment):
    return moment.astimezone(ZoneInfo("Asia/Shanghai")).date()


def within_the_year(day):
    return min(max(day, JAN_1), DEC_31)


def facts_of(person):
    """(kind, day it counts for, day it came about, format, kind of session, series) of everything that counts in the year."""
    found = []

    def fact(kind, counted_on, happened_on, *more):
        if JAN_1 <= counted_on <= DEC_31:
            found.append((kind, counted_on, happened_on, *(more or (None, "", None))))

    for one in Reflection.objects.filter(author=person, state__in=["waiting", "accepted"]):
        day = day_in_shanghai(one.first_handed_in_at)
        fact("reading.reflection", day, day)
        if one.application:
            fact("reading.application", day, day)
    for one in Application.objects.filter(staff=person):
        fact("portfolio.application", one.happened_on, one.happened_on)
    for one in StudyNote.objects.filter(owner=person.user):
        fact("reading.note", day_in_shanghai(one.created_at), day_in_shanghai(one.created_at))
    for one in FiveHavesFile.objects.filter(staff=person, year=YEAR).exclude(notes_on_paper_on=None):
        fact("portfolio.notes_on_paper", within_the_year(one.notes_on_paper_on), one.notes_on_paper_on)
    for one in StudyPlan.objects.filter(file__staff=person, file__year=YEAR, state="approved"):
        day = day_in_shanghai(one.handed_in_at)
        fact("portfolio.plan", within_the_year(day), max(day, JAN_1))
    for one in StudyStatement.objects.filter(file__staff=person, file__year=YEAR, state="handed_in"):
        day = day_in_shanghai(one.handed_in_at)
        fact("portfolio.statement", within_the_year(day), day)
    for one in ResearchMember.objects.filter(staff=person, report__state="handed_in").select_related("report"):
        day = one.report.handed_in_on
        fact("contributions.research", min(day, datetime.date(one.report.year, 12, 31)), day)
    for one in Attendance.objects.filter(staff=person, status__in=["present", "late"], session__state="held"):
        for study_format in one.session.formats.all():
            series = one.session.plan_item.series if one.session.plan_item else None
            fact("programme.attendance", one.session.planned_on, one.session.planned_on, study_format.pk, one.session.kind, series)
    return found


def periods(per):
    """Of the year, by their first and last days; a week that lies in two years is in both."""
    if per == "week":
        first = JAN_1 - datetime.timedelta(days=JAN_1.weekday())
        while first <= DEC_31:
            yield first, first + datetime.timedelta(days=6)
            first += datetime.timedelta(days=7)
        return
    months = {"month": 1, "quarter": 3, "half": 6, "year": 12}[per]
    for month in range(1, 13, months):
        end = month + months - 1
        yield datetime.date(YEAR, month, 1), datetime.date(YEAR, end, calendar.monthrange(YEAR, end)[1])


def last_of_window(rule, last):
    if rule.window == "before_july":
        return datetime.date(YEAR, 6, 30)
    return datetime.date(YEAR, 3, 31) if rule.window == "first_quarter" else last


def held_on(rows, day):
    return [one for one in rows if one.started_on <= day and (one.ended_on is None or day <= one.ended_on)]


def who(person, rule, day):
    """ "owes", "excused" or "not meant" by `rule` on `day`."""
    postings = held_on(Posting.objects.filter(staff=person), day)
    if not postings or (person.left_on is not None and person.left_on < day):
        return "excused"
    offices = held_on(LeadingGroupOffice.objects.filter(staff=person), day)
    is_meant = {
        "everybody": True,
        "party_members": bool(held_on(BranchMembership.objects.filter(staff=person), day)),
        "leadership": any(one.role in ("leader", "deputy") for one in offices),
        "heads": any(one.is_head for one in postings),
    }[rule.audience]
    if not is_meant:
        return "not meant"
    return "excused" if held_on(Absence.objects.filter(staff=person), day) else "owes"


def lines_of(person, today):
    """{have or None: [(series, first day, due day, owed, in time, late, excused?, state)]}."""
    facts, found = facts_of(person), {have: [] for have in (*HAVES, None)}
    items = {
        (one.series, one.period_first): one for one in PlanItem.objects.filter(plan__year=YEAR, plan__state="published", owed_by="staff")
    }
    for rule in Requirement.objects.filter(owed_by="staff"):
        kinds = HAVES.get(rule.evidence.removeprefix("have."), [rule.evidence])
        have = next((have for have, filled_by in HAVES.items() if set(kinds) <= set(filled_by)), None)
        if have is None and rule.evidence not in OTHERS:
            continue  # nobody keeps it by person
        for first, last in periods(rule.per):
            if rule.in_force_from > min(last, DEC_31) or (rule.in_force_until is not None and rule.in_force_until < last):
                continue
            item = items.get((rule.series, first))
            due_on = item.due_on if item else last_of_window(rule, last)
            standing = "owes"
            if item and item.state == "cancelled":
                standing = "excused"
            elif first <= today:
                standing = who(person, rule, min(due_on, today))
            if standing == "not meant":
                continue
            counted = [
                happened_on
                for kind, counted_on, happened_on, study_format, variant, series in facts
                if kind in kinds
                and first <= counted_on <= last
                and (study_format is None or study_format == rule.study_format_id)
                and (study_format is None or rule.session_kind in ("", variant) or series == rule.series)
            ]
            in_time = sum(day <= due_on for day in counted)
            if len(counted) >= rule.quantity:
                state = "done"
            elif standing == "excused":
                state = "excused"
            elif today < first:
                state = "not-due"
            elif today <= last:
                state = "late"
            else:
                state = "missed" if rule.is_floor else "excused"
            line = (str(rule.series), first, due_on, rule.quantity, in_time, len(counted) - in_time, standing == "excused", state)
            found[have].append((line, rule.is_floor))
    return found


def cell_of(have, lines, person, today):
    """缺, 待补, 有 as ADR 25 says it."""
    has_any = any(kind in HAVES[have] for kind, *_more in facts_of(person))
    states = [state for (*_facts, state), _is_floor in lines]
    is_overdue = any(is_floor and line[-1] in ("late", "missed") and line[2] < today for line, is_floor in lines)
    if is_overdue:
        return "missed" if today > DEC_31 or not has_any else "late"
    if has_any:
        return "done"
    return next((state for state in ("late", "not-due") if state in states), "excused")


def told(line):
    facts = (line.series, line.period.first, line.due_on, line.owed, line.in_time, line.late)
    return (*facts, bool(line.excuse), line.state.key)


def attend(draw, bureau):
    """Sessions that count for one format or for two, planned by no rule."""
    other = StudyFormatFactory()
    for day in draw(st.lists(days, max_size=3)):
        starts_at = at_an_edge(day)
        session = SessionFactory(planned_on=day, starts_at=starts_at, ends_at=starts_at + datetime.timedelta(hours=1), state="held")
        session.formats.set(draw(st.sampled_from([[bureau.study_format], [other], [bureau.study_format, other]])))
        for person in bureau.people:
            AttendanceFactory(session=session, staff=person, status=draw(st.sampled_from(["present", "late", "absent"])))


MOMENTS = [datetime.time(0, 0), datetime.time(7, 59, 59), datetime.time(8, 0), datetime.time(23, 59, 59, 999999)]


def at_an_edge(day):
    """A moment of the day in Shanghai at which it is, or is nearly, another day in UTC or here."""
    return datetime.datetime.combine(day, MOMENTS[day.toordinal() % len(MOMENTS)], tzinfo=SHANGHAI)


@pytest.fixture
def bureau(db, monkeypatch):
    monkeypatch.setattr(bureaus, "at_noon", at_an_edge)
    return Bureau()


class TestByHand:
    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
    @given(data=st.data())
    def test_says_the_same_line_by_line(self, bureau, data):
        with undone():
            bureau.fill(data.draw)
            attend(data.draw, bureau)
            rule = next(iter(bureau.rules), None)
            if rule is not None and data.draw(st.booleans()):
                Requirement.objects.filter(series=rule.series).update(evidence="programme.attendance")
            today = data.draw(days, label="today")
            for person in in_scope(YEAR):
                found, expected = year_of(person, YEAR, today), lines_of(person, today)
                for cell in found.cells:
                    lines = expected[cell.have.value]
                    assert sorted(told(line) for line in cell.lines) == sorted(line for line, _is_floor in lines)
                    assert cell.state.key == cell_of(cell.have.value, lines, person, today)
                assert sorted(told(line) for line in found.others) == sorted(line for line, _is_floor in expected[None])
