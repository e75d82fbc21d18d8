"""What a plan and a statement are begun with; nothing is invented."""

import datetime

import pytest

from learning.models import Absence
from learning.periods import PeriodKind
from learning.portfolio.coverage import coverage_of
from learning.portfolio.department_drafting import draft_department_statement
from learning.portfolio.drafting import draft_statement, propose_plan
from learning.portfolio.services.writing import TO_FILL_IN
from learning.portfolio.years import year_of
from tests.factories.bureau import make_bureau
from tests.factories.contributions import ResearchReportFactory
from tests.factories.organisation import PostingFactory, StaffMemberFactory
from tests.factories.portfolio import AchievementFactory, ApplicationFactory, StudyPlanFactory, rule_of_people
from tests.factories.programme import SessionFactory, at
from tests.factories.reading import ListedBookFactory, MonthlyListFactory, ReadingEntryFactory, accepted_reflection

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 2, 10)
LATER = datetime.date(2026, 12, 31)


@pytest.fixture
def person():
    found = StaffMemberFactory(name="陶思远")
    PostingFactory(staff=found, department__name="办公室", title="科员", started_on=datetime.date(2020, 1, 1))
    return found


def proposed(person, *, last_plan=None, coverage=None):
    return propose_plan(
        this_year=year_of(person, 2026, TODAY), last_year=year_of(person, 2025, TODAY), last_plan=last_plan, coverage=coverage
    )


class TestProposePlan:
    def test_sets_out_from_what_lacked_last_year(self, person):
        rule_of_people("reading.reflection", per=PeriodKind.QUARTER, name="每季度一篇学习心得")
        rule_of_people("have.application", name="收获运用")
        rule_of_people("reading.log", per=PeriodKind.MONTH, name="每月读一本好书")
        accepted_reflection(author=person, at_time=at(2025, 2, 8))
        for month in range(1, 12):
            ReadingEntryFactory(staff=person, finished_on=datetime.date(2025, month, 8))
        goals = proposed(person).goals.splitlines()
        assert goals == [
            f"今年要学会：{TO_FILL_IN}",
            "读书、参加学习以后写出心得（去年“有心得体会”缺第二季度、第三季度、第四季度）。",
            "把学到的用到工作上，并登记收获运用（去年“有收获运用”缺2025年）。",
            "每月读一本好书不再落下（去年缺12月）。",
        ]

    def test_asks_nothing_of_whoever_was_excused(self, person):
        rule_of_people("have.application", name="收获运用")
        Absence.objects.create(staff=person, kind="parental", started_on=datetime.date(2025, 1, 1), ended_on=datetime.date(2025, 12, 31))
        assert proposed(person).goals == f"今年要学会：{TO_FILL_IN}"

    def test_names_the_books_of_this_years_published_lists(self, person):
        for month, title in ((1, "甲书"), (2, "乙书")):
            ListedBookFactory(monthly_list=MonthlyListFactory(month=datetime.date(2026, month, 1)), book__title=title)
        ListedBookFactory(monthly_list=MonthlyListFactory(month=datetime.date(2026, 3, 1), published_at=None), book__title="未公布")
        ListedBookFactory(monthly_list=MonthlyListFactory(month=datetime.date(2025, 3, 1)), book__title="去年的")
        assert proposed(person).books == "《甲书》\n《乙书》"

    def test_takes_up_topics_that_came_to_no_research(self, person):
        plan = StudyPlanFactory(file__staff=person, file__year=2025, topics="夜校就业")
        assert proposed(person, last_plan=plan).topics == "夜校就业"
        assert proposed(person).topics == ""

    def test_says_which_areas_had_least(self, person):
        SessionFactory(held=True, starts_at=at(2025, 3, 4), area="political_theory")
        topics = proposed(person, coverage=coverage_of(2025, TODAY)).topics
        assert topics.startswith("补上去年学得少的方面：政治理论、政策法规")
        assert proposed(person, coverage=coverage_of(2024, TODAY)).topics == ""

    def test_lists_by_when_the_rules_in_force_want_what(self, person):
        rule_of_people("portfolio.plan", name="年度学习规划", window="first_quarter")
        rule_of_people("reading.reflection", per=PeriodKind.QUARTER, name="每季度一篇学习心得")
        rule_of_people("reading.log", per=PeriodKind.MONTH, name="每月读一本好书")
        rule_of_people("have.research", name="参加调研", is_floor=False)
        assert proposed(person).schedule.splitlines() == [
            "每月读一本好书：每月底前",
            "年度学习规划：3月31日前",
            "每季度一篇学习心得：3月31日、6月30日、9月30日、12月31日前",
        ]

    def test_fits_into_its_fields(self, person):
        for number in range(30):
            rule_of_people("have.application", name=f"第{number}条" + "很长的要求名称" * 8)
        words = proposed(person)
        assert len(words.goals) <= 600
        assert len(words.schedule) <= 400
        assert len(words.goals.splitlines()) > 1


