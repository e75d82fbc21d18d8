import datetime

import pytest

from learning.evidence import Subject
from learning.models import Absence, Attendance, PlanItem
from learning.periods import PeriodKind
from learning.programme.choices import SessionKind, SessionState
from learning.programme.gaps import CellState, gap_grid
from learning.programme.services.plans import lay_out_year, record_done
from learning.programme.services.rules import revise_requirement
from tests.factories.organisation import BranchMembershipFactory, DepartmentFactory, PartyBranchFactory, StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.programme import (
    AttendanceFactory,
    PlanItemFactory,
    RequirementFactory,
    SessionFactory,
    StudyFormatFactory,
    at,
)

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 25)


def cells(today=TODAY, **scope):
    grid = gap_grid(year=2026, today=today, **scope)
    return [cell for group in grid.formats for line in group.lines for cell in line.cells]


def the_cell(today=TODAY, **scope):
    (cell,) = cells(today, **scope)
    return cell


def quarter_item(month=2, day=10, **facts):
    return PlanItemFactory(planned_on=datetime.date(2026, month, day), **facts)


def session_of(item, starts_at=None, **facts):
    day = item.planned_on
    return SessionFactory(
        plan_item=item,
        planned_on=day,
        starts_at=starts_at or at(day.year, day.month, day.day),
        formats=[item.requirement.study_format],
        **facts,
    )


def branch_item(branch, requirement, month=3):
    return PlanItemFactory(
        requirement=requirement,
        owed_by="branch",
        branch=branch,
        subject_key=f"branch:{branch.pk}",
        period_kind=PeriodKind.MONTH,
        planned_on=datetime.date(2026, month, 28),
    )


class TestGapGridOfSessions:
    def test_is_done_by_the_session_that_was_planned(self):
        session_of(quarter_item(), held=True)
        assert (the_cell().state, the_cell().figure) == (CellState.DONE, "1/1")

    def test_is_not_done_by_one_that_was_not_held(self):
        session_of(quarter_item(), state=SessionState.CANCELLED, reason="防汛值守")
        cell = the_cell()
        assert (cell.state, cell.figure) == (CellState.MISSED, "0/1")
        assert cell.reasons == ["02-10 取消：防汛值守"]

    def test_counts_a_session_that_moved_across_the_quarters_end_for_the_planned_quarter_and_late(self):
        item = quarter_item(3, 25)
        other = quarter_item(5, 12, requirement=item.requirement)
        session_of(item, at(2026, 4, 8), held=True)
        first, second = cells()
        assert (first.state, first.outcome.late) == (CellState.DONE_LATE, 1)
        assert "其中 1 项逾期完成" in first.note
        assert second.first_item == other
        assert second.state == CellState.MISSED

    def test_waits_for_a_session_still_to_come_after_the_due_day(self):
        session_of(quarter_item(9, 20), at(2026, 12, 1), state=SessionState.POSTPONED, reason="督导")
        assert the_cell().state == CellState.LATE

    def test_is_soon_in_the_last_week_and_not_due_before(self):
        quarter_item(11, 24)
        assert the_cell(datetime.date(2026, 12, 25)).state == CellState.SOON
        assert the_cell().state == CellState.NOT_DUE

    def test_counts_a_session_of_several_formats_in_each_once(self):
        items = [quarter_item(), quarter_item()]
        SessionFactory(
            planned_on=items[0].planned_on,
            starts_at=at(2026, 2, 10),
            formats=[item.requirement.study_format for item in items],
            held=True,
        )
        assert [cell.outcome.done for cell in cells()] == [1, 1]

    def test_counts_a_second_one_of_the_period_for_no_more_than_is_owed(self):
        item = quarter_item()
        session_of(item, held=True)
        SessionFactory(planned_on=item.planned_on, formats=[item.requirement.study_format], held=True)
        assert the_cell().figure == "1/1"

    def test_counts_only_the_kind_that_the_rule_asks_for(self):
        item = quarter_item(requirement=RequirementFactory(session_kind=SessionKind.TEST))
        SessionFactory(planned_on=item.planned_on, formats=[item.requirement.study_format], held=True)
        assert the_cell().outcome.done == 0

    def test_counts_the_planned_one_even_of_another_kind(self):
        session_of(quarter_item(requirement=RequirementFactory(session_kind=SessionKind.TEST)), held=True)
        assert the_cell().outcome.done == 1

    def test_excuses_a_cancelled_item(self):
        quarter_item(state=PlanItem.State.CANCELLED, reason="端午节放假，取消")
        cell = the_cell()
        assert (cell.state, cell.figure) == (CellState.EXCUSED, "")
        assert cell.reasons == ["02-10 端午节放假，取消"]


