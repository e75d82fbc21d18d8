"""「这条算进了」: where a record counts, and what of it is shown to whom."""

import datetime

import pytest

from learning.evidence import Have
from learning.models import AnnualPlan
from learning.periods import PeriodKind
from learning.programme.counting_in import OTHER_RECORDS, Where, counts_toward, counts_toward_each
from learning.programme.rights import Rights
from learning.programme.session_counting import SESSION_KINDS, counted_lines
from tests.factories.bureau import make_bureau, rights_of
from tests.factories.contributions import MediaArticleFactory, PlacementFactory
from tests.factories.organisation import DepartmentFactory, PartyBranchFactory, PostingFactory, StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.portfolio import ApplicationFactory, FiveHavesFileFactory, StudyPlanFactory, rule_of_people
from tests.factories.programme import PlanItemFactory, RequirementFactory, SessionFactory, StudyFormatFactory, at
from tests.factories.reading import ReadingEntryFactory, StudyNoteFactory, accepted_reflection
from tests.factories.research import written_report
from tests.standing import standing

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 12, 1)
REFLECTION = ("reading.reflection", "reading.application")
RESEARCH = ("contributions.research_report", "contributions.research", "contributions.research_use")


@standing()
def bureau():
    return make_bureau()


def rights(person):
    return rights_of(person, TODAY)


def lines(kinds, record, viewer, **facts):
    return counts_toward(kinds, record.pk, rights=rights(viewer), **facts)


def of(found, where):
    return [one for one in found if one.where is where]


def published(item):
    AnnualPlan.objects.filter(pk=item.plan_id).update(state=AnnualPlan.State.PUBLISHED)
    return item


class TestAReflection:
    def test_fills_the_haves_of_its_author(self, bureau):
        one = accepted_reflection(author=bureau.member, application="改了流程。")
        found = of(lines(REFLECTION, one, bureau.member), Where.FILE)
        assert [(line.have, line.whose, line.year) for line in found] == [
            (Have.REFLECTION.label, "我", 2026),
            (Have.APPLICATION.label, "我", 2026),
        ]
        assert {line.url for line in found} == {f"/five-haves/2026/{bureau.member.pk}/"}

    def test_meets_the_requirement_in_force_in_its_period_with_its_ground_and_use(self, bureau):
        carrier = StudyFormatFactory(numeral="六", name="读书学习交流")
        rule = rule_of_people("reading.reflection", per=PeriodKind.QUARTER, study_format=carrier, name="每季度一篇", use="bulletin")
        one = accepted_reflection(author=bureau.member)
        (line,) = of(lines(REFLECTION, one, bureau.member), Where.REQUIREMENT)
        assert (line.study_format, line.requirement, line.period) == ("六、读书学习交流", "每季度一篇", "2026年第四季度")
        assert (line.basis, line.use, line.cadence) == (rule.basis, "通报", "每季度 1 次")
        assert (line.whose, line.is_late) == ("我", False)

    def test_meets_what_asks_for_whatever_fills_the_have(self, bureau):
        rule_of_people("have.application", name="收获运用")
        one = accepted_reflection(author=bureau.member, application="改了流程。")
        assert [line.requirement for line in of(lines(REFLECTION, one, bureau.member), Where.REQUIREMENT)] == ["收获运用"]

    @pytest.mark.parametrize(
        ("in_force_from", "in_force_until"),
        [("2027-01-01", None), ("2020-01-01", "2026-09-30"), ("2020-01-01", "2026-11-30")],
        ids=["later", "before", "ended-before-the-quarter-did"],
    )
    def test_counts_for_no_row_that_is_not_in_force(self, bureau, in_force_from, in_force_until):
        rule_of_people("reading.reflection", per=PeriodKind.QUARTER, in_force_from=in_force_from, in_force_until=in_force_until)
        one = accepted_reflection(author=bureau.member)
        (line,) = of(lines(REFLECTION, one, bureau.member), Where.UNASKED)
        assert (line.why, line.counts) == ("按 2026-11-20 生效的规则，没有要求用它计数。", False)

    def test_counts_for_no_requirement_that_does_not_mean_its_author(self, bureau):
        rule_of_people("reading.reflection", audience="leadership")
        one = accepted_reflection(author=bureau.member)
        assert of(lines(REFLECTION, one, bureau.member), Where.REQUIREMENT) == []

    def test_that_came_after_the_due_day_is_late(self, bureau):
        rule_of_people("reading.reflection", window="before_july")
        one = accepted_reflection(author=bureau.member)
        (line,) = of(lines(REFLECTION, one, bureau.member), Where.REQUIREMENT)
        assert line.is_late

    def test_that_does_not_count_says_why(self, bureau):
        one = accepted_reflection(author=bureau.member)
        type(one).objects.filter(pk=one.pk).update(state="returned", accepted_at=None)
        (line,) = lines(REFLECTION, one, bureau.member, why_not="退回期间不算。")
        assert (line.where, line.why, line.counts) == (Where.NOWHERE, "退回期间不算。", False)
        (line,) = lines(REFLECTION, one, bureau.member)
        assert line.why

    def test_stands_on_the_board_of_its_authors_department(self, bureau):
        one = accepted_reflection(author=bureau.member)
        (own,) = of(lines(REFLECTION, one, bureau.member), Where.BOARD)
        assert (own.whose, own.year, own.url) == ("办公室", 2026, "")
        (heads,) = of(lines(REFLECTION, one, bureau.head), Where.BOARD)
        assert heads.url == f"/boards/2026/departments/{bureau.office.pk}/"

    def test_stands_on_the_board_of_the_department_that_the_file_belongs_to(self, bureau):
        moved = StaffMemberFactory(name="调动的人", user=None)
        PostingFactory(staff=moved, department=bureau.office, started_on=datetime.date(2024, 1, 1), ended_on=datetime.date(2026, 11, 25))
        PostingFactory(staff=moved, department=bureau.other, started_on=datetime.date(2026, 11, 26))
        one = accepted_reflection(author=moved)
        assert [line.whose for line in of(lines(REFLECTION, one, bureau.clerk), Where.BOARD)] == ["人事科"]


