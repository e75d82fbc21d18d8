import pytest

from learning.models import LeaveRequest, MakeUp
from learning.programme.choices import LeaveState
from learning.programme.services.leave import ask_leave, decide_leave
from tests.factories.bureau import make_bureau
from tests.factories.pages import make_site, make_user
from tests.factories.programme import SessionFactory, at
from tests.standing import standing

NOW = at(2026, 11, 25, 9)
ASKED = {"kind": "duty", "reason": "下校督导"}


@standing(now=NOW)
def bureau():
    make_site()
    return make_bureau()


@pytest.fixture
def session(bureau):
    return SessionFactory(title="周二学习", starts_at=at(2026, 12, 1))


@pytest.fixture
def leave(bureau, session):
    return ask_leave(session=session, staff=bureau.member, by=bureau.member.user, now=NOW, **ASKED)


@pytest.fixture
def as_(client):
    def sign_in(person):
        client.force_login(person.user)
        return client

    return sign_in


class TestAsk:
    def test_says_who_decides_and_what_follows(self, as_, bureau, session):
        html = as_(bureau.member).get(f"/sessions/{session.pk}/leave/").content.decode()
        assert "由梁静宜审批" in html
        assert "2026年12月15日前" in html
        assert "checked" not in html

    def test_takes_kind_reason_and_one_button(self, as_, bureau, session):
        answer = as_(bureau.member).post(f"/sessions/{session.pk}/leave/", ASKED)
        asked = LeaveRequest.objects.get()
        assert answer.headers["Location"] == f"/leave/{asked.pk}/"
        assert (asked.staff, asked.kind, asked.reason) == (bureau.member, "duty", "下校督导")

    def test_loses_nothing_that_was_typed(self, as_, bureau, session):
        answer = as_(bureau.member).post(f"/sessions/{session.pk}/leave/", {"reason": "下校督导"})
        html = answer.content.decode()
        assert answer.status_code == 400
        assert "请选一种请假类别。" in html
        assert "下校督导</textarea>" in html

    def test_shows_what_the_service_says(self, as_, bureau, session):
        session.state, session.reason = "cancelled", "防汛"
        session.save()
        answer = as_(bureau.member).post(f"/sessions/{session.pk}/leave/", ASKED)
        assert answer.status_code in (400, 409)
        assert "活动已取消，不用请假。防汛" in answer.content.decode()
        assert "不用请假" in as_(bureau.member).get(f"/sessions/{session.pk}/leave/").content.decode()

    def test_leads_a_second_time_to_the_first_request(self, as_, bureau, session, leave):
        client = as_(bureau.member)
        for answer in (client.get(f"/sessions/{session.pk}/leave/"), client.post(f"/sessions/{session.pk}/leave/", ASKED)):
            assert answer.headers["Location"] == f"/leave/{leave.pk}/"
        assert LeaveRequest.objects.count() == 1
        assert "没有重复提交" in client.get(f"/leave/{leave.pk}/").content.decode()

    def test_tells_whoever_is_not_expected(self, as_, bureau):
        session = SessionFactory(starts_at=at(2026, 12, 1), audience="party_members")
        html = as_(bureau.head).get(f"/sessions/{session.pk}/leave/").content.decode()
        assert "您不在这次活动的参加人员里" in html
        assert "<textarea" not in html

    def test_is_nothing_for_an_account_that_is_nobodys(self, client, session):
        client.force_login(make_user("bianji"))
        assert client.get(f"/sessions/{session.pk}/leave/").status_code == 404

    def test_is_for_people_who_are_signed_in(self, client, session):
        assert client.get(f"/sessions/{session.pk}/leave/").headers["Location"].startswith("/login/")