class TestGapGridOfTicks:
    def test_takes_a_tick_for_what_no_room_keeps(self):
        quarter_item(requirement=RequirementFactory(evidence="nobody.keeps"), done_on=datetime.date(2026, 3, 1), done_note="已办")
        assert the_cell().state == CellState.DONE

    def test_shows_a_late_tick_as_late(self):
        item = quarter_item(requirement=RequirementFactory(evidence="programme.item"))
        record_done(item=item, on=datetime.date(2026, 4, 2), note="材料在档案柜", by=make_user("clerk"), now=at(2026, 11, 25))
        assert the_cell().state == CellState.DONE_LATE


class TestGapGridOfWeeks:
    @pytest.fixture
    def tuesdays(self):
        """Four weeks of March and the floor of a branch; the third Tuesday is a holiday and moved into the next month's first days."""
        rule = RequirementFactory(per="week", is_floor=False)
        return [
            PlanItemFactory(requirement=rule, period_kind=PeriodKind.WEEK, planned_on=datetime.date(2026, 3, day)) for day in (10, 17, 24)
        ]

    def test_gathers_them_in_their_month(self, tuesdays):
        session_of(tuesdays[0], held=True)
        assert (the_cell().column, the_cell().span, the_cell().figure) == (3, 1, "1/3")

    def test_a_missed_tuesday_is_no_gap(self, tuesdays):
        session_of(tuesdays[0], held=True)
        assert the_cell().state == CellState.EXCUSED

    def test_a_holiday_tuesday_stays_in_the_month_of_its_own_day(self):
        PlanItemFactory(
            requirement=RequirementFactory(per="week", is_floor=False),
            period_kind=PeriodKind.WEEK,
            planned_on=datetime.date(2026, 4, 1),
            moved_from=datetime.date(2026, 3, 31),
            reason="放假，顺延",
        )
        assert the_cell().column == 3
        assert the_cell().reasons == ["03-31 放假，顺延"]


class TestGapGridOfBranches:
    @pytest.fixture
    def rule(self):
        return RequirementFactory(per="month", owed_by=Subject.BRANCH, evidence="programme.collective", session_kind=SessionKind.COLLECTIVE)

    def test_counts_a_session_of_the_organ_for_every_branch(self, rule):
        for branch in PartyBranchFactory.create_batch(3):
            branch_item(branch, rule)
        SessionFactory(planned_on=datetime.date(2026, 3, 10), starts_at=at(2026, 3, 10), formats=[rule.study_format], held=True)
        assert (the_cell().state, the_cell().figure) == (CellState.DONE, "3/3")

    def test_counts_a_branchs_own_session_for_it_alone(self, rule):
        own, other = PartyBranchFactory.create_batch(2)
        branch_item(own, rule)
        branch_item(other, rule)
        SessionFactory(planned_on=datetime.date(2026, 3, 10), formats=[rule.study_format], held=True, organised_by="branch", branch=own)
        assert (the_cell().state, the_cell().figure) == (CellState.MISSED, "1/2")
        assert the_cell(scope=(Subject.BRANCH, own.pk)).figure == "1/1"
        assert the_cell(scope=(Subject.BRANCH, other.pk)).figure == "0/1"

    def test_never_takes_a_department_for_the_branch_of_the_same_key(self, rule):
        rule.evidence = "programme.department_session"
        rule.save()
        branch_item(PartyBranchFactory(pk=77), rule)
        SessionFactory(
            planned_on=datetime.date(2026, 3, 10),
            formats=[rule.study_format],
            held=True,
            organised_by="department",
            department=DepartmentFactory(pk=77),
        )
        assert the_cell().figure == "0/1"

    def test_a_department_sees_what_it_and_those_below_it_owe(self):
        above = DepartmentFactory()
        below, other = DepartmentFactory(parent=above), DepartmentFactory()
        rule = RequirementFactory(owed_by=Subject.DEPARTMENT, evidence="programme.item")
        for department in (above, below, other):
            quarter_item(requirement=rule, owed_by="department", department=department, subject_key=f"department:{department.pk}")
        assert the_cell().figure == "0/3"
        assert the_cell(scope=(Subject.DEPARTMENT, above.pk)).figure == "0/2"
        assert the_cell(scope=(Subject.DEPARTMENT, below.pk)).figure == "0/1"


