import datetime

import pytest
from django.core.exceptions import ValidationError
from wagtail.models import ModelLogEntry

from cms.inbox.models import Message
from learning.judging.errors import UnfinishedError
from learning.models import Absence, Finding, InspectedFile, Inspection
from learning.portfolio.inspecting import SAMPLE_LINES, redraw_of
from learning.portfolio.lots import draw_sample
from learning.portfolio.services.inspections import (
    Fault,
    InspectionError,
    check_file,
    close_inspection,
    decide_finding,
    open_inspection,
    rectify_finding,
)
from tests.factories.bureau import make_bureau
from tests.factories.organisation import DepartmentFactory, StaffMemberFactory
from tests.factories.programme import at
from tests.standing import standing

NOW = at(2026, 12, 1, 9)
TODAY = NOW.date()
DUE = datetime.date(2026, 12, 15)
YESTERDAY = datetime.date(2026, 11, 30)


@standing()
def bureau():
    return make_bureau()


def opened(bureau, **facts):
    given = {
        "title": "四季度学习检查",
        "year": 2026,
        "held_on": TODAY,
        "department": None,
        "sampling": "random",
        "percent": 30,
        "people": [],
        "lines": ["有学习笔记", "有心得体会"],
        "by": bureau.clerk.user,
        "now": NOW,
    }
    return open_inspection(**given | facts)


def chosen(bureau, *people, **facts):
    return opened(bureau, sampling="chosen", people=people, **facts)


def checked(inspection, staff, *faults, by, note="", now=NOW):
    """`faults` line by line: None or a text."""
    lines = {line.pk: Fault(text, "minor", DUE) if text else None for line, text in zip(inspection.lines.all(), faults, strict=True)}
    return check_file(inspected=inspection.files.get(staff=staff), lines=lines, note=note, by=by, now=now)


@pytest.fixture
def finding(bureau):
    inspection = chosen(bureau, bureau.member)
    _file, (found,) = checked(inspection, bureau.member, "十一月没有笔记", None, by=bureau.clerk.user)
    return found


