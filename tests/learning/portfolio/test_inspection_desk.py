import datetime
import io

import openpyxl

from learning.models import Finding, InspectedFile, Inspection, InspectionLine
from learning.portfolio.inspection_books import findings_sheet
from learning.portfolio.inspection_desk import (
    files_seen_by,
    findings_to_check,
    inspections_seen_by,
    numbers_by_department,
    own_findings,
    with_numbers,
)
from learning.portfolio.rights import FileRights
from learning.programme.books import workbook
from tests.factories.bureau import make_bureau, rights_of
from tests.factories.programme import at
from tests.standing import standing

NOW = at(2026, 12, 1, 9)
TODAY = NOW.date()


@standing()
def bureau():
    return make_bureau()


def rights(person):
    return FileRights(rights_of(person, TODAY))


def inspection_of(bureau, *people, checked=True, **facts):
    found = Inspection.objects.create(
        **{"year": 2026, "title": "学习检查", "held_on": TODAY, "created_at": NOW, "created_by": bureau.clerk.user} | facts
    )
    InspectionLine.objects.create(inspection=found, name="有学习笔记")
    for one in people:
        department = one.postings.get().department
        InspectedFile.objects.create(inspection=found, staff=one, department=department, checked_at=NOW if checked else None)
    return found


def found_in(inspection, staff, *, days=14, state="open", by=None, text="缺笔记"):
    answered = {} if state == "open" else {"rectification": "补上了", "rectified_at": NOW}
    return Finding.objects.create(
        inspected=inspection.files.get(staff=staff),
        line=inspection.lines.get(),
        text=text,
        due_on=TODAY + datetime.timedelta(days=days),
        state=state,
        found_at=NOW,
        found_by=by or inspection.created_by,
        found_by_name="方景行",
        closed_at=NOW if state == "closed" else None,
        **answered,
    )


class TestDueOnes:
    def test_are_all_of_ones_own_what_is_open_first(self, bureau, django_assert_num_queries):
        inspection = inspection_of(bureau, bureau.member, bureau.head)
        closed = found_in(inspection, bureau.member, days=-3, state="closed")
        later, returned = found_in(inspection, bureau.member), found_in(inspection, bureau.member, days=-1, state="returned")
        found_in(inspection, bureau.head)
        with django_assert_num_queries(1):
            assert own_findings(bureau.member) == [returned, later, closed]
        with django_assert_num_queries(0):
            assert own_findings(None) == []

    def test_are_what_a_finder_has_to_check(self, bureau):
        inspection = inspection_of(bureau, bureau.member, bureau.clerk)
        mine = found_in(inspection, bureau.member, state="rectified")
        found_in(inspection, bureau.member)
        others = found_in(inspection, bureau.member, state="rectified", by=bureau.leader.user)
        found_in(inspection, bureau.clerk, state="rectified", by=bureau.leader.user)
        assert findings_to_check(bureau.clerk.user) == [mine]
        assert findings_to_check(bureau.member.user) == []
        bureau.leader.user.is_active = False
        bureau.leader.user.save()
        assert findings_to_check(bureau.clerk.user) == [mine, others]  # not what was found in the own file


class TestNumbers:
    def test_are_counted_in_one_statement(self, bureau, django_assert_num_queries):
        inspection = inspection_of(bureau, bureau.member, bureau.head, bureau.other_head)
        InspectedFile.objects.filter(staff=bureau.other_head).update(checked_at=None)
        found_in(inspection, bureau.member, days=-1)
        found_in(inspection, bureau.member, days=0, state="returned")
        found_in(inspection, bureau.head, days=-1, state="rectified")
        found_in(inspection, bureau.head, state="closed")
        inspection_of(bureau)
        with django_assert_num_queries(1):
            numbers = {
                one.pk: (one.sample, one.checked, one.found, one.closed, one.overdue) for one in with_numbers(Inspection.objects, TODAY)
            }
        assert numbers.pop(inspection.pk) == (3, 2, 4, 1, 1)
        assert list(numbers.values()) == [(0, 0, 0, 0, 0)]
        with django_assert_num_queries(1):
            rows = numbers_by_department(inspection, TODAY)
        assert [(one.name, one.sample, one.checked, one.found, one.closed, one.overdue) for one in rows] == [
            ("人事科", 1, 0, 0, 0, 0),
            ("办公室", 2, 2, 4, 1, 1),
        ]


class TestWhoSeesWhat:
    def test_is_all_for_the_clerk_numbers_for_the_leader_the_own_department_for_a_head(self, bureau):
        inspection = inspection_of(bureau, bureau.member, bureau.other_head)
        found_in(inspection, bureau.other_head)
        seen = {name: inspections_seen_by(rights(getattr(bureau, name))).first() for name in ("clerk", "leader", "head", "member")}
        assert [(seen[name].sample, seen[name].found) for name in ("clerk", "leader", "head")] == [(2, 1), (2, 1), (1, 0)]
        assert seen["member"] is None
        names = {
            name: {one.staff for one in files_seen_by(inspection, rights(getattr(bureau, name)))}
            for name in ("clerk", "leader", "head", "member")
        }
        assert names == {
            "clerk": {bureau.member, bureau.other_head},
            "leader": set(),
            "head": {bureau.member},
            "member": set(),
        }

    def test_tells_a_head_nothing_before_the_file_was_looked_at(self, bureau):
        inspection = inspection_of(bureau, bureau.member, checked=False)
        assert not inspections_seen_by(rights(bureau.head)).exists()
        assert not files_seen_by(inspection, rights(bureau.head)).exists()


def plain(cell):
    return cell.value.date() if cell.is_date else cell.value


class TestFindingsSheet:
    def test_is_safe_to_open_in_a_spreadsheet(self, bureau, django_assert_num_queries):
        inspection = inspection_of(bureau, bureau.member)
        found_in(inspection, bureau.member, days=-1, text='=HYPERLINK("http://example.org","看")')
        found_in(inspection, bureau.member, state="closed", text="+1")
        inspection = with_numbers(Inspection.objects.select_related("department"), TODAY).get()
        with django_assert_num_queries(1):
            data = workbook([findings_sheet(inspection, TODAY)])
        sheet = openpyxl.load_workbook(io.BytesIO(data)).active
        rows = list(sheet.iter_rows())
        assert "问题 2 个，已销号 1 个，逾期未改 1 个" in rows[1][0].value
        assert [plain(cell) for cell in rows[3][:8]] == [
            "办公室",
            "陶思远",
            "有学习笔记",
            '=HYPERLINK("http://example.org","看")',
            "一般",
            datetime.date(2026, 11, 30),
            "待整改",
            "是",
        ]
        assert {cell.data_type for row in rows for cell in row} <= {"s", "d", "n"}  # no formulas
        assert [plain(cell) for cell in rows[4][10:]] == ["补上了", TODAY, None, TODAY]