class TestNames:
    def test_are_given_to_whoever_may_see_the_department(self, bureau):
        one = accepted_reflection(author=bureau.member)
        for viewer in (bureau.head, bureau.clerk, bureau.leader):
            (line,) = of(lines(REFLECTION, one, viewer), Where.FILE)
            assert (line.whose, line.url) == ("陶思远", "")

    def test_are_a_number_for_everybody_else(self, bureau):
        one = accepted_reflection(author=bureau.member)
        for viewer in (bureau.other_head, bureau.colleague, bureau.secretary):
            found = lines(REFLECTION, one, viewer)
            assert [line.whose for line in of(found, Where.FILE)] == ["1 人"]
            assert of(found, Where.BOARD) == []
            assert "陶思远" not in str(found)

    def test_of_a_team_are_the_own_one_and_how_many_others(self, bureau):
        article = MediaArticleFactory(state="adopted", by_people=[bureau.member, bureau.colleague, bureau.other_head])
        PlacementFactory(article=article)
        kinds = ("contributions.adoption",)
        assert [line.whose for line in of(lines(kinds, article, bureau.member), Where.FILE)] == ["我，另 2 人"]
        assert [line.whose for line in of(lines(kinds, article, bureau.head), Where.FILE)] == ["陶思远、赵一鸣，另 1 人"]

    def test_only_of_the_person_asked_for(self, bureau):
        article = MediaArticleFactory(state="adopted", by_people=[bureau.member, bureau.colleague])
        PlacementFactory(article=article)
        found = lines(("contributions.adoption",), article, bureau.clerk, staff_id=bureau.colleague.pk)
        assert [line.whose for line in of(found, Where.FILE)] == ["赵一鸣"]


