"""What the contributions room tells the rest of the house."""

import datetime

import pytest

from learning import evidence
from learning.contributions.facts import KINDS
from learning.evidence import Have, Subject
from learning.models import AnnualPlan, ContributionBulletin, ResearchEntry, ResearchJudging, ResearchOutcome
from learning.periods import PeriodKind
from learning.programme.gaps import CellState, gap_grid
from learning.programme.owing import owing
from learning.programme.presets import RULES
from tests.factories.bureau import make_bureau, rights_of
from tests.factories.contributions import MediaArticleFactory, PlacementFactory, ResearchReportFactory
from tests.factories.organisation import DepartmentFactory, StaffMemberFactory
from tests.factories.pages import make_column, make_notice, make_site
from tests.factories.programme import PlanItemFactory, RequirementFactory, at

pytestmark = pytest.mark.django_db
BY_KEY = {kind.key: kind for kind in KINDS}


@pytest.fixture(autouse=True)
def _kinds(monkeypatch):
    monkeypatch.setattr(evidence, "_kinds", {**evidence._kinds, **BY_KEY})


def rows(key):
    return list(BY_KEY[key].rows().values_list("subject_id", "counted_on", "happened_on", "quantity"))


def day(text):
    return datetime.date.fromisoformat(text)


def report(handed_in_on="2026-09-01", **facts):
    return ResearchReportFactory(state="handed_in", handed_in_on=day(handed_in_on), **facts)


def best_of(year, closed_at, *reports):
    judging = ResearchJudging.objects.create(year=year, state="closed", closed_at=closed_at)
    for number, one in enumerate(reports, start=1):
        ResearchEntry.objects.create(judging=judging, report=one, number=number, rank=number, is_best=True)
    return judging


def outcome(of, kind, happened_on):
    change = "按报告改了流程。" if kind == "converted" else ""
    return ResearchOutcome.objects.create(
        report=of, kind=kind, happened_on=day(happened_on), receiver="某某办", change=change, entered_at=at(2026, 12, 1)
    )


def bulletin(kind, first, published_at=None):
    """With its notice, published or still a draft."""
    page = make_notice(make_column(make_site()), publish=published_at is not None)
    type(page).objects.filter(pk=page.pk).update(first_published_at=published_at)
    return ContributionBulletin.objects.create(kind=kind, period_first=day(first), page=page, made_at=at(2026, 7, 1))


class TestKinds:
    def test_are_those_that_the_rules_of_the_notice_ask_for(self):
        asked = {rule.evidence: rule.owed_by for rule in RULES if rule.evidence.startswith("contributions.")}
        assert {key: BY_KEY[key].subject for key in asked} == asked

    def test_fill_two_of_the_five_haves(self):
        assert {kind.key: kind.have for kind in KINDS if kind.have} == {
            "contributions.research": Have.RESEARCH,
            "contributions.research_use": Have.APPLICATION,
        }


class TestResearchReports:
    def test_are_their_departments_once_handed_in(self):
        found = report()
        ResearchReportFactory(state="approved")
        ResearchReportFactory(state="withdrawn")
        assert rows("contributions.research_report") == [(found.department_id, day("2026-09-01"), day("2026-09-01"), 1)]

    def test_count_for_the_year_of_their_topic_when_they_are_late(self):
        found = report("2027-01-08")
        assert rows("contributions.research_report") == [(found.department_id, day("2026-12-31"), day("2027-01-08"), 1)]


class TestBestReports:
    def test_count_when_the_judging_closed_in_shanghai(self):
        best_of(2026, at(2026, 12, 20, 0), report(), report())
        assert rows("contributions.best_report") == [(None, day("2026-12-20"), day("2026-12-20"), 1)] * 2

    def test_count_for_the_year_that_was_judged_when_that_was_late(self):
        judging = best_of(2026, at(2027, 1, 15), report())
        ResearchEntry.objects.create(judging=judging, report=report(), number=2, rank=2)
        assert rows("contributions.best_report") == [(None, day("2026-12-31"), day("2027-01-15"), 1)]

    def test_are_none_while_it_is_open(self):
        judging = ResearchJudging.objects.create(year=2026, state="open")
        ResearchEntry.objects.create(judging=judging, report=report(), number=1, is_best=True)
        assert rows("contributions.best_report") == []


class TestBulletins:
    @pytest.mark.parametrize(
        ("key", "kind", "first", "counted_on"),
        [
            ("contributions.summary", "half_year", "2026-01-01", "2026-06-30"),
            ("contributions.summary", "half_year", "2026-07-01", "2026-12-31"),
            ("contributions.ranking", "ranking", "2026-01-01", "2026-12-31"),
        ],
    )
    def test_count_for_the_end_of_what_they_are_about(self, key, kind, first, counted_on):
        bulletin(kind, first, at(2027, 1, 5, 0))
        assert rows(key) == [(None, day(counted_on), day("2027-01-05"), 1)]
        (other,) = {"contributions.summary", "contributions.ranking"} - {key}
        assert rows(other) == []

    def test_do_not_count_before_their_notice_can_be_read(self):
        bulletin("ranking", "2026-01-01")
        ContributionBulletin.objects.create(kind="ranking", period_first=day("2025-01-01"), made_at=at(2026, 1, 1))
        assert rows("contributions.ranking") == []


