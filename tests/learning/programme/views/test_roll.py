import datetime
import re

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from learning.models import Attendance, LeaveRequest, Session, StaffMember
from learning.programme.codes import code_for
from tests.factories.organisation import DepartmentFactory, StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.programme import AttendanceFactory, SessionFactory, at

pytestmark = pytest.mark.django_db
NOW = at(2026, 11, 24, 15)
MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def clerk(client, clock):
    user = make_user("clerk")
    user.user_permissions.add(Permission.objects.get(codename="run_programme"))
    client.force_login(user)
    return user


def frozen(*names, **facts):
    session = SessionFactory(roster_frozen_at=NOW, **facts)
    return session, [AttendanceFactory(session=session, staff=StaffMemberFactory(name=name)) for name in names]


def page(session, name="roll", *more):
    return reverse(name, args=[session.pk, *more])


def text_of(response) -> str:
    return re.sub(r"\s+", "", response.content.decode())


def form_of(client, session) -> dict:
    """What a browser without scripts would send if nothing was tapped."""
    html = client.get(page(session)).content.decode()
    form = dict(re.findall(r'<input type="hidden" name="(version|default|seen)" value="([^"]*)"', html))
    for radio in re.findall(r'<input type="radio"[^>]*?\schecked[^>]*>', html, re.DOTALL):
        form[re.search(r'name="([^"]*)"', radio)[1]] = re.search(r'value="([^"]*)"', radio)[1]
    return form


def statuses(session) -> list[str]:
    return list(session.attendances.order_by("pk").values_list("status", flat=True))