class TestOpenInspection:
    def test_is_not_held_up_by_a_long_name_of_whoever_inspects(self, bureau):
        clerk = bureau.clerk.user
        clerk.display_name, clerk.first_name, clerk.last_name = "", "长" * 60, "名" * 60
        inspection = chosen(bureau, bureau.member)
        _file, (found,) = checked(inspection, bureau.member, "没有笔记", None, by=clerk)
        assert len(inspection.created_by_name) == len(found.found_by_name) == 50

    def test_draws_so_many_percent_of_whoever_is_there(self, bureau):
        found = opened(bureau, seed=7)
        people = [
            one.pk
            for one in (bureau.member, bureau.colleague, bureau.head, bureau.other_head, bureau.secretary, bureau.leader, bureau.clerk)
        ]
        assert {one.staff_id for one in found.files.all()} == set(draw_sample(7, people, 30))
        assert (found.drawn_from, found.files.count(), found.seed, found.created_by_name) == (7, 3, 7, "方景行")
        assert [line.name for line in found.lines.all()] == ["有学习笔记", "有心得体会"]
        data = ModelLogEntry.objects.get(action="portfolio.inspection").data
        assert (data["seed"], data["drawn_from"], data["sample"]) == (7, 7, 3)

    def test_can_be_drawn_again_from_its_seed(self, bureau):
        for _one in range(40):
            StaffMemberFactory(posted_to=bureau.other)
        found = opened(bureau, seed=None)
        redraw = redraw_of(Inspection.objects.get(pk=found.pk))
        assert (redraw.is_same, redraw.number) == (True, 47)
        again = opened(bureau, seed=found.seed)
        assert set(again.files.values_list("staff", "department")) == set(found.files.values_list("staff", "department"))
        found.files.first().delete()
        assert not redraw_of(found).is_same

    def test_passes_over_whoever_is_on_long_leave_or_gone(self, bureau):
        Absence.objects.create(staff=bureau.member, kind="sick", started_on=YESTERDAY)
        bureau.colleague.left_on = YESTERDAY
        bureau.colleague.save()
        found = opened(bureau, percent=100)
        assert {one.staff for one in found.files.all()}.isdisjoint({bureau.member, bureau.colleague})
        assert (found.drawn_from, found.files.count()) == (5, 5)

    def test_is_of_a_department_with_all_below_it(self, bureau):
        below = StaffMemberFactory(posted_to=DepartmentFactory(parent=bureau.office))
        found = opened(bureau, department=bureau.office, percent=100)
        assert {one.staff for one in found.files.all()} == {bureau.member, bureau.colleague, bureau.head, below}
        assert found.files.get(staff=bureau.member).department == bureau.office

    def test_takes_people_by_name(self, bureau):
        found = chosen(bureau, bureau.member, bureau.member, bureau.other_head)
        assert {one.staff for one in found.files.all()} == {bureau.member, bureau.other_head}
        assert redraw_of(found) is None

    def test_goes_by_the_departments_of_then_in_a_year_that_is_over(self, bureau):
        posting = bureau.member.postings.get()
        posting.ended_on = datetime.date(2026, 12, 31)
        posting.save()
        bureau.member.postings.create(department=bureau.other, started_on=datetime.date(2027, 1, 1))
        found = chosen(bureau, bureau.member, held_on=datetime.date(2027, 1, 8))
        assert found.files.get().department == bureau.office

    @pytest.mark.parametrize(
        ("facts", "field", "words"),
        [
            ({"title": " \x00"}, "title", "请写检查的名称"),
            ({"title": "长" * 81}, "title", "最多 80"),
            ({"lines": [" ", ""]}, "lines", "至少写一个"),
            ({"lines": ["长" * 81]}, "lines", "每项最多 80"),
            ({"lines": ["甲", " 甲 "]}, "lines", "相同"),
            ({"lines": [str(one) for one in range(13)]}, "lines", "最多 12 项"),
            ({"percent": 0}, "percent", "1 到 100"),
            ({"year": 1}, "year", "2000 到 2100"),
            ({"year": 9999}, "year", "2000 到 2100"),
            ({"held_on": datetime.date(2025, 12, 31)}, "held_on", "2026年或2027年"),
            ({"sampling": "chosen"}, "people", "请写要检查的人"),
        ],
    )
    def test_says_what_is_wrong_and_where(self, bureau, facts, field, words):
        with pytest.raises(ValidationError, match=words) as refused:
            opened(bureau, **facts)
        assert list(refused.value.error_dict) == [field]
        assert not Inspection.objects.exists()

    def test_names_the_chosen_who_cannot_be_inspected(self, bureau):
        Absence.objects.create(staff=bureau.member, kind="sick", started_on=YESTERDAY)
        with pytest.raises(InspectionError, match="陶思远那一天长期不在岗"):
            chosen(bureau, bureau.member, bureau.colleague)
        with pytest.raises(InspectionError, match="钱多那一天不在检查范围里"):
            chosen(bureau, bureau.colleague, bureau.other_head, department=bureau.office)

    def test_needs_somebody_to_draw_from(self, bureau):
        with pytest.raises(InspectionError, match="没有可抽的"):
            opened(bureau, department=DepartmentFactory())

    def test_offers_lines_that_ask_only_what_the_file_shows(self):
        assert any("只看有没有，不看内容" in line for line in SAMPLE_LINES)

    def test_costs_the_same_however_many_there_are(self, bureau, django_assert_max_num_queries):
        for _one in range(60):
            StaffMemberFactory(posted_to=bureau.other)
        with django_assert_max_num_queries(16):
            assert opened(bureau, percent=100).files.count() == 67


