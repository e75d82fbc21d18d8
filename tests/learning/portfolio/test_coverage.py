import datetime

import pytest

from learning.portfolio.board import scope_of
from learning.portfolio.coverage import Coverage, coverage_of
from learning.topics.areas import ContentArea
from learning.topics.models import Topic
from tests.factories.organisation import DepartmentFactory, StaffMemberFactory
from tests.factories.pages import make_article, make_column, make_site
from tests.factories.programme import AttendanceFactory, SessionFactory, at

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 8, 20)


def row(coverage, area):
    return next(one for one in coverage.areas if one.area == area)


def states(coverage, area):
    return [cell.state for cell in row(coverage, area).quarters]


class TestCoverageOf:
    def test_says_of_every_quarter_whether_an_area_had_anything(self):
        SessionFactory(held=True, starts_at=at(2026, 2, 3), area=ContentArea.POLICY_AND_LAW)
        found = coverage_of(2026, TODAY)
        assert [one.area for one in found.areas] == list(ContentArea)
        assert states(found, ContentArea.POLICY_AND_LAW) == [
            Coverage.COVERED,
            Coverage.NOTHING,
            Coverage.NOT_YET,
            Coverage.AHEAD,
        ]

    def test_counts_held_sessions_by_the_quarter_of_the_plan(self):
        SessionFactory(held=True, starts_at=at(2026, 4, 2), planned_on=datetime.date(2026, 3, 31), area=ContentArea.PROFESSIONAL)
        SessionFactory(starts_at=at(2026, 5, 5), area=ContentArea.PROFESSIONAL)
        SessionFactory(held=True, starts_at=at(2025, 5, 6), area=ContentArea.PROFESSIONAL)
        assert [cell.sessions for cell in row(coverage_of(2026, TODAY), ContentArea.PROFESSIONAL).quarters] == [1, 0, 0, 0]

    def test_takes_the_areas_of_its_topics_where_a_session_names_none(self):
        session = SessionFactory(held=True, starts_at=at(2026, 2, 3))
        session.topics.set(
            [
                Topic.objects.create(area=ContentArea.SCIENCE_AND_CULTURE, name="信息技术之一"),
                Topic.objects.create(area=ContentArea.SCIENCE_AND_CULTURE, name="现代管理之一"),
                Topic.objects.create(area=ContentArea.CORE_VALUES, name="道德模范之一"),
            ]
        )
        found = coverage_of(2026, TODAY)
        for area in (ContentArea.SCIENCE_AND_CULTURE, ContentArea.CORE_VALUES):
            assert row(found, area).quarters[0].sessions == 1
        assert found.unmarked == 0

    def test_tells_how_many_sessions_name_no_area(self):
        SessionFactory(held=True, starts_at=at(2026, 2, 3))
        assert coverage_of(2026, TODAY).unmarked == 1

    def test_counts_published_articles_by_their_time_in_shanghai(self):
        column = make_column(make_site())
        make_article(column, "三月的最后一刻", area=ContentArea.PROFESSIONAL, shown_at=at(2026, 3, 31, 23, 59))
        make_article(column, "草稿", area=ContentArea.PROFESSIONAL, shown_at=at(2026, 2, 1), publish=False)
        make_article(column, "去年的最后一刻", area=ContentArea.PROFESSIONAL, shown_at=at(2025, 12, 31, 23, 59))
        make_article(column, "新年第一刻", area=ContentArea.PROFESSIONAL, shown_at=at(2026, 1, 1, 0, 1))
        found = coverage_of(2026, TODAY)
        assert [cell.articles for cell in row(found, ContentArea.PROFESSIONAL).quarters] == [2, 0, 0, 0]
        assert row(found, ContentArea.PROFESSIONAL).quarters[0].note == "学习活动 0 次，文章 2 篇"

    def test_of_a_department_counts_what_its_people_were_expected_at_and_what_it_published(self):
        office, other = DepartmentFactory(), DepartmentFactory()
        for department, area in ((office, ContentArea.PROFESSIONAL), (other, ContentArea.CORE_VALUES)):
            session = SessionFactory(held=True, starts_at=at(2026, 2, 3), area=area)
            for _ in range(2):
                AttendanceFactory(session=session, staff=StaffMemberFactory(), department=department)
        column = make_column(make_site())
        make_article(column, "本科室的", area=ContentArea.POLICY_AND_LAW, shown_at=at(2026, 2, 3), department=office)
        make_article(column, "别科室的", area=ContentArea.CORE_VALUES, shown_at=at(2026, 2, 3), department=other)
        found = coverage_of(2026, TODAY, scope=scope_of(office))
        assert row(found, ContentArea.PROFESSIONAL).quarters[0].sessions == 1
        assert row(found, ContentArea.POLICY_AND_LAW).quarters[0].articles == 1
        assert states(found, ContentArea.CORE_VALUES)[0] is Coverage.NOTHING

    def test_takes_one_statement(self, django_assert_num_queries):
        SessionFactory.create_batch(3, held=True)
        with django_assert_num_queries(1):
            coverage_of(2026, TODAY)