class TestARecordOfNoHave:
    def test_is_kept_in_the_file_all_the_same(self, bureau):
        entry = ReadingEntryFactory(staff=bureau.member, finished_on=datetime.date(2026, 11, 20))
        (line,) = of(lines(("reading.log",), entry, bureau.member), Where.FILE)
        assert (line.have, line.kind) == (OTHER_RECORDS, "读完一本书")

    def test_that_is_private_is_told_to_its_owner_alone(self, bureau):
        rule_of_people("have.note", name="学习笔记")
        note = StudyNoteFactory(owner=bureau.member.user)
        found = lines(("reading.note",), note, bureau.member)
        assert [line.have for line in of(found, Where.FILE)] == [Have.NOTE.label]
        for viewer in (bureau.clerk, bureau.head):
            (line,) = lines(("reading.note",), note, viewer)
            assert line.why == "私人记录，只有本人知道。"
            (line,) = lines(("reading.note",), note, viewer, staff_id=bureau.member.pk)
            assert line.where is Where.NOWHERE


class TestResearch:
    def test_counts_for_the_department_and_for_the_team(self, bureau):
        RequirementFactory(
            owed_by="department",
            department_kinds=["section"],
            evidence="contributions.research_report",
            per=PeriodKind.YEAR,
            name="每科一篇",
        )
        rule_of_people("have.research", name="调研成果")
        report = written_report(state="handed_in", handed_in_on=datetime.date(2026, 9, 1), department=bureau.office)
        report.members.all().delete()
        report.members.create(staff=bureau.member)
        found = lines(RESEARCH, report, bureau.head)
        assert [line.have for line in of(found, Where.FILE)] == [Have.RESEARCH.label]
        assert {(line.requirement, line.whose) for line in of(found, Where.REQUIREMENT)} == {("每科一篇", "办公室"), ("调研成果", "陶思远")}
        assert [line.whose for line in of(found, Where.BOARD)] == ["办公室"]

    def test_counts_for_no_department_of_a_kind_that_does_not_owe_it(self, bureau):
        RequirementFactory(owed_by="department", department_kinds=["unit"], evidence="contributions.research_report", per=PeriodKind.YEAR)
        report = written_report(state="handed_in", handed_in_on=datetime.date(2026, 9, 1), department=bureau.office)
        assert of(lines(RESEARCH, report, bureau.head), Where.REQUIREMENT) == []


class TestASession:
    def test_counts_for_the_organ_for_every_branch_and_for_who_was_there(self, bureau):
        carrier = StudyFormatFactory()
        RequirementFactory(study_format=carrier, name="每季度一次", position=1)
        RequirementFactory(
            study_format=carrier, name="支部每月一次", owed_by="branch", evidence="programme.collective", per="month", position=2
        )
        rule_of_people("programme.attendance", study_format=carrier, name="每年到会", position=3)
        session = SessionFactory(held=True, formats=[carrier], attended_by=[bureau.member, bureau.colleague])
        found = counted_lines(session, rights(bureau.member))
        assert [(line.requirement, line.whose, line.period) for line in of(found, Where.REQUIREMENT)] == [
            ("每季度一次", "机关（全局）", "2026年第四季度"),
            ("支部每月一次", "每个党支部", "2026年11月"),
            ("每年到会", "我", "2026年"),
        ]
        assert [line.whose for line in of(found, Where.FILE)] == ["我，另 1 人"]

    def test_of_a_branch_counts_for_that_branch(self, bureau):
        carrier = StudyFormatFactory()
        RequirementFactory(study_format=carrier, owed_by="branch", evidence="programme.collective", per="month")
        session = SessionFactory(held=True, formats=[carrier], organised_by="branch", branch=bureau.branch)
        assert [line.whose for line in of(counted_lines(session, rights(bureau.clerk)), Where.REQUIREMENT)] == ["第一支部"]

    def test_of_two_formats_counts_in_each_and_its_people_once(self, bureau):
        one, two = StudyFormatFactory(), StudyFormatFactory()
        for carrier in (one, two):
            RequirementFactory(study_format=carrier)
        session = SessionFactory(held=True, formats=[one, two], attended_by=[bureau.colleague, bureau.head])
        found = counted_lines(session, rights(bureau.member))
        assert len(of(found, Where.REQUIREMENT)) == 2
        assert [line.whose for line in of(found, Where.FILE)] == ["2 人"]

    def test_of_another_kind_counts_only_for_the_rule_it_was_planned_by(self, bureau):
        carrier = StudyFormatFactory()
        planned = RequirementFactory(study_format=carrier, session_kind="party_day", name="计划的")
        RequirementFactory(study_format=carrier, session_kind="party_lecture", name="别的")
        item = PlanItemFactory(requirement=planned)
        session = SessionFactory(held=True, formats=[carrier], kind="collective", plan_item=item)
        assert [line.requirement for line in of(counted_lines(session, rights(bureau.clerk)), Where.REQUIREMENT)] == ["计划的"]

    def test_gives_numbers_to_an_account_that_is_nobodys(self, bureau):
        session = SessionFactory(held=True, attended_by=[bureau.member])
        (line,) = of(counted_lines(session, Rights(make_user("nobody"), TODAY)), Where.FILE)
        assert (line.whose, line.url) == ("1 人", "")

    @pytest.mark.parametrize(("state", "word"), [("planned", "还没有举行"), ("cancelled", "已取消")])
    def test_that_was_not_held_counts_nowhere(self, bureau, state, word):
        session = SessionFactory(state=state, reason="停电")
        (line,) = counted_lines(session, rights(bureau.member))
        assert line.where is Where.NOWHERE
        assert word in line.why