class TestCheckFile:
    def test_keeps_what_was_found_and_tells_the_person_and_the_head(self, bureau):
        inspection = chosen(bureau, bureau.member)
        file, (found,) = checked(inspection, bureau.member, " 十一月\n没有笔记 ", None, by=bureau.clerk.user, note="其他都齐")
        assert (file.note, file.checked_at, file.checked_by) == ("其他都齐", NOW, bureau.clerk.user)
        assert (found.text, found.line.name, found.due_on, found.state) == ("十一月 没有笔记", "有学习笔记", DUE, "open")
        assert (found.found_by, found.found_by_name, found.found_at) == (bureau.clerk.user, "方景行", NOW)
        told = {one.recipient: one for one in Message.objects.filter(key__startswith=f"finding:{found.pk}:")}
        assert set(told) == {bureau.member.user, bureau.head.user}
        assert told[bureau.member.user].url == f"/inspections/files/{file.pk}/"
        assert "2026-12-15 前整改" in told[bureau.member.user].text
        assert "陶思远" in told[bureau.head.user].subject

    def test_tells_nobody_where_all_is_in_order(self, bureau):
        file, found = checked(chosen(bureau, bureau.member), bureau.member, None, None, by=bureau.clerk.user)
        assert (found, file.checked_at) == ([], NOW)
        assert not Message.objects.exists()

    def test_of_a_head_tells_whoever_stands_above(self, bureau):
        _file, (found,) = checked(chosen(bureau, bureau.head), bureau.head, "没有笔记", None, by=bureau.clerk.user)
        told = Message.objects.filter(key__startswith=f"finding:{found.pk}:")
        assert {one.recipient for one in told} == {bureau.head.user, bureau.leader.user}

    def test_corrects_what_was_not_answered_yet(self, bureau):
        inspection = chosen(bureau, bureau.member)
        checked(inspection, bureau.member, "没有笔记", "没有心得", by=bureau.clerk.user)
        _file, new = checked(inspection, bureau.member, "笔记缺十一月", None, by=bureau.clerk.user)
        assert new == []
        assert [one.text for one in Finding.objects.all()] == ["笔记缺十一月"]
        assert Message.objects.filter(recipient=bureau.member.user).count() == 1

    def test_leaves_alone_what_was_answered(self, bureau, finding):
        rectify_finding(finding=finding, text="补上了", by=bureau.member.user, now=NOW)
        inspected = finding.inspected
        line = inspected.inspection.lines.last()
        _file, (new,) = check_file(
            inspected=inspected, lines={line.pk: Fault("没有心得", "serious", DUE)}, note="", by=bureau.clerk.user, now=NOW
        )
        finding.refresh_from_db()
        assert (finding.state, finding.text, new.severity) == ("rectified", "十一月没有笔记", "serious")

    @pytest.mark.parametrize(
        ("fault", "words"),
        [
            (Fault(" ", "minor", DUE), "请写明是什么问题"),
            (Fault("长" * 301, "minor", DUE), "最多 300"),
            (Fault("缺", "minor", YESTERDAY), "已经过去"),
        ],
    )
    def test_says_what_is_wrong_and_where(self, bureau, fault, words):
        inspection = chosen(bureau, bureau.member)
        first, last = inspection.lines.all()
        with pytest.raises(InspectionError, match=words):
            check_file(inspected=inspection.files.get(), lines={first.pk: fault, last.pk: None}, note="", by=bureau.clerk.user, now=NOW)
        with pytest.raises(InspectionError, match="合格还是有问题"):
            check_file(inspected=inspection.files.get(), lines={first.pk: None}, note="", by=bureau.clerk.user, now=NOW)
        assert not Finding.objects.exists()
        assert InspectedFile.objects.get().checked_at is None

    def test_is_not_of_oneself(self, bureau):
        inspection = chosen(bureau, bureau.clerk)
        with pytest.raises(InspectionError, match="请由别人检查"):
            checked(inspection, bureau.clerk, None, None, by=bureau.clerk.user)


class TestRectifyFinding:
    def test_is_the_persons_and_tells_the_finder(self, bureau, finding):
        for stranger in (bureau.head.user, bureau.clerk.user):
            with pytest.raises(InspectionError, match="自己填"):
                rectify_finding(finding=finding, text="补上了", by=stranger, now=NOW)
        found = rectify_finding(finding=finding, text=" 十一月的\r\n补上了 ", by=bureau.member.user, now=NOW)
        assert (found.state, found.rectification, found.rectified_at) == ("rectified", "十一月的\n补上了", NOW)
        assert Message.objects.get(recipient=bureau.clerk.user).url == f"/inspections/findings/{finding.pk}/"
        with pytest.raises(InspectionError, match="不用再填"):
            rectify_finding(finding=finding, text="又补", by=bureau.member.user, now=NOW)

    @pytest.mark.parametrize(("text", "words"), [(" \x00", "怎样整改"), ("长" * 1001, "最多 1000")])
    def test_needs_words(self, bureau, finding, text, words):
        with pytest.raises(InspectionError, match=words):
            rectify_finding(finding=finding, text=text, by=bureau.member.user, now=NOW)

    def test_is_a_clerks_for_whoever_cannot_sign_in(self, bureau, finding):
        bureau.member.user.is_active = False
        bureau.member.user.save()
        assert rectify_finding(finding=finding, text="已补", by=bureau.clerk.user, now=NOW).state == "rectified"


