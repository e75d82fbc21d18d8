import contextlib
import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cms.imports.kinds import SKIP, Row
from cms.imports.models import ImportBatch
from learning.models import BranchMembership, Department, Posting, StaffMember
from learning.organisation.roster import CellError, RosterKind, clean_text, parse_date
from tests.factories.organisation import (
    DAY,
    BranchMembershipFactory,
    DepartmentFactory,
    PartyBranchFactory,
    PostingFactory,
    StaffMemberFactory,
)

LATER = "2026-01-05"


def row(at=2, decision="", **values):
    return Row(at, {"name": "张三", "department": "基础教育科", "started_on": LATER, **values}, decision)


def check(*rows, **options):
    return RosterKind().check(list(rows), ImportBatch(kind="roster", options=options))


def commit(*rows, by=None, **options):
    """Check, and write every row that is to be written."""
    verdicts = check(*rows, **options)
    assert {verdict.state for verdict in verdicts} <= {"new", "change", "same"}, verdicts
    return [
        RosterKind().commit(Row(one.number, one.values, one.decision, verdict.cleaned), by)
        for one, verdict in zip(rows, verdicts, strict=True)
        if verdict.state != "same"
    ]


@pytest.fixture
def department(db):
    return DepartmentFactory(name="基础教育科", short_name="基教科")


@pytest.fixture
def personnel(db):
    return DepartmentFactory(name="人事科")


class TestParseDate:
    @pytest.mark.parametrize(
        "written",
        [
            "2026-01-05", "2026/1/5", "2026.1.5", "2026年1月5日", "2026 年 01 月 05 日", "2026年1月5号", "20260105", 20260105,
            "２０２６－０１－０５", "２０２６年１月５日", 46027, "46027", "2026-01-05 08:30:00",
        ],
    )  # fmt: skip
    def test_reads_every_usual_spelling(self, written):
        assert parse_date(written) == datetime.date(2026, 1, 5)

    @pytest.mark.parametrize("written", ["2026-02-30", "20261301", "昨天", "2026年", "1900-01-01", 1e17, "2026-1", True, 12, "3000-01-01"])
    def test_refuses_the_rest_with_a_remedy(self, written):
        with pytest.raises(CellError, match=r"任职日期.*请"):
            parse_date(written)

    @example(datetime.date(1950, 1, 1))
    @example(datetime.date(2100, 12, 31))
    @given(st.dates(datetime.date(1950, 1, 1), datetime.date(2100, 12, 31)))
    def test_reads_any_day_in_any_form(self, day):
        serial = (day - datetime.date(1899, 12, 30)).days
        forms = [f"{day:%Y-%m-%d}", f"{day.year}/{day.month}/{day.day}", f"{day.year}年{day.month}月{day.day}日", f"{day:%Y%m%d}", serial]
        assert {parse_date(form) for form in forms} == {day}

    @given(st.text(max_size=20) | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans())
    def test_never_breaks(self, cell):
        with contextlib.suppress(CellError):
            assert isinstance(parse_date(cell), datetime.date)


class TestCleanText:
    def test_makes_digits_half_width(self):
        assert clean_text("００１２Ａ", column="工号") == "0012A"

    @pytest.mark.parametrize("cell", [1.1010119900101123e17, 110101199001011234, 1e15])
    def test_refuses_a_number_that_lost_digits_naming_the_remedy(self, cell):
        with pytest.raises(CellError, match="设为文本"):
            clean_text(cell, column="工号")