class TestTheCellOfTheGaps:
    def session_of(self, bureau, **facts):
        carrier = StudyFormatFactory()
        rule = RequirementFactory(study_format=carrier, owed_by="branch", evidence="programme.collective")
        item = PlanItemFactory(requirement=rule, owed_by="branch", branch=bureau.branch, subject_key=f"branch:{bureau.branch.pk}")
        return SessionFactory(held=True, formats=[carrier], **facts), item

    def url(self, session, viewer):
        (line,) = of(counted_lines(session, rights(viewer)), Where.REQUIREMENT)
        return line.url

    def test_opens_for_whoever_may_see_it(self, bureau, client):
        session, item = self.session_of(bureau)
        published(item)
        assert self.url(session, bureau.clerk) == self.url(session, bureau.leader) == f"/gaps/{item.pk}/"
        assert self.url(session, bureau.secretary) == f"/gaps/{item.pk}/?scope=branch:{bureau.branch.pk}"
        assert self.url(session, bureau.member) == self.url(session, bureau.head) == ""
        for viewer in (bureau.clerk, bureau.leader, bureau.secretary):
            client.force_login(viewer.user)
            assert client.get(self.url(session, viewer)).status_code == 200

    def test_is_not_linked_while_the_plan_is_a_draft(self, bureau):
        session, item = self.session_of(bureau)
        assert self.url(session, bureau.leader) == ""
        assert self.url(session, bureau.clerk) == f"/gaps/{item.pk}/"

    def test_of_another_branch_is_not_linked(self, bureau):
        session, item = self.session_of(bureau, organised_by="branch", branch=PartyBranchFactory())
        published(item)
        assert self.url(session, bureau.secretary) == ""

    def test_of_people_opens_for_their_head(self, bureau, client):
        rule = rule_of_people("reading.reflection", per=PeriodKind.QUARTER)
        published(PlanItemFactory(requirement=rule, owed_by="staff", subject_key="staff"))
        one = accepted_reflection(author=bureau.member)
        (line,) = of(lines(REFLECTION, one, bureau.head), Where.REQUIREMENT)
        client.force_login(bureau.head.user)
        assert client.get(line.url).status_code == 200

    def test_that_was_cancelled_says_so(self, bureau):
        rule = rule_of_people("reading.reflection", per=PeriodKind.QUARTER)
        published(PlanItemFactory(requirement=rule, owed_by="staff", subject_key="staff", state="cancelled", reason="停一次"))
        (line,) = of(lines(REFLECTION, accepted_reflection(author=bureau.member), bureau.member), Where.REQUIREMENT)
        assert line.why == "计划已取消：停一次"