class TestDecideFinding:
    def rectified(self, bureau, finding):
        return rectify_finding(finding=finding, text="补上了", by=bureau.member.user, now=NOW)

    def test_closes(self, bureau, finding):
        self.rectified(bureau, finding)
        found = decide_finding(finding=finding, is_closed=True, note="", by=bureau.clerk.user, now=NOW)
        assert (found.state, found.closed_at, found.closed_by) == ("closed", NOW, bureau.clerk.user)
        assert Message.objects.filter(recipient=bureau.member.user, subject__startswith="整改已销号").exists()

    def test_gives_back_with_a_note_and_another_day(self, bureau, finding):
        self.rectified(bureau, finding)
        with pytest.raises(InspectionError, match="还差什么"):
            decide_finding(finding=finding, is_closed=False, note="", by=bureau.clerk.user, now=NOW)
        later = at(2026, 12, 20)
        with pytest.raises(InspectionError, match="已经过去"):
            decide_finding(finding=finding, is_closed=False, note="还缺一次", by=bureau.clerk.user, now=later)
        due_on = datetime.date(2026, 12, 28)
        found = decide_finding(finding=finding, is_closed=False, note="还缺一次", due_on=due_on, by=bureau.clerk.user, now=later)
        assert (found.state, found.check_note, found.due_on) == ("returned", "还缺一次", due_on)
        again = self.rectified(bureau, finding)
        assert (again.state, again.check_note) == ("rectified", "还缺一次")

    def test_is_the_finders_and_where_the_account_is_gone_any_clerks(self, bureau, finding):
        self.rectified(bureau, finding)
        for stranger in (bureau.head.user, bureau.member.user, bureau.leader.user):
            with pytest.raises(InspectionError, match="由发现这个问题的人核对"):
                decide_finding(finding=finding, is_closed=True, note="", by=stranger, now=NOW)
        Finding.objects.update(found_by=bureau.leader.user)
        with pytest.raises(InspectionError, match="由发现这个问题的人核对"):
            decide_finding(finding=finding, is_closed=True, note="", by=bureau.clerk.user, now=NOW)
        bureau.leader.user.is_active = False
        bureau.leader.user.save()
        assert decide_finding(finding=finding, is_closed=True, note="", by=bureau.clerk.user, now=NOW).state == "closed"

    def test_is_not_before_it_was_put_right(self, bureau, finding):
        with pytest.raises(InspectionError, match="待整改，现在不用核对"):
            decide_finding(finding=finding, is_closed=True, note="", by=bureau.clerk.user, now=NOW)


class TestCloseInspection:
    def close(self, bureau, inspection, *, is_confirmed=False):
        return close_inspection(inspection=inspection, is_confirmed=is_confirmed, by=bureau.clerk.user, now=NOW)

    def test_is_refused_with_open_findings_by_name(self, bureau, finding):
        inspection = finding.inspected.inspection
        with pytest.raises(InspectionError, match="还有 1 个问题没有销号（陶思远：十一月没有笔记）"):
            self.close(bureau, inspection, is_confirmed=True)
        rectify_finding(finding=finding, text="补上了", by=bureau.member.user, now=NOW)
        with pytest.raises(InspectionError, match="没有销号"):
            self.close(bureau, inspection)
        decide_finding(finding=finding, is_closed=True, note="", by=bureau.clerk.user, now=NOW)
        assert self.close(bureau, inspection).closed_at == NOW

    def test_wants_it_confirmed_where_somebody_was_not_looked_at(self, bureau):
        inspection = chosen(bureau, bureau.member, bureau.head)
        checked(inspection, bureau.member, None, None, by=bureau.clerk.user)
        with pytest.raises(UnfinishedError, match="还有 1 位没有检查"):
            self.close(bureau, inspection)
        self.close(bureau, inspection, is_confirmed=True)
        with pytest.raises(InspectionError, match="已于 2026-12-01 结束"):
            self.close(bureau, inspection)
        with pytest.raises(InspectionError, match="不能再改"):
            checked(inspection, bureau.head, None, None, by=bureau.clerk.user)
