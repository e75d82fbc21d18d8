import datetime

import pytest

from learning.models import Absence, Attendance, LeaveRequest, Session
from learning.programme.roll_call import GUEST_LINES, count_statuses, in_two_columns, roll_call, search_words, sheet_lines
from tests.factories.organisation import DepartmentFactory, StaffMemberFactory
from tests.factories.programme import AttendanceFactory, SessionFactory, at

pytestmark = pytest.mark.django_db
NOW = at(2026, 11, 24, 15)


def frozen(*names, **facts):
    session = SessionFactory(roster_frozen_at=NOW, **facts)
    return session, [AttendanceFactory(session=session, staff=StaffMemberFactory(name=name)) for name in names]


def grant(session, person, kind):
    LeaveRequest.objects.create(session=session, staff=person, kind=kind, reason="下校", asked_at=NOW, state="approved", decided_at=NOW)


class TestSearchWords:
    @pytest.mark.parametrize(
        ("sort_key", "words"), [("zhang san 张三", "zs zhangsan 张三"), ("ou yang 欧阳", "oy ouyang 欧阳"), ("", ""), ("张三", "张三")]
    )
    def test_are_initials_pinyin_and_name(self, sort_key, words):
        assert search_words(sort_key) == words


class TestRollCall:
    def test_shows_everybody_as_there_and_an_approved_leave_as_such(self):
        session, (first, second) = frozen("张三", "李四")
        grant(session, second.staff, "duty")
        Attendance.objects.filter(pk=second.pk).update(status="duty", how="leave")
        call = roll_call(session)
        shown = {tile.row.pk: (tile.shown, tile.is_approved_leave, tile.mark) for tile in call.tiles}
        assert shown == {first.pk: ("present", False, "●"), second.pk: ("duty", True, "◐")}
        assert call.seen == f"{second.pk}=duty"

    def test_shows_nobody_as_there_where_people_sign_for_themselves(self):
        session, (first, second) = frozen("张三", "李四", accepts_code=True)
        Attendance.objects.filter(pk=second.pk).update(status="late", how="code")
        tiles = {tile.row.pk: tile for tile in roll_call(session).tiles}
        assert (tiles[first.pk].shown, tiles[second.pk].shown, tiles[second.pk].has_signed) == ("unrecorded", "late", True)

    def test_keeps_marks_that_were_not_saved_beside_what_is_stored(self):
        session, (first, _second) = frozen("张三", "李四")
        Attendance.objects.filter(pk=first.pk).update(status="personal")
        call = roll_call(session, own={first.pk: "absent"})
        tile = next(tile for tile in call.tiles if tile.row.pk == first.pk)
        assert (tile.label, tile.stored_label, tile.is_unsaved) == ("缺席", "事假", True)
        assert call.unsaved == [tile]

    def test_lists_those_who_are_out_apart(self):
        session, (first, second) = frozen("张三", "李四")
        Attendance.objects.filter(pk=first.pk).update(is_expected=False, roster_reason="借调")
        call = roll_call(session)
        assert [row.roster_reason for row in call.out] == ["借调"]
        assert [tile.row.pk for tile in call.tiles] == [second.pk]

    def test_asks_twice_whatever_the_number_of_people(self, django_assert_num_queries):
        for number in (2, 20):
            session, _rows = frozen(*(f"职工{one}" for one in range(number)))
            with django_assert_num_queries(2):
                call = roll_call(session)
                assert [(tile.place, tile.search_words, tile.row.staff.name) for tile in call.tiles]


class TestCountStatuses:
    def test_adds_up(self):
        counts = count_statuses(["present", "late", "left_early", "online", "duty", "sick", "absent", "unrecorded"])
        assert (counts.expected, counts.there, counts.excused, counts.absent, counts.unrecorded) == (8, 4, 2, 1, 1)


class TestSheetLines:
    def test_come_from_the_roster_with_leave_and_room_for_guests(self):
        session, rows = frozen("张三", "李四")
        grant(session, rows[0].staff, "sick")
        lines = sheet_lines(session)
        assert [(line.number, line.name, line.note) for line in lines[:2]] == [(1, "李四", ""), (2, "张三", "病假")]
        assert [line.number for line in lines[2:]] == [None] * GUEST_LINES

    def test_come_from_the_audience_before_that(self):
        first, second = DepartmentFactory(name="办公室", position=1), DepartmentFactory(name="人事科", short_name="人事", position=2)
        StaffMemberFactory(name="张三", posted_to=second)
        StaffMemberFactory(name="李四", posted_to=first)
        away = StaffMemberFactory(name="王五", posted_to=first)
        Absence.objects.create(staff=away, kind=Absence.Kind.PARENTAL, started_on=datetime.date(2026, 9, 1))
        lines = sheet_lines(SessionFactory())
        assert [(line.name, line.place) for line in lines if line.number] == [("李四", "办公室"), ("张三", "人事")]

    def test_are_even(self):
        session, _rows = frozen("张三")
        assert len(sheet_lines(Session.objects.get(pk=session.pk))) == 8


class TestInTwoColumns:
    def test_reads_downwards(self):
        assert in_two_columns([1, 2, 3, 4]) == [(1, 3), (2, 4)]