class TestDraftStatement:
    def test_is_counts_and_titles(self, person):
        plan = StudyPlanFactory(file__staff=person, goals="学会起草公文。\n读懂两部法规。")
        SessionFactory(held=True, starts_at=at(2026, 10, 8), attended_by=[person])
        ReadingEntryFactory(staff=person, finished_on=datetime.date(2026, 10, 2), book__title="甲书")
        accepted_reflection(author=person, title="读后", at_time=at(2026, 10, 8))
        entry = ApplicationFactory(staff=person, learnt="公文格式", change="统一模板。\n退文少了。")
        AchievementFactory(staff=person)
        text = draft_statement(year_of(person, 2026, LATER), plan=plan, changes={entry.pk: entry.change})
        for words in (
            "2026年，本人在办公室工作，任科员。",
            "年度学习规划定的目标是：学会起草公文；读懂两部法规。",
            "参加学习活动 1 次（含补学）；读完 1 本书：《甲书》；写读书心得 1 篇：《读后》。",
            "工作之外的学习 1 项：公共管理硕士",
            "学了“公文格式”，统一模板；退文少了。",
            f"下一步，{TO_FILL_IN}",
        ):
            assert words in text, words
        assert "不足之处" not in text

    def test_of_nothing_claims_nothing(self, person):
        text = draft_statement(year_of(person, 2026, LATER), plan=None, changes={})
        assert text == f"2026年，本人在办公室工作，任科员。\n\n下一步，{TO_FILL_IN}"

    def test_names_what_lacks_and_what_was_late(self, person):
        rule_of_people("reading.reflection", per=PeriodKind.QUARTER, name="学习心得")
        rule_of_people("reading.log", per=PeriodKind.HALF, name="读书")
        accepted_reflection(author=person, at_time=at(2026, 2, 8))
        ReadingEntryFactory(staff=person, finished_on=datetime.date(2026, 5, 8), recorded_on=datetime.date(2026, 7, 8))
        text = draft_statement(year_of(person, 2026, datetime.date(2027, 1, 5)), plan=None, changes={})
        assert "不足之处：学习心得缺第二季度、第三季度、第四季度；读书缺下半年；读书迟交（上半年）。" in text

    def test_tells_every_posting_of_the_year(self, person):
        person.postings.update(ended_on=datetime.date(2026, 3, 31))
        PostingFactory(staff=person, department__name="人事科", title="", started_on=datetime.date(2026, 4, 1))
        text = draft_statement(year_of(person, 2026, LATER), plan=None, changes={})
        assert "本人的任职有变动：1月1日至3月31日在办公室任科员；4月1日至今在人事科。" in text

    def test_names_the_first_of_many_titles(self, person):
        for day in range(1, 12):
            ReadingEntryFactory(staff=person, finished_on=datetime.date(2026, 10, day), book__title=f"书{day}")
        text = draft_statement(year_of(person, 2026, LATER), plan=None, changes={})
        assert "读完 11 本书：《书1》" in text
        assert "《书8》等" in text
        assert "《书9》" not in text


class TestDraftDepartmentStatement:
    def test_is_totals_and_numbers(self):
        bureau = make_bureau()
        rule_of_people("have.application", name="收获运用")
        ApplicationFactory(staff=bureau.member)
        accepted_reflection(author=bureau.colleague, at_time=at(2026, 10, 8))
        ResearchReportFactory(state="handed_in", department=bureau.office, year=2026, handed_in_on=datetime.date(2026, 10, 8))
        text = draft_department_statement(bureau.office, 2026, datetime.date(2026, 11, 25))
        for words in ("办公室应建五有档案 3 人", "有收获运用 1 人（待补 2 人）", "读书心得 1 项（1 人）", "科室调研报告 1 项", TO_FILL_IN):
            assert words in text, (words, text)
        for name in ("陶思远", "赵一鸣"):
            assert name not in text

    def test_of_an_empty_department_says_so(self):
        bureau = make_bureau()
        bureau.office.postings.all().delete()
        assert "没有建档人员" in draft_department_statement(bureau.office, 2026, TODAY)