class TestAdoptions:
    def test_are_one_an_author_and_article_on_its_first_day(self):
        first, second = StaffMemberFactory(), StaffMemberFactory()
        article = MediaArticleFactory(state="adopted", by_people=[first, second, "外请作者"])
        for text in ("2026-04-09", "2026-03-05"):
            PlacementFactory(article=article, published_on=day(text))
        PlacementFactory(article=article, published_on=day("2026-03-01"), confirmed_at=None)
        assert sorted(rows("contributions.adoption")) == [(one.pk, day("2026-03-05"), day("2026-03-05"), 1) for one in (first, second)]

    def test_are_none_before_a_use_is_confirmed(self):
        article = MediaArticleFactory(state="office", by_people=[StaffMemberFactory()])
        assert rows("contributions.adoption") == []
        PlacementFactory(article=article, confirmed_at=None)
        assert rows("contributions.adoption") == []


class TestResearch:
    def test_is_every_members_of_what_was_handed_in(self):
        team = [StaffMemberFactory(), StaffMemberFactory()]
        report(team=team)
        ResearchReportFactory(state="approved")
        assert rows("contributions.research") == [(one.pk, day("2026-09-01"), day("2026-09-01"), 1) for one in team]

    def test_was_used_on_the_day_it_first_became_a_measure(self):
        used = report()
        outcome(used, "converted", "2026-11-20")
        outcome(used, "converted", "2026-10-20")
        outcome(report(), "sent_up", "2026-10-01")
        (member,) = used.members.all()
        assert rows("contributions.research_use") == [(member.staff_id, day("2026-10-20"), day("2026-10-20"), 1)]


def cell(item, today):
    return next(
        cell
        for group in gap_grid(year=2026, today=today).formats
        for line in group.lines
        for cell in line.cells
        if item.pk in {one.pk for one in cell.items}
    )


def year_item(key, *, name, owed_by=Subject.ORGAN, department=None):
    rule = next(rule for rule in RULES if rule.evidence == key)
    assert (rule.name, rule.per, rule.owed_by) == (name, PeriodKind.YEAR, owed_by)
    return PlanItemFactory(
        requirement=RequirementFactory(name=name, evidence=key, owed_by=owed_by),
        owed_by=owed_by,
        department=department,
        subject_key=f"{owed_by}:{department.pk}" if department else "organ",
        period_kind=PeriodKind.YEAR,
        planned_on=day("2026-11-30"),
        plan__state=AnnualPlan.State.PUBLISHED,
    )


class TestWhatThePlanOwes:
    def test_is_a_departments_report_when_one_was_handed_in(self):
        bureau = make_bureau()
        office = year_item("contributions.research_report", name="科室调研报告", owed_by=Subject.DEPARTMENT, department=bureau.office)
        later = day("2027-01-09")
        assert cell(office, later).state == CellState.MISSED
        head = rights_of(bureau.head, day("2026-12-20"))
        assert [one.requirement.name for one in owing(head, until=day("2026-12-31")).led] == ["科室调研报告"]
        report(department=DepartmentFactory())
        assert cell(office, later).state == CellState.MISSED
        report(department=bureau.office)
        assert cell(office, later).state == CellState.DONE
        assert owing(head, until=day("2026-12-31")).led == []

    def test_is_a_departments_report_that_came_late(self):
        office = DepartmentFactory()
        item = year_item("contributions.research_report", name="科室调研报告", owed_by=Subject.DEPARTMENT, department=office)
        report("2027-01-08", department=office)
        assert cell(item, day("2027-01-09")).state == CellState.DONE_LATE

    def test_is_the_ranking_once_it_is_published(self):
        item = year_item("contributions.ranking", name="投稿使用情况公示")
        made = bulletin("ranking", "2026-01-01")
        assert cell(item, day("2026-12-20")).state == CellState.NOT_DUE
        type(made.page).objects.filter(pk=made.page_id).update(live=True, first_published_at=at(2026, 12, 18))
        assert cell(item, day("2026-12-20")).state == CellState.DONE

    def test_is_asked_of_all_kinds_together(self):
        """Both databases take the columns of all kinds for the same types."""
        for kind in KINDS:
            department = DepartmentFactory() if kind.subject == Subject.DEPARTMENT else None
            rule = RequirementFactory(evidence=kind.key, owed_by=kind.subject)
            PlanItemFactory(requirement=rule, owed_by=kind.subject, department=department)
        report()
        outcome(report(), "converted", "2026-10-20")
        PlacementFactory(article=MediaArticleFactory(state="adopted", by_people=[StaffMemberFactory()]))
        assert gap_grid(year=2026, today=day("2026-12-20")).formats