class TestRoll:
    def test_says_when_it_is_not_yet_time(self, client, clerk):
        response = client.get(page(SessionFactory(starts_at=NOW + datetime.timedelta(days=1))))
        assert "2026年11月25日14:00" in text_of(response)
        assert "固定名册" not in text_of(response)

    def test_says_that_it_was_cancelled(self, client, clerk):
        assert "防汛" in text_of(client.get(page(SessionFactory(state="cancelled", reason="防汛"))))

    def test_freezes_by_post_and_never_by_get(self, client, clerk):
        StaffMemberFactory(posted_to=DepartmentFactory())
        session = SessionFactory()
        assert "固定名册，开始点名" in text_of(client.get(page(session)))
        assert not Attendance.objects.exists()
        assert client.post(page(session), {"action": "freeze"}).status_code == 302
        assert Attendance.objects.count() == 1
        early = SessionFactory(starts_at=NOW + datetime.timedelta(days=1))
        response = client.post(page(early), {"action": "freeze"})
        assert (response.status_code, "还没到时间" in text_of(response)) == (409, True)

    def test_completes_with_everybody_there_but_the_tapped(self, client, clerk):
        session, rows = frozen("张三", "李四", "王五")
        LeaveRequest.objects.create(session=session, staff=rows[2].staff, kind="duty", reason="下校", asked_at=NOW, state="approved")
        Attendance.objects.filter(pk=rows[2].pk).update(status="duty", how="leave")
        form = form_of(client, session)
        assert form[f"mark-{rows[2].pk}"] == "duty"
        response = client.post(page(session), form | {f"mark-{rows[0].pk}": "absent", "complete": "on"}, follow=True)
        assert "点名已完成" in text_of(response)
        assert "应到3人，实到1人，请假1人，缺席1人" in text_of(response)
        assert statuses(session) == ["absent", "present", "duty"]

    def test_keeps_a_roll_for_now(self, client, clerk):
        session, rows = frozen("张三", "李四")
        response = client.post(page(session), form_of(client, session) | {f"mark-{rows[0].pk}": "absent"}, follow=True)
        assert "已存" in text_of(response)
        assert statuses(session) == ["absent", "unrecorded"]

    def test_shows_both_marks_where_another_clerk_was_faster(self, client, clerk):
        session, rows = frozen("张三", "李四")
        mine = form_of(client, session) | {f"mark-{rows[0].pk}": "late", "complete": "on"}
        client.post(page(session), form_of(client, session) | {f"mark-{rows[0].pk}": "absent", f"mark-{rows[1].pk}": "sick"})
        response = client.post(page(session), mine)
        text = text_of(response)
        assert response.status_code == 409
        assert "您标：●迟到；已存：缺席" in text
        assert statuses(session) == ["absent", "sick"]
        html = response.content.decode()
        again = dict(re.findall(r'<input type="hidden" name="(version|default|seen)" value="([^"]*)"', html))
        client.post(page(session), again | {f"mark-{rows[0].pk}": "late", f"mark-{rows[1].pk}": "sick", "complete": "on"})
        assert statuses(session) == ["late", "sick"]

    def test_shows_the_own_marks_where_another_clerk_has_completed_it(self, client, clerk):
        session, rows = frozen("张三")
        mine = form_of(client, session) | {f"mark-{rows[0].pk}": "late"}
        client.post(page(session), form_of(client, session) | {"complete": "on"})
        response = client.post(page(session), mine)
        assert response.status_code == 409
        assert f"{page(session, 'correct_attendance', rows[0].pk)}?status=late" in response.content.decode()

    def test_leaves_those_unrecorded_who_did_not_sign_unless_told_otherwise(self, client, clerk):
        for told, status in ({}, "unrecorded"), ({"rest_is_present": "on"}, "present"):
            session, _rows = frozen("张三", accepts_code=True)
            client.post(page(session), form_of(client, session) | told | {"complete": "on"})
            assert statuses(session) == [status]

    def test_keeps_marks_of_a_page_that_cannot_be_read(self, client, clerk):
        session, rows = frozen("张三")
        for broken in {"version": "x"}, {"default": "ill"}, {f"mark-{rows[0].pk}": "ill"}:
            response = client.post(page(session), form_of(client, session) | broken)
            assert (response.status_code, "没有保存" in text_of(response)) == (400, True)
        assert client.post(page(session), form_of(client, session) | {"mark-999999": "absent"}).status_code == 400
        assert statuses(session) == ["unrecorded"]

    def test_takes_five_hundred_people_and_asks_no_more_for_them(self, client, clerk):
        counts = []
        client.get(page(SessionFactory()))
        ContentType.objects.get_for_model(Session)
        for number in (5, 500):
            session = SessionFactory(roster_frozen_at=NOW)
            department = DepartmentFactory()
            people = StaffMember.objects.bulk_create([StaffMember(name=f"职工{one}") for one in range(number)])
            Attendance.objects.bulk_create([Attendance(session=session, staff=one, department=department) for one in people])
            with CaptureQueriesContext(connection) as queries:
                form = form_of(client, session)
            assert len(form) == number + 3
            with CaptureQueriesContext(connection) as writing:
                assert client.post(page(session), form | {"complete": "on"}).status_code == 302
            with CaptureQueriesContext(connection) as afterwards:
                client.get(page(session))
            counts.append((len(queries), len(writing), len(afterwards)))
        assert counts[0] == counts[1]
        assert counts[0][0] <= 15
        assert counts[0][2] <= 15

    def test_is_for_whoever_runs_it_the_host_and_the_recorder(self, client, clock):
        host = StaffMemberFactory(user=make_user("host"))
        session = SessionFactory(host=host)
        client.force_login(host.user)
        assert client.get(page(session)).status_code == 200
        client.force_login(make_user("other"))
        for name in ("roll", "sign_in_sheet", "sign_in_code", "sign_in_code_picture"):
            assert client.get(page(session, name)).status_code == 403
        assert client.post(page(session), {"action": "freeze"}).status_code == 403
        assert client.get(reverse("roll", args=[999_999])).status_code == 404

    def test_sends_everybody_else_to_sign_in(self, client, clock):
        assert client.get(page(SessionFactory())).status_code == 302


class TestCorrect:
    @pytest.fixture
    def row(self, clerk):
        session = SessionFactory(held=True)
        return AttendanceFactory(session=session, staff=StaffMemberFactory(name="张三"), status="absent", how="roll", recorded_at=NOW)

    def test_keeps_the_old_value_and_shows_it(self, client, row):
        address = page(row.session, "correct_attendance", row.pk)
        response = client.post(address, {"status": "present", "how": "paper", "reason": "签到表上有签名"})
        assert response.status_code == 302
        row.refresh_from_db()
        assert (row.status, row.how) == ("present", "paper")
        assert "缺席→到会" in text_of(client.get(address))

    def test_says_what_is_missing_and_keeps_what_was_typed(self, client, row):
        address = page(row.session, "correct_attendance", row.pk)
        response = client.post(address, {"status": "late", "how": "correction", "reason": ""})
        assert (response.status_code, "请写明更正的原因" in text_of(response)) == (400, True)
        assert re.search(r'value="late"[^>]*checked', response.content.decode())
        response = client.post(address, {"status": "absent", "how": "correction", "reason": "核对"})
        assert "状态没有变" in text_of(response)

    def test_is_not_for_an_open_roll_nor_for_whoever_is_out(self, client, row):
        out = AttendanceFactory(session=row.session, is_expected=False, roster_reason="借调")
        session, rows = frozen("李四")
        for one, words in ((out, "借调"), (rows[0], "点名还没有完成")):
            address = page(one.session, "correct_attendance", one.pk)
            assert words in text_of(client.get(address))
            assert client.post(address, {"status": "late", "how": "correction", "reason": "核对"}).status_code == 409
        assert client.get(page(session, "correct_attendance", row.pk)).status_code == 404