class TestErrors:
    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"name": ""}, "姓名是空的"),
            ({"name": "张3"}, "含有数字或符号"),
            ({"department": ""}, "科室/单位是空的"),
            ({"department": "基础教育利"}, "是不是“基础教育科”"),
            ({"started_on": ""}, "任职日期是空的"),
            ({"started_on": "昨天"}, "认不出年月日"),
            ({"number": 1.1e17}, "设为文本"),
            ({"number": "110101199001011234"}, "不存身份证号"),
            ({"is_head": "也许"}, "填“是”或“否”"),
            ({"branch": "不存在支部"}, "没有党支部"),
            ({"role": "党员"}, "没有填党支部"),
            ({"role": "皇帝"}, "党员身份“皇帝”认不出"),
            ({"branch": "一支部", "role": "群众"}, "党员身份却不是党员"),
            ({"title": "长" * 61}, "职务超过 60 个字"),
        ],
    )
    def test_say_what_is_wrong_and_what_to_do(self, department, values, words):
        (verdict,) = check(row(**values))
        assert verdict.state == "error"
        assert words in "".join(verdict.messages)

    def test_several_are_told_at_once(self, department):
        (verdict,) = check(row(name="", started_on="", department="没有的科"))
        assert len(verdict.messages) == 3

    def test_a_number_twice_in_the_table(self, department):
        assert {verdict.state for verdict in check(row(2, number="1"), row(3, name="李四", number="1"))} == {"error"}

    def test_a_closed_department(self, personnel):
        Department.objects.update(closed_on=datetime.date(2025, 1, 1))
        (verdict,) = check(row(department="人事科"))
        assert "撤销" in verdict.messages[0]

    def test_one_department_name_below_two_units_asks_for_the_unit(self, department):
        for unit in ("一中", "二中"):
            DepartmentFactory(name="教务处", parent=DepartmentFactory(name=unit))
        plain, named = check(row(department="教务处"), row(3, name="李四", department="教务处", above="二中"))
        assert (plain.state, named.state) == ("error", "new")
        assert "上级单位" in plain.messages[0]

    def test_lines_of_sums_are_passed_over(self, department):
        assert [verdict.state for verdict in check(row(name="合 计", department=""), row(name="审核人：", department=""))] == [
            "skipped"
        ] * 2


class TestSameNames:
    def test_are_asked_about_when_one_exists(self, department):
        person = StaffMemberFactory(name="张三", employee_number="0012", posted_to=department)
        (verdict,) = check(row())
        assert verdict.state == "ask"
        assert verdict.choices == [(f"is:{person.pk}", "就是 张三（基础教育科，工号 0012）"), ("new", "新建同名人员"), (SKIP, "不导入")]

    def test_are_asked_about_with_an_unknown_number(self, department):
        StaffMemberFactory(name="张三", employee_number="0012")
        assert check(row(number="0099"))[0].state == "ask"

    def test_are_asked_about_when_a_name_stands_twice(self, department):
        verdicts = check(row(2, number="1"), row(3, name="张 三", number="2"))
        assert [verdict.state for verdict in verdicts] == ["ask", "ask"]
        assert [value for value, _label in verdicts[0].choices] == ["new", SKIP]

    def test_become_two_people_only_by_decision(self, department):
        StaffMemberFactory(name="张三")
        commit(row(decision="new"))
        assert StaffMember.objects.named("张三").count() == 2

    def test_become_one_person_only_by_decision(self, department):
        person = StaffMemberFactory(name="张三")
        commit(row(decision=f"is:{person.pk}", number="0012"))
        assert StaffMember.objects.get().employee_number == "0012"

    def test_are_no_question_when_the_number_fits(self, department):
        StaffMemberFactory(name="张三")
        StaffMemberFactory(name="张三", employee_number="0012")
        assert check(row(number="0012"))[0].state == "change"
        assert check(row(number="００１２"))[0].state == "change"

    def test_are_an_error_when_the_number_is_somebody_elses(self, department):
        StaffMemberFactory(name="李四", employee_number="0012")
        (verdict,) = check(row(number="0012"))
        assert verdict.state == "error"
        assert "李四" in verdict.messages[0]

    def test_cannot_both_be_the_same_person(self, department):
        person = StaffMemberFactory(name="张三")
        verdicts = check(row(2, decision=f"is:{person.pk}"), row(3, decision=f"is:{person.pk}"))
        assert {verdict.state for verdict in verdicts} == {"error"}
        assert all("第 2、3 行都认作同一个人" in verdict.messages[0] and verdict.choices for verdict in verdicts)


