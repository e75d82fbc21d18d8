"""一次记录，处处算数: one lecture is held and its roll taken; every view knows, and nothing was entered a second time (product.md §4 item 1)."""

import datetime

import pytest
import time_machine
from django.apps import apps
from django.urls import reverse

from learning.evidence import Have, Subject
from learning.library.lecture_records import begin_lecture_record
from learning.models import AnnualPlan, Attendance, Session
from learning.periods import PeriodKind, period_of
from learning.portfolio.board import board_of
from learning.portfolio.years import year_of
from learning.programme.counting_in import Where
from learning.programme.gaps import CellState, gap_grid
from learning.programme.rates import by_department, study_of_person
from learning.programme.scopes import Scope
from learning.programme.services.roll import freeze_roster, save_roll
from learning.programme.session_counting import counted_lines
from tests.factories.bureau import make_bureau, rights_of
from tests.factories.pages import make_column, make_site
from tests.factories.portfolio import rule_of_people
from tests.factories.programme import PlanItemFactory, RequirementFactory, SessionFactory, StudyFormatFactory, at
from tests.standing import standing

pytestmark = pytest.mark.django_db
STARTS, NOW = at(2026, 11, 24, 15), at(2026, 11, 24, 17, 30)
TODAY = datetime.date(2026, 11, 24)
QUARTER = period_of(TODAY, PeriodKind.QUARTER)
WRITTEN = {"learning.attendance", "learning.makeup"}  # the roll, and what whoever missed it has to make up


@standing()
def bureau():
    make_column(make_site(), "讲座记录")
    return make_bureau()


@pytest.fixture
def lecture(bureau):
    """Planned, owed by the organ once a quarter, by every branch every month, by everybody once a year."""
    carrier = StudyFormatFactory(name="专家辅导讲座", numeral="二")
    organ = RequirementFactory(study_format=carrier, name="每季度一次", position=1)
    branch = RequirementFactory(
        study_format=carrier, name="支部每月一次", owed_by="branch", evidence="programme.collective", per="month", position=2
    )
    people = rule_of_people("programme.attendance", study_format=carrier, name="每年到会", position=3)
    item = PlanItemFactory(requirement=organ)
    PlanItemFactory(
        requirement=branch, owed_by="branch", branch=bureau.branch, subject_key=f"branch:{bureau.branch.pk}", period_kind="month"
    )
    PlanItemFactory(requirement=people, owed_by="staff", subject_key="staff", period_kind="year")
    AnnualPlan.objects.update(state=AnnualPlan.State.PUBLISHED)
    session = SessionFactory(
        title="人工智能与教育", kind="expert_lecture", formats=[carrier], plan_item=item, starts_at=STARTS, study_hours=4
    )
    session.lecturers.create(name="钱教授", post="师范大学")
    return session


def cells(scope):
    grid = gap_grid(year=2026, today=TODAY, scope=scope)
    return {cell.requirement.name: (cell.state, cell.figure) for group in grid.formats for line in group.lines for cell in line.cells}


def rows_by_table():
    return {model._meta.label_lower: model.objects.count() for model in apps.get_app_config("learning").get_models()}


def views(bureau, session):
    """What the views say, by name."""
    office, organ = Scope(Subject.DEPARTMENT, bureau.office.pk), Scope(Subject.ORGAN)
    board = board_of(bureau.office, 2026, TODAY, with_plan=True)
    year = year_of(bureau.member, 2026, TODAY)
    return {
        "考勤": [(one.name, one.rates.expected, one.rates.attended) for one in by_department(QUARTER, office)],
        "全局缺口": cells(organ),
        "支部缺口": cells(Scope(Subject.BRANCH, bureau.branch.pk))["支部每月一次"],
        "科室缺口": cells(office)["每年到会"],
        "科室看板": (board.rates.rates.attended, [cell for cell in board.next_due if cell.requirement.name == "每年到会"]),
        "五有档案": [(record.title, record.url) for record in year.records],
        "五有档案的要求": [(line.name, line.done) for line in year.others],
        "个人学时": study_of_person(bureau.member.pk, QUARTER)[1],
        "这条算进了": [line.where for line in counted_lines(session, rights_of(bureau.member, TODAY))],
    }


@pytest.fixture
def held(bureau, lecture):
    """(what the views said before, the lecture after the one entry: its roll)."""
    with time_machine.travel(NOW, tick=False):
        before, tables = views(bureau, lecture), rows_by_table()
        frozen = freeze_roster(session=lecture, now=NOW)
        rows = Attendance.objects.filter(session=lecture, is_expected=True)
        marks = {row.pk: "absent" if row.staff_id == bureau.colleague.pk else "present" for row in rows}
        save_roll(session=frozen, marks=marks, version=frozen.version, by=bureau.clerk.user, now=NOW)
        after = rows_by_table()
        changed = {name for name, number in after.items() if number != tables[name]}
        yield before, Session.objects.get(pk=lecture.pk), changed


class TestALecture:
    def test_is_entered_once(self, held):
        _before, _session, changed = held
        assert changed == WRITTEN

    def test_changes_every_view(self, bureau, held):
        before, session, _changed = held
        now = views(bureau, session)
        assert {name for name in now if now[name] == before[name]} == set()

    def test_is_counted_where_it_belongs(self, bureau, held):
        _before, session, _changed = held
        now = views(bureau, session)
        assert now["考勤"] == [("办公室", 3, 2)]
        assert now["全局缺口"]["每季度一次"] == (CellState.DONE, "1/1")
        assert now["支部缺口"] == (CellState.DONE, "1/1")
        assert now["科室缺口"][1] == "2/3"
        assert now["科室看板"][0] == 2
        assert now["五有档案"] == [("人工智能与教育", f"/sessions/{session.pk}/")]
        assert now["五有档案的要求"] == [("每年到会", 1)]
        assert now["个人学时"] == 4
        assert now["这条算进了"] == [Where.FILE, *[Where.REQUIREMENT] * 3, Where.BOARD]

    def test_stands_in_the_file_of_whoever_was_there_alone(self, bureau, held):
        assert year_of(bureau.colleague, 2026, TODAY).records == ()
        for have in year_of(bureau.member, 2026, TODAY).cells:
            assert have.have in Have
            assert have.records == ()  # being there is a record of the file, and none of the five haves

    def test_fills_the_page_of_the_lecture_record(self, bureau, held):
        _before, session, _changed = held
        page = begin_lecture_record(session=session, by=None)
        counts = page.head_counts
        assert (page.title, [one.name for one in page.lecturers.all()]) == ("人工智能与教育", ["钱教授"])
        assert (counts.expected, counts.there, counts.absent) == (
            session.attendances.filter(is_expected=True).count(),
            counts.expected - 1,
            1,
        )

    def test_is_told_by_the_pages_themselves(self, bureau, held, client):
        _before, session, _changed = held
        client.force_login(bureau.head.user)
        office = bureau.office.pk
        for address in (
            reverse("session", args=[session.pk]),
            reverse("gaps"),
            reverse("department_board", args=[2026, office]),
            reverse("attendance_summary"),
        ):
            assert client.get(address).status_code == 200, address
        client.force_login(bureau.member.user)
        shown = client.get(reverse("session", args=[session.pk])).content.decode()
        assert "这条算进了" in shown
        assert f"/five-haves/2026/{bureau.member.pk}/" in shown