class TestSheet:
    def test_has_a_line_for_everybody_and_says_that_nothing_is_fixed(self, client, clerk):
        StaffMemberFactory(name="张三", posted_to=DepartmentFactory(name="办公室"))
        text = text_of(client.get(page(SessionFactory(), "sign_in_sheet")))
        assert "张三" in text
        assert "名册尚未固定" in text
        session, _rows = frozen("李四")
        text = text_of(client.get(page(session, "sign_in_sheet")))
        assert "应到1人" in text
        assert "名册尚未固定" not in text


class TestCode:
    def test_is_switched_on_by_post_which_freezes_the_roster(self, client, clerk):
        StaffMemberFactory(posted_to=DepartmentFactory())
        session = SessionFactory()
        assert "还没有开启扫码签到" in text_of(client.get(page(session, "sign_in_code")))
        assert client.get(page(session, "sign_in_code_picture")).status_code == 409
        client.post(page(session, "sign_in_code"), {"action": "on"})
        html = client.get(page(session, "sign_in_code")).content.decode()
        assert "<svg" in html
        assert 'http-equiv="refresh" content="15"' in html
        assert Attendance.objects.count() == 1
        client.post(page(session, "sign_in_code"), {"action": "off"})
        assert not Session.objects.get().accepts_code

    def test_counts_and_names_nobody(self, client, clerk):
        session, rows = frozen("张三", "李四", accepts_code=True)
        Attendance.objects.filter(pk=rows[0].pk).update(status="present")
        response = client.get(page(session, "sign_in_code"))
        assert "已签到1人，应到2人" in re.sub(r"<[^>]*>", "", text_of(response))
        assert "张三" not in response.content.decode()

    def test_gives_a_picture_with_how_long_it_lasts(self, client, clerk, clock):
        session, _rows = frozen("张三", accepts_code=True)
        first = client.get(page(session, "sign_in_code_picture"))
        assert (first["Content-Type"], first["X-Seconds-Left"], first["X-Signed-In"]) == ("image/svg+xml; charset=utf-8", "20", "0")
        assert "no-store" in first["Cache-Control"]
        assert "style=" not in first.content.decode()
        clock.shift(19)
        assert client.get(page(session, "sign_in_code_picture")).content == first.content
        clock.shift(1)
        assert client.get(page(session, "sign_in_code_picture")).content != first.content

    @pytest.mark.parametrize(
        ("facts", "words"),
        [
            ({"state": "cancelled", "reason": "防汛", "accepts_code": True}, "活动已取消"),
            ({"held": True, "accepts_code": True}, "签到已结束"),
            ({"accepts_code": True, "starts_at": NOW + datetime.timedelta(days=1)}, "还没到签到时间"),
            ({"accepts_code": True}, "名册还没有固定"),
        ],
    )
    def test_says_in_a_word_why_there_is_none(self, client, clerk, facts, words):
        assert words in text_of(client.get(page(SessionFactory(**facts), "sign_in_code")))

    def test_cannot_be_switched_on_afterwards(self, client, clerk):
        response = client.post(page(SessionFactory(held=True), "sign_in_code"), {"action": "on"})
        assert (response.status_code, "点名已完成" in text_of(response)) == (409, True)