class TestGapGridOfPeople:
    @pytest.fixture
    def rule(self):
        return RequirementFactory(owed_by=Subject.STAFF, evidence="programme.attendance")

    @pytest.fixture
    def item(self, rule):
        return quarter_item(requirement=rule, owed_by="staff")

    def session(self, item, **facts):
        return SessionFactory(
            planned_on=item.planned_on, starts_at=at(2026, 2, 10), formats=[item.requirement.study_format], held=True, **facts
        )

    def test_counts_those_who_have_done_it_of_those_who_owe_it(self, item):
        people = [StaffMemberFactory(posted_to=DepartmentFactory()) for _ in range(3)]
        self.session(item, attended_by=people[:2])
        assert (the_cell().state, the_cell().figure) == (CellState.MISSED, "2/3")

    def test_leaves_out_whoever_is_on_long_leave_or_was_not_there_then(self, item):
        StaffMemberFactory(posted_to=DepartmentFactory(), posted_to__started_on=datetime.date(2026, 5, 1))
        away = StaffMemberFactory(posted_to=DepartmentFactory())
        Absence.objects.create(staff=away, kind="training", started_on=datetime.date(2026, 1, 1))
        assert the_cell().state == CellState.EXCUSED

    def test_counts_made_up_as_done(self, item):
        person = StaffMemberFactory(posted_to=DepartmentFactory())
        AttendanceFactory(session=self.session(item), staff=person, status="absent", is_made_up=True)
        assert the_cell().state == CellState.DONE

    def test_asks_for_the_number_that_the_rule_asks_for(self, item, rule):
        rule.quantity = 2
        rule.save()
        person = StaffMemberFactory(posted_to=DepartmentFactory())
        self.session(item, attended_by=[person])
        assert the_cell().figure == "0/1"
        self.session(item, attended_by=[person])
        assert the_cell().figure == "1/1"

    def test_counts_a_department_with_those_below_it_and_a_branch(self, item):
        above, branch = DepartmentFactory(), PartyBranchFactory()
        inside = StaffMemberFactory(posted_to=DepartmentFactory(parent=above), member_of=branch)
        StaffMemberFactory(posted_to=DepartmentFactory())
        self.session(item, attended_by=[inside])
        assert the_cell().figure == "1/2"
        assert the_cell(scope=(Subject.DEPARTMENT, above.pk)).figure == "1/1"
        assert the_cell(scope=(Subject.BRANCH, branch.pk)).figure == "1/1"

    def test_counts_nobody_before_the_period_begins(self, item):
        StaffMemberFactory(posted_to=DepartmentFactory())
        cell = the_cell(datetime.date(2025, 12, 30))
        assert (cell.state, cell.figure) == (CellState.NOT_DUE, "")

    def test_shows_who_was_late(self, item):
        person = StaffMemberFactory(posted_to=DepartmentFactory())
        SessionFactory(
            planned_on=item.planned_on,
            starts_at=at(2026, 4, 8),
            formats=[item.requirement.study_format],
            held=True,
            attended_by=[person],
        )
        assert (the_cell().state, the_cell().outcome.late) == (CellState.DONE_LATE, 1)