class TestLeaveRequest:
    @pytest.mark.parametrize(
        ("role", "status"),
        [("member", 200), ("head", 200), ("clerk", 200), ("colleague", 404), ("other_head", 404), ("secretary", 404), ("leader", 404)],
    )
    def test_is_seen_by_the_person_and_whoever_decides(self, as_, bureau, leave, role, status):
        assert as_(getattr(bureau, role)).get(f"/leave/{leave.pk}/").status_code == status

    def test_is_decided_with_one_tap(self, as_, bureau, leave):
        answer = as_(bureau.head).post(f"/leave/{leave.pk}/", {"decision": "approve", "note": ""})
        assert answer.headers["Location"] == "/my/"
        leave.refresh_from_db()
        assert (leave.state, leave.decided_by) == (LeaveState.APPROVED, bureau.head.user)
        assert MakeUp.objects.filter(staff=bureau.member).exists()

    def test_wants_a_word_with_a_refusal_and_keeps_what_was_typed(self, as_, bureau, leave):
        client = as_(bureau.head)
        answer = client.post(f"/leave/{leave.pk}/", {"decision": "refuse", "note": ""})
        assert answer.status_code == 400
        assert "不批准的，请写明原因。" in answer.content.decode()
        assert "最多 200 个字" in client.post(f"/leave/{leave.pk}/", {"decision": "refuse", "note": "长" * 201}).content.decode()
        client.post(f"/leave/{leave.pk}/", {"decision": "refuse", "note": "要您汇报"})
        html = as_(bureau.member).get(f"/leave/{leave.pk}/").content.decode()
        assert "要您汇报" in html
        assert "再请一次" in html

    @pytest.mark.parametrize("role", ["member", "head"])
    def test_is_not_decided_by_the_person(self, as_, bureau, session, role):
        person = getattr(bureau, role)
        own = ask_leave(session=session, staff=person, by=person.user, now=NOW, **ASKED)
        assert as_(person).post(f"/leave/{own.pk}/", {"decision": "approve"}).status_code == 403
        assert "批准</button>" not in as_(person).get(f"/leave/{own.pk}/").content.decode()

    def test_is_not_decided_twice(self, as_, bureau, leave):
        client = as_(bureau.head)
        client.post(f"/leave/{leave.pk}/", {"decision": "approve"})
        answer = client.post(f"/leave/{leave.pk}/", {"decision": "refuse", "note": "不行"})
        assert "不用再审批" in answer.content.decode()
        leave.refresh_from_db()
        assert leave.state == LeaveState.APPROVED

    def test_tells_the_decider_no_more_than_a_number_of_the_others(self, as_, bureau, leave):
        other = ask_leave(
            session=SessionFactory(title="另一次", starts_at=at(2026, 12, 2)),
            staff=bureau.member,
            by=bureau.member.user,
            now=NOW,
            kind="sick",
            reason="看牙",
        )
        decide_leave(request=other, is_approved=True, note="", by=bureau.clerk.user, now=NOW)
        html = as_(bureau.head).get(f"/leave/{leave.pk}/").content.decode()
        assert "今年另准假 1 次" in html
        assert "看牙" not in html
        assert "今年另准假" not in as_(bureau.member).get(f"/leave/{leave.pk}/").content.decode()

    @pytest.mark.parametrize("role", ["member", "head"])
    def test_takes_fifteen_statements_at_most(self, as_, bureau, leave, role, django_assert_max_num_queries):
        client = as_(getattr(bureau, role))
        client.get(f"/leave/{leave.pk}/")
        with django_assert_max_num_queries(15):
            client.get(f"/leave/{leave.pk}/")


class TestWithdraw:
    def test_takes_it_back(self, as_, bureau, leave):
        answer = as_(bureau.member).post(f"/leave/{leave.pk}/withdraw/")
        assert answer.headers["Location"] == "/my/"
        leave.refresh_from_db()
        assert leave.state == LeaveState.WITHDRAWN

    def test_changes_nothing_by_looking(self, as_, bureau, leave):
        assert as_(bureau.member).get(f"/leave/{leave.pk}/withdraw/").headers["Location"] == f"/leave/{leave.pk}/"
        leave.refresh_from_db()
        assert leave.state == LeaveState.WAITING

    @pytest.mark.parametrize("role", ["head", "clerk", "colleague"])
    def test_is_for_whoever_asked(self, as_, bureau, leave, role):
        assert as_(getattr(bureau, role)).post(f"/leave/{leave.pk}/withdraw/").status_code == 404

    def test_says_why_not_the_second_time(self, as_, bureau, leave):
        client = as_(bureau.member)
        client.post(f"/leave/{leave.pk}/withdraw/")
        answer = client.post(f"/leave/{leave.pk}/withdraw/", follow=True)
        assert "不用撤回" in answer.content.decode()