class TestSignIn:
    @pytest.fixture
    def person(self, client, clock):
        user = make_user("staff")
        person = StaffMemberFactory(name="张三", user=user)
        client.force_login(user)
        return person

    @pytest.fixture
    def session(self, person):
        session = SessionFactory(roster_frozen_at=NOW, accepts_code=True)
        AttendanceFactory(session=session, staff=person)
        return session

    def scan(self, client, session, code=None):
        return client.get(page(session, "session_sign_in"), {"code": code or code_for(session, NOW)})

    def ticket(self, response) -> str:
        return re.search(r'name="ticket"\s+value="([^"]*)"', response.content.decode())[1]

    def test_asks_first_and_writes_by_post(self, client, session):
        scanned = self.scan(client, session)
        assert "张三" in text_of(scanned)
        assert statuses(session) == ["unrecorded"]
        response = client.post(page(session, "session_sign_in"), {"ticket": self.ticket(scanned)}, follow=True)
        assert "签到成功" in text_of(response)
        assert statuses(session) == ["present"]

    def test_says_when_somebody_has_signed_already(self, client, session, clock):
        ticket = self.ticket(self.scan(client, session))
        clock.shift(120)
        for _twice in range(2):
            response = client.post(page(session, "session_sign_in"), {"ticket": ticket}, follow=True)
            clock.shift(120)
        assert "您已于15:02签到" in text_of(response)
        assert "您已于15:02签到" in text_of(self.scan(client, session, "x"))
        assert Attendance.objects.count() == 1

    @pytest.mark.parametrize(("seconds", "status"), [(0, 200), (39, 200), (40, 403), (61, 403)])
    def test_takes_the_current_code_and_the_one_before(self, client, session, clock, seconds, status):
        clock.shift(seconds)
        response = self.scan(client, session)
        assert response.status_code == status
        assert ("重新扫屏幕上的码" in text_of(response)) == (status == 403)

    @pytest.mark.parametrize("code", ["x", "码", "a" * 3000])
    def test_refuses_what_is_no_code(self, client, session, code):
        assert self.scan(client, session, code).status_code == 403

    def test_refuses_the_code_of_another_session(self, client, session):
        assert self.scan(client, session, code_for(SessionFactory(), NOW)).status_code == 403

    def test_refuses_a_ticket_of_another_person_or_session_and_an_old_one(self, client, session, person, clock):
        ticket = self.ticket(self.scan(client, session))
        other = StaffMemberFactory(user=make_user("other"))
        AttendanceFactory(session=session, staff=other)
        elsewhere = SessionFactory(roster_frozen_at=NOW, accepts_code=True)
        AttendanceFactory(session=elsewhere, staff=person)
        assert client.post(page(elsewhere, "session_sign_in"), {"ticket": ticket}).status_code == 403
        client.force_login(other.user)
        response = client.post(page(session, "session_sign_in"), {"ticket": ticket})
        assert (response.status_code, "请自己扫码" in text_of(response)) == (403, True)
        client.force_login(person.user)
        for bad in ("", "x", ticket + "x"):
            assert client.post(page(session, "session_sign_in"), {"ticket": bad}).status_code == 403
        clock.shift(121)
        assert client.post(page(session, "session_sign_in"), {"ticket": ticket}).status_code == 403
        assert set(Attendance.objects.values_list("status", flat=True)) == {"unrecorded"}

    def test_takes_somebody_on_leave_who_came(self, client, session):
        Attendance.objects.update(status="personal", how="leave")
        client.post(page(session, "session_sign_in"), {"ticket": self.ticket(self.scan(client, session))})
        assert statuses(session) == ["present"]

    def test_refuses_whoever_is_not_on_the_roster(self, client, session):
        stranger = StaffMemberFactory(user=make_user("stranger"))
        client.force_login(stranger.user)
        response = self.scan(client, session)
        assert (response.status_code, "找记录人" in text_of(response)) == (403, True)
        client.force_login(make_user("machine"))
        response = self.scan(client, session)
        assert (response.status_code, "没有对应到人员名册" in text_of(response)) == (403, True)

    def test_refuses_when_it_is_over_or_has_not_begun(self, client, session, person):
        Session.objects.update(accepts_code=False)
        response = self.scan(client, session)
        assert (response.status_code, "已停止扫码签到" in text_of(response)) == (409, True)
        later = SessionFactory(accepts_code=True, starts_at=NOW + datetime.timedelta(hours=2))
        assert "16:00起可以签到" in text_of(self.scan(client, later))

    def test_says_what_to_do_without_a_code(self, client, session):
        response = client.get(page(session, "session_sign_in"))
        assert (response.status_code, "扫会场屏幕上的二维码" in text_of(response)) == (200, True)

    def test_takes_few_statements(self, client, session):
        with CaptureQueriesContext(connection) as queries:
            scanned = self.scan(client, session)
        assert len(queries) <= 15
        with CaptureQueriesContext(connection) as queries:
            client.post(page(session, "session_sign_in"), {"ticket": self.ticket(scanned)})
        assert len(queries) <= 15