class TestChanges:
    @pytest.fixture
    def person(self, department):
        return StaffMemberFactory(name="张三", employee_number="0012", posted_to=department, posted_to__title="科员")

    def test_nothing_is_the_same(self, person):
        (verdict,) = check(row(number="0012", title="", started_on=DAY.isoformat()))
        assert (verdict.state, verdict.changes, verdict.messages) == ("same", [], [])
        assert "未改动" in check(row(number="0012"))[0].messages[0]

    def test_another_department_shows_before_and_after_and_moves(self, person, personnel):
        line = row(number="0012", department="人事科", title="副科长")
        assert check(line)[0].changes == [("任职", "基础教育科 科员，自 2024-03-01", "人事科 副科长，自 2026-01-05")]
        commit(line)
        ended, new = person.postings.order_by("started_on")
        assert (ended.ended_on, new.department, new.title) == (datetime.date(2026, 1, 4), personnel, "副科长")

    def test_a_new_title_on_the_first_day_sets_it_right(self, person):
        commit(row(number="0012", title="科长", is_head="是", started_on=DAY.isoformat()))
        posting = person.postings.get()
        assert (posting.title, posting.is_head) == ("科长", True)

    def test_a_day_before_the_present_posting_is_an_error(self, person, personnel):
        (verdict,) = check(row(number="0012", department="人事科", started_on="2020-01-01"))
        assert "无法接续" in verdict.messages[0]

    def test_an_empty_cell_erases_nothing(self, person):
        Posting.objects.update(is_head=True)
        commit(row(number="0012", title="主任科员"))
        assert person.postings.get(ended_on=None).is_head

    def test_the_branch_changes_on_the_day(self, person):
        membership = BranchMembershipFactory(staff=person)
        other = PartyBranchFactory(name="第二党支部")
        line = row(number="0012", branch="第二党支部", role="支部书记")
        assert ("党支部", f"{membership.branch}（党员）", "第二党支部（支部书记）") in check(line)[0].changes
        commit(line)
        assert BranchMembership.objects.get(ended_on=None).branch == other
        assert check(line)[0].state == "same"

    def test_the_branch_alone_needs_a_later_day(self, person):
        BranchMembershipFactory(staff=person, started_on=datetime.date(2026, 6, 1))
        PartyBranchFactory(name="第二党支部")
        assert "办理转接" in check(row(number="0012", branch="第二党支部"))[0].messages[0]

    def test_who_had_left_is_taken_back(self, department):
        person = StaffMemberFactory(name="张三", employee_number="0012", left_on=datetime.date(2025, 1, 1))
        assert check(row(number="0012", started_on="2024-05-01"))[0].state == "error"
        commit(row(number="0012"))
        person.refresh_from_db()
        assert person.left_on is None
        assert person.postings.get()

    def test_a_posting_that_would_overlap_an_ended_one_is_an_error(self, department):
        person = StaffMemberFactory(name="张三", employee_number="0012")
        PostingFactory(staff=person, ended_on=datetime.date(2026, 2, 1))
        assert "重叠" in check(row(number="0012"))[0].messages[0]


class TestCreating:
    def test_unknown_departments_and_branches_are_made_once_when_asked(self, db):
        lines = [row(2, department="第一小学", branch="一小党支部"), row(3, name="李四", department="第一小学", branch="一小党支部")]
        assert {verdict.state for verdict in check(*lines)} == {"error"}
        options = {"create_departments": True, "create_branches": True}
        assert "将新建科室“第一小学”。" in check(*lines, **options)[0].messages
        written = commit(*lines, **options)
        assert Department.objects.get().kind == Department.Kind.UNIT
        assert [len(records) for records in written] == [5, 3]

    def test_below_a_unit_that_exists(self, department):
        commit(row(department="学籍办", above="基教科"), create_departments=True)
        assert Department.objects.get(name="学籍办").parent == department
        (verdict,) = check(row(department="学籍办", above="没有的局"), create_departments=True)
        assert "先在“科室与单位”中建好上级" in verdict.messages[0]

    def test_a_short_name_will_do(self, department):
        commit(row(department="基教科"))
        assert StaffMember.objects.in_department(department, datetime.date(2026, 1, 5)).count() == 1