class TestStatements:
    @pytest.mark.parametrize("number", [1, 12])
    def test_are_three_beside_who_looks(self, bureau, number, django_assert_num_queries):
        """Facts, rules with their items, and who the others are."""
        team = [StaffMemberFactory(posted_to=bureau.office) for _count in range(number)]
        for count in range(number):
            rule = rule_of_people("contributions.adoption", name=f"要求{count}")
            published(PlanItemFactory(requirement=rule, owed_by="staff", subject_key="staff"))
        article = MediaArticleFactory(state="adopted", by_people=team)
        PlacementFactory(article=article)
        asked = rights(bureau.head)
        assert asked.department_ids
        assert not asked.sees_everything
        with django_assert_num_queries(3):
            counts_toward(("contributions.adoption",), article.pk, rights=asked)

    @pytest.mark.parametrize("number", [1, 12])
    def test_are_two_for_the_own_records_however_many(self, bureau, number, django_assert_num_queries):
        rule_of_people("reading.log", per=PeriodKind.MONTH)
        day = datetime.date(2026, 11, 20)
        entries = ReadingEntryFactory.create_batch(number, staff=bureau.member, finished_on=day)
        asked = rights(bureau.member)
        assert not asked.department_ids
        assert not asked.sees_everything
        with django_assert_num_queries(2):
            found = counts_toward_each(("reading.log",), [one.pk for one in entries], rights=asked)
        assert len(found) == number
        assert all(len(of(one, Where.REQUIREMENT)) == 1 for one in found.values())

    @pytest.mark.parametrize("number", [1, 30])
    def test_are_as_many_for_a_full_hall(self, bureau, number, django_assert_num_queries):
        session = SessionFactory(held=True, attended_by=StaffMemberFactory.create_batch(number))
        asked = rights(bureau.clerk)
        assert not asked.department_ids
        with django_assert_num_queries(2):
            counts_toward(SESSION_KINDS, session.pk, rights=asked)

    def test_are_none_for_nothing(self, bureau, django_assert_num_queries):
        asked = rights(bureau.member)
        assert not asked.department_ids
        assert not asked.sees_everything
        with django_assert_num_queries(0):
            assert counts_toward_each(("reading.log",), [], rights=asked) == {}


class TestWhateverIsAsked:
    @pytest.mark.parametrize("kinds", [(), ("nothing.known",), ("have.note",)])
    def test_a_kind_that_keeps_nothing_counts_nowhere(self, bureau, kinds):
        (line,) = counts_toward(kinds, 10**12, rights=rights(bureau.member))
        assert line.where is Where.NOWHERE

    def test_somebody_without_a_place_on_the_roster_sees_numbers(self, bureau):
        one = accepted_reflection(author=StaffMemberFactory(posted_to=DepartmentFactory()))
        stranger = StaffMemberFactory(user=bureau.colleague.user.__class__.objects.create_user("shengren"))
        assert [line.whose for line in of(lines(REFLECTION, one, stranger), Where.FILE)] == ["1 人"]

    def test_a_plan_and_an_application_of_the_portfolio(self, bureau):
        plan = StudyPlanFactory(file=FiveHavesFileFactory(staff=bureau.member))
        applied = ApplicationFactory(staff=bureau.member)
        rule_of_people("portfolio.plan", name="规划")
        found = lines(("portfolio.plan",), plan, bureau.member)
        assert ([line.have for line in of(found, Where.FILE)], [line.requirement for line in of(found, Where.REQUIREMENT)]) == (
            [Have.PLAN.label],
            ["规划"],
        )
        assert of(lines(("portfolio.application",), applied, bureau.member), Where.FILE)[0].have == Have.APPLICATION.label
        assert at(2026, 2, 3) == plan.handed_in_at
