import datetime
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.models import ReviewPoints, ReviewRubricLine, ReviewYear, StudyReview
from learning.portfolio.contents import ReviewFigure
from learning.portfolio.review_progress import excused_from, figures_by_department, people_of, progress_of, without_account
from learning.portfolio.reviews_results import figure_of, mean_of, result_of, waiting_for
from tests.factories.organisation import DepartmentFactory, StaffMemberFactory
from tests.factories.portfolio import ReviewYearFactory
from tests.factories.programme import at

unhurried = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine, too

OPENED, CLOSED = at(2026, 12, 1), at(2026, 12, 26)


@pytest.fixture
def person(db):
    return StaffMemberFactory(posted_to=DepartmentFactory(name="办公室"))


def closed_round(year=2026, **facts):
    found = ReviewYearFactory(year=year, opened_at=OPENED, **{"closed_at": CLOSED, "seed": 5} | facts)
    for position, name in enumerate(["态度", "学用"]):
        ReviewRubricLine.objects.create(round=found, name=name, max_points=50, position=position)
    return found


def reviewed(found, person, *points, kind="peer", remark="", rater=None):
    """By somebody; empty without points."""
    rater = person if kind == "self" else rater or StaffMemberFactory()
    form = StudyReview.objects.create(
        round=found, staff=person, rater=rater, kind=kind, remark=remark, submitted_at=OPENED if points else None
    )
    for line, given_points in zip(found.rubric.all(), points, strict=False):
        ReviewPoints.objects.create(review=form, line=line, points=Decimal(str(given_points)))
    return form


class TestFigureOf:
    def test_is_the_mean_of_superior_and_colleagues(self, person, django_assert_num_queries):
        found = closed_round()
        reviewed(found, person, 40.5, 40, kind="superior")
        reviewed(found, person, 45, 40)
        reviewed(found, person, 50, 50)
        reviewed(found, person, 1, 1, kind="self")
        reviewed(found, person)  # not filled in
        with django_assert_num_queries(1):
            assert figure_of(person.pk, 2026) == ReviewFigure(raters=3, mean="88.5", total_points=100)

    def test_has_no_mean_below_three(self, person):
        found = closed_round()
        reviewed(found, person, 40, 40, kind="superior")
        reviewed(found, person, 45, 40)
        reviewed(found, person, 50, 50, kind="self")
        assert figure_of(person.pk, 2026) == ReviewFigure(raters=2, mean=None, total_points=100)

    def test_is_none_before_the_round_is_closed_and_for_whoever_is_not_in_it(self, person):
        found = closed_round(closed_at=None)
        for _one in range(3):
            reviewed(found, person, 40, 40)
        assert figure_of(person.pk, 2026) is None
        ReviewYear.objects.update(closed_at=CLOSED)
        assert figure_of(person.pk, 2026).raters == 3
        assert figure_of(person.pk, 2025) is None
        assert figure_of(StaffMemberFactory().pk, 2026) is None

    def test_is_of_one_year(self, person):
        for year in (2025, 2026):
            found = closed_round(year)
            for _one in range(3):
                reviewed(found, person, year - 2000, 0)
        assert (figure_of(person.pk, 2025).mean, figure_of(person.pk, 2026).mean) == ("25.0", "26.0")

    def test_says_nobody_filled_it_in(self, person):
        reviewed(closed_round(), person)
        assert figure_of(person.pk, 2026) == ReviewFigure(raters=0, mean=None, total_points=100)


class TestMeanOf:
    @unhurried
    @given(st.lists(st.integers(0, 1000), min_size=1, max_size=21))
    def test_is_rounded_half_up_from_three_raters_on(self, totals):
        mean = mean_of(sum(totals), len(totals))
        if len(totals) < 3:
            assert mean is None
        else:
            exact = Decimal(sum(totals)) / 10 / len(totals)
            assert Decimal(mean) == exact.quantize(Decimal("0.1"), ROUND_HALF_UP)