class TestGapGrid:
    def test_has_a_line_for_a_rule_and_its_revision(self):
        rule = RequirementFactory(per="month", name="旧名")
        clerk = make_user("clerk")
        lay_out_year(year=2026, by=clerk, now=at(2026, 1, 1))
        rule.name = "新名"
        revise_requirement(requirement=rule, since=datetime.date(2026, 7, 1), today=TODAY, by=clerk)
        lay_out_year(year=2026, by=clerk, now=at(2026, 6, 1))
        (group,) = gap_grid(year=2026, today=TODAY).formats
        (line,) = group.lines
        assert line.requirement.name == "新名"
        assert [cell.column for cell in line.cells] == list(range(1, 13))

    def test_has_a_line_for_each_cadence_of_a_rule_so_that_no_cell_lies_on_another(self):
        rule = RequirementFactory(per="quarter")
        clerk = make_user("clerk")
        lay_out_year(year=2026, by=clerk, now=at(2026, 1, 1))
        rule.per = "month"
        revise_requirement(requirement=rule, since=datetime.date(2026, 5, 1), today=TODAY, by=clerk)
        lay_out_year(year=2026, by=clerk, now=at(2026, 5, 1))
        (group,) = gap_grid(year=2026, today=TODAY).formats
        assert [[(cell.column, cell.span) for cell in line.cells] for line in group.lines] == [
            [(1, 3), (4, 3)],
            [(month, 1) for month in range(5, 13)],
        ]

    def test_fills_twelve_months_a_line(self):
        rule = RequirementFactory()
        quarter_item(5, requirement=rule)
        (group,) = gap_grid(year=2026, today=TODAY).formats
        assert [(stretch.cell is not None, stretch.span) for stretch in group.lines[0].stretches] == [(False, 3), (True, 3), (False, 6)]

    def test_counts_its_cells_by_state(self):
        session_of(quarter_item(), held=True)
        quarter_item()
        grid = gap_grid(year=2026, today=TODAY)
        assert (grid.counts[CellState.DONE], grid.counts[CellState.MISSED], grid.behind) == (1, 1, 1)

    def test_shows_first_what_is_behind_and_what_is_going_on(self):
        rule = RequirementFactory()
        behind, now = quarter_item(2, requirement=rule), quarter_item(11, requirement=rule)
        done = quarter_item(5, requirement=rule)
        session_of(done, held=True)
        (group,) = gap_grid(year=2026, today=TODAY).formats
        assert [cell.first_item for cell in group.lines[0].first_to_see] == [behind, now]
        assert [cell.first_item for cell in group.lines[0].others] == [done]

    def test_asks_as_many_statements_for_many_as_for_few(self, django_assert_num_queries):
        study_format, branch = StudyFormatFactory(), PartyBranchFactory()
        rules = [
            RequirementFactory(study_format=study_format),
            RequirementFactory(study_format=study_format, owed_by="branch", evidence="programme.collective", per="month"),
            RequirementFactory(study_format=study_format, owed_by="staff", evidence="programme.attendance", position=1),
        ]
        quarter_item(requirement=rules[0])
        quarter_item(requirement=rules[2], owed_by="staff")
        branch_item(branch, rules[1])

        def grow(number):
            people = [StaffMemberFactory(posted_to=DepartmentFactory(), member_of=branch) for _ in range(number)]
            session = SessionFactory(planned_on=datetime.date(2026, 2, 10), formats=[study_format], held=True)
            Attendance.objects.bulk_create([Attendance(session=session, staff=person, status="present") for person in people])
            branch_item(PartyBranchFactory(), rules[1])

        grow(10)
        with django_assert_num_queries(6):
            gap_grid(year=2026, today=TODAY)
        grow(100)
        with django_assert_num_queries(6):
            grid = gap_grid(year=2026, today=TODAY)
        assert grid.formats[0].lines[-1].cells[0].figure == "110/110"

    def test_of_nothing_planned_is_empty(self):
        assert gap_grid(year=2026, today=TODAY).formats == []

    def test_membership_counts_as_of_the_day_it_was_due(self):
        branch = PartyBranchFactory()
        rule = RequirementFactory(owed_by=Subject.STAFF, evidence="programme.attendance", audience="party_members")
        quarter_item(requirement=rule, owed_by="staff")
        person = StaffMemberFactory(posted_to=DepartmentFactory())
        BranchMembershipFactory(staff=person, branch=branch, started_on=datetime.date(2026, 4, 1))
        assert the_cell().state == CellState.EXCUSED
