import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learning.models import AnnualPlan, DepartmentStatement, FileLook
from learning.periods import PeriodKind
from learning.topics.areas import ContentArea
from tests.factories.bureau import make_bureau
from tests.factories.contributions import MediaArticleFactory, PlacementFactory, ResearchReportFactory
from tests.factories.organisation import DepartmentFactory, PostingFactory, StaffMemberFactory
from tests.factories.pages import make_site, make_user
from tests.factories.portfolio import ApplicationFactory, rule_of_people
from tests.factories.programme import AnnualPlanFactory, AttendanceFactory, PlanItemFactory, RequirementFactory, SessionFactory, at
from tests.factories.reading import StudyNoteFactory, accepted_reflection
from tests.standing import standing

NOW = at(2026, 11, 25, 9)


@standing(now=NOW)
def bureau():
    make_site()
    return make_bureau()


def url(department, year=2026, query="") -> str:
    return f"/boards/{year}/departments/{department.pk}/{query}"


def html_of(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def owed_by_department(department, **facts):
    rule = RequirementFactory(owed_by="department", evidence="contributions.research_report", per="year", **facts)
    return PlanItemFactory(
        requirement=rule,
        plan=AnnualPlanFactory(year=2026, state=AnnualPlan.State.PUBLISHED),
        owed_by="department",
        department=department,
        subject_key=f"department:{department.pk}",
        period_kind=PeriodKind.YEAR,
    )


class TestWhoSeesIt:
    def test_is_the_heads_the_committees_and_the_leaders(self, client, as_, bureau):
        assert client.get(url(bureau.office)).headers["Location"].startswith("/login/")
        for person, status in (
            (bureau.head, 200),
            (bureau.clerk, 200),
            (bureau.leader, 200),
            (bureau.member, 403),
            (bureau.other_head, 403),
            (bureau.secretary, 403),
            (make_user("meiren"), 403),
        ):
            assert as_(person).get(url(bureau.office)).status_code == status, person

    def test_shows_names_to_the_head_and_the_committee_only(self, as_, bureau):
        rule_of_people("have.application")
        for query in ("", "?people=all", "?have=application&state=late", "?kind=portfolio.application"):
            assert "陶思远" not in html_of(as_(bureau.leader).get(url(bureau.office, query=query)))
        for person in (bureau.head, bureau.clerk):
            html = html_of(as_(person).get(url(bureau.office)))
            assert "陶思远" in html
            assert "沈一舟" not in html

    def test_of_a_department_below_is_the_upper_heads_too(self, as_, bureau):
        below = DepartmentFactory(name="机要室", parent=bureau.office)
        assert as_(bureau.head).get(url(below)).status_code == 200

    @pytest.mark.parametrize(("year", "pk"), [(1, None), (1999, None), (9999, None), (2026, 10**30), (2026, 0)])
    def test_is_not_there_of_years_and_departments_that_are_none(self, as_, bureau, year, pk):
        assert as_(bureau.clerk).get(f"/boards/{year}/departments/{bureau.office.pk if pk is None else pk}/").status_code == 404

    @pytest.mark.parametrize(
        "query",
        [
            "?page=x",
            "?page=999999999999999",
            "?kind=%00",
            "?kind=nothing",
            "?have=x&state=y",
            "?have=note&state=%00",
            "?people=" + "长" * 900,
        ],
    )
    def test_survives_any_address(self, as_, bureau, query):
        assert as_(bureau.clerk).get(url(bureau.office, query=query)).status_code == 200

    def test_is_read_and_never_written(self, as_, bureau):
        client = as_(bureau.clerk)
        assert client.post(url(bureau.office)).status_code == 405
        client.get(url(bureau.office))
        assert not FileLook.objects.exists()


class TestHaves:
    def test_are_counted_and_open_the_people_behind(self, as_, bureau):
        rule_of_people("have.application")
        ApplicationFactory(staff=bureau.member)
        client = as_(bureau.head)
        html = html_of(client.get(url(bureau.office)))
        assert "五有（3 人）" in html
        assert 'href="?have=application&amp;state=late#people"' in html
        behind = html_of(client.get(url(bureau.office, query="?have=application&state=late")))
        assert "有收获运用：待补的人（2 人）" in behind
        assert "赵一鸣" in behind
        assert "陶思远" not in behind
        assert f'action="/five-haves/2026/{bureau.colleague.pk}/look/"' in behind

    def test_are_behind_without_more_in_the_address_and_all_on_request(self, as_, bureau):
        rule_of_people("have.application")
        ApplicationFactory(staff=bureau.member)
        client = as_(bureau.clerk)
        assert "有待补或缺的人（2 人）" in html_of(client.get(url(bureau.office)))
        assert "全部人员（3 人）" in html_of(client.get(url(bureau.office, query="?people=all")))

    def test_belong_to_the_department_of_that_time(self, as_, bureau):
        """A department closed in mid-year has no files of this year, but those of the last one; what was there before counts for it."""
        closed = DepartmentFactory(name="电教馆", closed_on=datetime.date(2026, 7, 1))
        person = StaffMemberFactory(name="何旧人")
        PostingFactory(staff=person, department=closed, started_on=datetime.date(2020, 1, 1), ended_on=datetime.date(2026, 6, 30))
        PostingFactory(staff=person, department=bureau.office, started_on=datetime.date(2026, 7, 1))
        ApplicationFactory(staff=person, happened_on=datetime.date(2026, 5, 6))
        client = as_(bureau.clerk)
        assert "何旧人" in html_of(client.get(url(closed, year=2025, query="?people=all")))
        this_year = html_of(client.get(url(closed, query="?people=all")))
        assert "何旧人" not in this_year
        assert "已于 2026-07-01 撤销" in this_year
        assert "收获运用</span>" in this_year
        assert "何旧人" in html_of(client.get(url(closed, query="?kind=portfolio.application")))
        new = html_of(client.get(url(bureau.office, query="?people=all")))
        assert "何旧人" in new
        assert "?kind=portfolio.application" not in new

    def test_of_departments_below_are_added_up_and_listed(self, as_, bureau):
        below = DepartmentFactory(name="机要室", parent=bureau.office)
        PostingFactory(staff=StaffMemberFactory(name="何下级"), department=below)
        html = html_of(as_(bureau.head).get(url(bureau.office, query="?people=all")))
        assert "五有（4 人）" in html
        assert f'href="/boards/2026/departments/{below.pk}/"' in html


class TestContributions:
    def test_are_records_and_people_by_kind(self, as_, bureau):
        article = MediaArticleFactory(by_people=[bureau.member, bureau.colleague], by_departments=[bureau.office])
        PlacementFactory(article=article, published_on=datetime.date(2026, 5, 1))
        PlacementFactory(
            article=MediaArticleFactory(by_people=[bureau.secretary], by_departments=[bureau.other]),
            published_on=datetime.date(2026, 5, 1),
        )
        ResearchReportFactory(state="handed_in", department=bureau.office, declared_by=bureau.member)
        html = html_of(as_(bureau.head).get(url(bureau.office)))
        assert '<a href="?kind=contributions.adoption#people"><strong>1</strong> 项，2 人</a>' in html
        assert "科室调研报告" in html
        people = html_of(as_(bureau.head).get(url(bureau.office, query="?kind=contributions.adoption")))
        assert "稿件被采用的人（2 人）" in people
        assert "陶思远" in people
        assert "沈一舟" not in people

    def test_are_never_private_notes(self, as_, bureau):
        StudyNoteFactory(owner=bureau.member.user)
        html = html_of(as_(bureau.head).get(url(bureau.office)))
        assert "kind=reading.note" not in html


class TestTheRest:
    def test_rates_stand_with_the_people_they_rest_on(self, as_, bureau):
        session = SessionFactory(held=True, starts_at=at(2026, 3, 3), area=ContentArea.PROFESSIONAL)
        for person, status in ((bureau.member, "present"), (bureau.colleague, "duty"), (bureau.head, "sick")):
            AttendanceFactory(session=session, staff=person, status=status, department=bureau.office)
        html = html_of(as_(bureau.leader).get(url(bureau.office)))
        assert "3 人；到会、迟到、线上 1 ÷（应到 3 − 公差 1）" in html
        assert "公差 1，病假、事假、休假 1" in html
        assert "2026年3月出勤率 50.0%（1/2）" in html
        assert "活动 1" in html

    def test_shows_the_grid_and_what_falls_due_next(self, as_, bureau):
        item = owed_by_department(bureau.office, name="调研报告")
        html = html_of(as_(bureau.head).get(url(bureau.office)))
        assert "调研报告（2026年）" in html
        assert "2026-12-31 前" in html
        assert f'href="/gaps/cells/{item.pk}/?scope=department:{bureau.office.pk}"' in html or f"{item.pk}/?scope=department" in html

    def test_hides_the_grid_of_a_draft_from_all_but_the_committee(self, as_, bureau):
        item = owed_by_department(bureau.office)
        AnnualPlan.objects.filter(pk=item.plan_id).update(state=AnnualPlan.State.DRAFT)
        assert "尚未发布" in html_of(as_(bureau.head).get(url(bureau.office)))
        assert "还是草稿" in html_of(as_(bureau.clerk).get(url(bureau.office)))

    def test_says_how_the_departments_statement_stands(self, as_, bureau):
        client = as_(bureau.head)
        assert "去写</a>" in html_of(client.get(url(bureau.office)))
        statement = DepartmentStatement.objects.create(year=2026, department=bureau.office, text="一年", saved_at=NOW)
        assert "继续写</a>" in html_of(client.get(url(bureau.office)))
        DepartmentStatement.objects.filter(pk=statement.pk).update(state="handed_in", handed_in_at=NOW)
        assert "看述学报告" in html_of(client.get(url(bureau.office)))
        leaders = html_of(as_(bureau.leader).get(url(bureau.office)))
        assert "看述学报告" in leaders
        assert "/statement/write/" not in leaders
        assert "去写" not in html_of(as_(bureau.head).get(url(bureau.office, year=2024)))

    def test_offers_the_years_that_somebody_was_there(self, as_, bureau):
        html = html_of(as_(bureau.head).get(url(bureau.office)))
        for year in (2024, 2025, 2026):
            assert f'href="/boards/{year}/departments/{bureau.office.pk}/"' in html
        assert f'href="/boards/2023/departments/{bureau.office.pk}/"' not in html

    def test_of_a_year_long_ago_is_empty_and_says_so(self, as_, bureau):
        html = html_of(as_(bureau.clerk).get(url(bureau.office, year=2010)))
        assert "2010年没有人的档案归这里" in html
        assert "没有2010年度计划" in html


class TestCost:
    def _fill(self, bureau, number):
        for _ in range(number):
            person = StaffMemberFactory(posted_to=bureau.office)
            ApplicationFactory(staff=person)
            accepted_reflection(author=person)
            AttendanceFactory(session=SessionFactory(held=True, starts_at=at(2026, 3, 3)), staff=person, department=bureau.office)
            owed_by_department(bureau.office)

    def test_is_the_same_however_many_people_and_records(self, as_, bureau):
        rule_of_people("have.application")
        rule_of_people("reading.reflection", per=PeriodKind.QUARTER)
        client = as_(bureau.head)

        def cost(query):
            with CaptureQueriesContext(connection) as statements:
                assert client.get(url(bureau.office, query=query)).status_code == 200
            return len(statements)

        def costs():
            client.get(url(bureau.office))  # fills the cache
            return [cost(query) for query in ("", "?people=all", "?kind=portfolio.application")]

        self._fill(bureau, 2)
        few = costs()
        self._fill(bureau, 5)
        assert costs() == few
        assert max(few) <= 32
