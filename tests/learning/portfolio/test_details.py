"""What an archive keeps of what only the person could add."""

import datetime

import pytest

from learning.evidence import all_evidence, kinds_of_people
from learning.portfolio.details import achievement_details, application_details, plan_details, statement_details
from tests.factories.organisation import StaffMemberFactory
from tests.factories.portfolio import AchievementFactory, ApplicationFactory, FiveHavesFileFactory, StudyPlanFactory, StudyStatementFactory
from tests.factories.programme import at

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return StaffMemberFactory(name="陶思远")


def file_of(person, year=2026):
    return FiveHavesFileFactory(staff=person, year=year)


class TestPlanDetails:
    def test_keeps_its_parts_and_the_decision(self, person):
        plan = StudyPlanFactory(
            file=file_of(person), goals="学会起草公文。\n读懂两部法规。", books="某书", decided_by_name="梁静宜", decision_note="同意"
        )
        found = plan_details(person.pk, [plan.pk])[plan.pk]
        assert found.facts == (
            ("年度", "2026年"),
            ("提交日期", "2026-02-03"),
            ("状态", "已批准"),
            ("批复人", "梁静宜"),
            ("批复日期", "2026-02-05"),
            ("批复意见", "同意"),
        )
        assert found.paragraphs == ("今年要学会什么：", "学会起草公文。", "读懂两部法规。", "打算读的书：", "某书")

    def test_leaves_out_what_is_not_approved_and_what_is_not_theirs(self, person):
        plans = [StudyPlanFactory(file=file_of(person), waiting=True), StudyPlanFactory()]
        assert plan_details(person.pk, [one.pk for one in plans]) == {}


class TestStatementDetails:
    def test_keeps_the_text_that_was_handed_in(self, person):
        statement = StudyStatementFactory(file=file_of(person), text="一、学习情况\n\n参加了学习。", handed_in_at=at(2026, 12, 10))
        found = statement_details(person.pk, [statement.pk])[statement.pk]
        assert found.facts == (("年度", "2026年"), ("提交日期", "2026-12-10"))
        assert found.paragraphs == ("一、学习情况", "参加了学习。")

    def test_leaves_out_drafts(self, person):
        statement = StudyStatementFactory(file=file_of(person), state="draft", handed_in_at=None)
        assert statement_details(person.pk, [statement.pk]) == {}


class TestEntries:
    def test_an_application_says_what_was_learnt_and_what_changed(self, person):
        one = ApplicationFactory(staff=person, source_kind="reading.reflection", source_id=7, source_title="读后的几点想法")
        found = application_details(person.pk, [one.pk])[one.pk]
        assert found.facts == (("日期", "2026-05-12"), ("学到了什么", "公文格式国家标准"), ("学自", "读后的几点想法"))
        assert found.paragraphs == ("工作上有什么改变：", "科室发文改用统一模板，退文从每月四件降到一件。")

    def test_an_achievement_says_what_where_and_when(self, person):
        one = AchievementFactory(staff=person, finished_on=datetime.date(2026, 11, 1))
        assert achievement_details(person.pk, [one.pk])[one.pk].facts == (
            ("类别", "在职学历学位教育"),
            ("名称", "公共管理硕士"),
            ("学校或发证单位", "某大学"),
            ("开始日期", "2026-03-01"),
            ("完成日期", "2026-11-01"),
        )

    def test_are_nobody_elses(self, person):
        ones = ApplicationFactory(), AchievementFactory()
        assert application_details(person.pk, [ones[0].pk]) == achievement_details(person.pk, [ones[1].pk]) == {}


@pytest.mark.parametrize("number", [1, 5])
@pytest.mark.parametrize(
    ("details", "make"),
    [
        (plan_details, lambda person, year: StudyPlanFactory(file=file_of(person, year))),
        (statement_details, lambda person, year: StudyStatementFactory(file=file_of(person, year))),
        (application_details, lambda person, year: ApplicationFactory(staff=person)),
        (achievement_details, lambda person, year: AchievementFactory(staff=person)),
    ],
    ids=["plan", "statement", "application", "achievement"],
)
def test_takes_one_statement_whatever_the_number(person, details, make, number, django_assert_num_queries):
    ones = [make(person, 2026 + count) for count in range(number)]
    with django_assert_num_queries(1):
        assert len(details(person.pk, [one.pk for one in ones])) == number


class TestTheContract:
    def test_every_kind_of_people_says_what_is_kept_of_it_but_the_private_ones(self):
        for kind in kinds_of_people():
            assert (kind.details is None) == kind.is_private, kind.key

    def test_no_other_kind_does(self):
        people = kinds_of_people()
        assert all(kind.details is None for kind in all_evidence() if kind not in people)

    def test_answers_nothing_for_nothing(self, person):
        assert all(kind.details(person.pk, []) == {} for kind in kinds_of_people() if kind.details)