class TestResultOf:
    def test_has_own_points_aside_and_remarks_in_an_order_that_tells_nothing(self, person):
        found = closed_round()
        said = [f"第{number}条" for number in range(8)]
        for remark in said:
            reviewed(found, person, 40, 40, remark=remark)
        reviewed(found, person, 50, 50, kind="self", remark="自己写的")
        result = result_of(person.pk, found)
        assert (result.figure.mean, result.own_points) == ("80.0", "100.0")
        assert sorted(result.remarks) == said
        assert result.remarks != said
        assert result_of(person.pk, found).remarks == result.remarks

    def test_keeps_remarks_back_below_three_raters(self, person):
        found = closed_round()
        for _one in range(2):
            reviewed(found, person, 40, 40, remark="看得出是谁")
        result = result_of(person.pk, found)
        assert (result.remarks, result.own_points) == ([], None)

    def test_is_none_before_the_round_is_closed(self, person):
        found = closed_round(closed_at=None)
        reviewed(found, person, 40, 40)
        assert result_of(person.pk, found) is None


class TestWaitingFor:
    def test_is_one_entry_a_round_that_is_open(self, person, django_assert_num_queries):
        found = closed_round(closed_at=None)
        first = reviewed(found, StaffMemberFactory(), rater=person)
        reviewed(found, StaffMemberFactory(), rater=person)
        reviewed(found, StaffMemberFactory(), 1, 1, rater=person)
        reviewed(closed_round(2025), StaffMemberFactory(), rater=person)
        with django_assert_num_queries(1):
            (waiting,) = waiting_for(person)
        assert (waiting.year, waiting.due_on, waiting.number, waiting.first) == (2026, datetime.date(2026, 12, 25), 2, first.pk)

    def test_asks_nothing_about_nobody(self, db, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert waiting_for(None) == []


class TestProgress:
    def test_counts_forms_by_the_department_of_whoever_fills_them_in(self, person, django_assert_num_queries):
        found = closed_round(closed_at=None)
        reviewed(found, person, 40, 40, kind="self")
        reviewed(found, person, 40, 40, rater=StaffMemberFactory(posted_to=DepartmentFactory(name="人事科", position=1)))
        reviewed(found, StaffMemberFactory(), rater=person)
        reviewed(found, person, rater=StaffMemberFactory())
        with django_assert_num_queries(2):
            progress = progress_of(found)
        assert [(one.name, one.forms, one.filled, one.left) for one in progress] == [
            ("办公室", 2, 1, 1),
            ("人事科", 1, 1, 0),
            ("（无科室）", 1, 0, 1),
        ]
        assert without_account(found) == 2

    def test_names_nobody_as_excused_who_has_a_form(self, person):
        found = closed_round(closed_at=None)
        reviewed(found, person, kind="self")
        away = StaffMemberFactory(posted_to=DepartmentFactory())
        for one in (person, away):
            one.absences.create(kind="village", started_on=datetime.date(2026, 9, 1))
        assert excused_from(found) == [(away.name, "驻村")]


class TestFiguresByDepartment:
    def test_are_means_of_three_people_at_least(self, person, django_assert_num_queries):
        office = person.postings.get().department
        found = closed_round()
        small = StaffMemberFactory(posted_to=DepartmentFactory(name="人事科", position=1))
        people = [person, StaffMemberFactory(posted_to=office), StaffMemberFactory(posted_to=office)]
        for number, one in enumerate([*people, small]):
            for _rater in range(3):
                reviewed(found, one, 40, number)
        reviewed(found, StaffMemberFactory(posted_to=office), kind="self")
        with django_assert_num_queries(2):
            figures = figures_by_department(found)
        assert [(one.name, one.people, one.with_mean, one.mean) for one in figures] == [("办公室", 4, 3, "41.0"), ("人事科", 1, 1, None)]
        assert set(people_of(found, office.pk)) > set(people)
