import pytest

from learning.evidence import Subject
from learning.models import Attendance, MakeUp
from learning.programme.choices import AttendanceStatus, MakeUpState
from learning.programme.services.sessions import set_material
from tests.factories.bureau import make_bureau
from tests.factories.pages import make_article, make_column, make_site
from tests.factories.programme import SessionFactory, at
from tests.standing import standing

NOW = at(2026, 11, 25, 9)
WRITTEN = {"has_read": "on", "note": "读完材料，对照了本科室的流程。"}


@standing(now=NOW)
def bureau():
    home = make_site()
    bureau = make_bureau()
    bureau.home = home
    return bureau


@pytest.fixture
def session(bureau):
    return SessionFactory(
        held=True,
        title="周二学习",
        starts_at=at(2026, 11, 17),
        key_points="先学原文\n再谈认识",
        organised_by=Subject.BRANCH,
        branch=bureau.branch,
        audience="party_members",
        attended_by=[bureau.colleague],
        missed_by={bureau.member: AttendanceStatus.ABSENT},
    )


@pytest.fixture
def make_up(bureau, session):
    return MakeUp.objects.create(session=session, staff=bureau.member, due_on=at(2026, 12, 1).date())


@pytest.fixture
def handed_in(make_up):
    MakeUp.objects.update(state=MakeUpState.SUBMITTED, note="对照了流程", submitted_at=NOW, materials_read_at=NOW)
    make_up.refresh_from_db()
    return make_up


@pytest.fixture
def as_(client):
    def sign_in(person):
        client.force_login(person.user)
        return client

    return sign_in


class TestMakeUp:
    def test_shows_the_sessions_materials_and_points(self, as_, bureau, session, make_up):
        column = make_column(bureau.home)
        for page in (make_article(column, "读本"), make_article(column, "草稿", publish=False)):
            set_material(session=session, page=page, is_wanted=True, by=bureau.clerk.user)
        html = as_(bureau.member).get(f"/sessions/{session.pk}/make-up/").content.decode()
        assert "读本" in html
        assert "草稿" not in html
        assert "<li>先学原文</li>" in html
        assert "2026年12月1日" in html
        assert 'data-count="80"' in html

    def test_takes_a_tick_a_note_and_one_button(self, as_, bureau, session, make_up):
        client = as_(bureau.member)
        assert client.post(f"/sessions/{session.pk}/make-up/", WRITTEN).status_code == 302
        make_up.refresh_from_db()
        assert (make_up.state, make_up.note, make_up.materials_read_at) == (MakeUpState.SUBMITTED, WRITTEN["note"], NOW)
        html = client.get(f"/sessions/{session.pk}/make-up/").content.decode()
        assert "由沈一舟核对" in html
        assert WRITTEN["note"] in html
        assert "<textarea" not in html

    @pytest.mark.parametrize(
        ("posted", "message"),
        [
            ({"note": WRITTEN["note"]}, "请先读完材料"),
            ({"has_read": "on", "note": ""}, "请写一段体会再提交。"),
            ({"has_read": "on", "note": "长" * 2001}, "最多 2000 个字，现在有 2001 个"),
        ],
    )
    def test_loses_nothing_that_was_typed(self, as_, bureau, session, make_up, posted, message):
        answer = as_(bureau.member).post(f"/sessions/{session.pk}/make-up/", posted)
        html = answer.content.decode()
        assert answer.status_code == 400
        assert message in html
        assert f"{posted['note']}</textarea>" in html

    def test_is_handed_in_once(self, as_, bureau, session, make_up):
        client = as_(bureau.member)
        client.post(f"/sessions/{session.pk}/make-up/", WRITTEN)
        answer = client.post(f"/sessions/{session.pk}/make-up/", {**WRITTEN, "note": "又一遍"})
        assert "不用再提交" in answer.content.decode()
        make_up.refresh_from_db()
        assert make_up.note == WRITTEN["note"]

    def test_waits_for_the_session(self, as_, bureau):
        session = SessionFactory(starts_at=at(2026, 12, 1))
        MakeUp.objects.create(session=session, staff=bureau.member, due_on=at(2026, 12, 15).date())
        client = as_(bureau.member)
        html = client.get(f"/sessions/{session.pk}/make-up/").content.decode()
        assert "活动还没举行" in html
        assert "<textarea" not in html
        assert "还没举行" in client.post(f"/sessions/{session.pk}/make-up/", WRITTEN).content.decode()

    @pytest.mark.parametrize("role", ["colleague", "secretary", "clerk"])
    def test_is_the_own_one_or_none(self, as_, bureau, session, make_up, role):
        client = as_(getattr(bureau, role))
        assert client.get(f"/sessions/{session.pk}/make-up/").status_code == 404
        assert client.post(f"/sessions/{session.pk}/make-up/", WRITTEN).status_code == 404

    def test_given_back_shows_the_word_and_the_note(self, as_, bureau, session, handed_in):
        as_(bureau.secretary).post(f"/make-ups/{handed_in.pk}/", {"verdict": "return", "note": "写写怎么用"})
        client = as_(bureau.member)
        html = client.get(f"/sessions/{session.pk}/make-up/").content.decode()
        assert "沈一舟退回：写写怎么用" in html
        assert "对照了流程</textarea>" in html
        client.post(f"/sessions/{session.pk}/make-up/", {**WRITTEN, "note": "用在接待里"})
        handed_in.refresh_from_db()
        assert (handed_in.state, handed_in.note) == (MakeUpState.SUBMITTED, "用在接待里")

    def test_accepted_says_how_the_rate_changed(self, as_, bureau, session, handed_in):
        SessionFactory(held=True, starts_at=at(2026, 11, 10), attended_by=[bureau.member])
        as_(bureau.secretary).post(f"/make-ups/{handed_in.pk}/", {"verdict": "accept"})
        html = as_(bureau.member).get(f"/sessions/{session.pk}/make-up/").content.decode()
        assert "由 50.0% 升到 100.0%" in html
        assert "出勤率不变，仍是 50.0%" in html


class TestCheck:
    @pytest.mark.parametrize(
        ("role", "status"), [("secretary", 200), ("clerk", 200), ("member", 404), ("colleague", 404), ("head", 404), ("leader", 404)]
    )
    def test_is_for_whoever_runs_the_session(self, as_, bureau, handed_in, role, status):
        client = as_(getattr(bureau, role))
        assert client.get(f"/make-ups/{handed_in.pk}/").status_code == status
        if status == 404:
            assert client.post(f"/make-ups/{handed_in.pk}/", {"verdict": "accept"}).status_code == 404

    def test_shows_the_note_and_what_was_studied(self, as_, bureau, handed_in):
        html = as_(bureau.secretary).get(f"/make-ups/{handed_in.pk}/").content.decode()
        assert "对照了流程" in html
        assert "先学原文" in html

    def test_accepts_and_corrects_the_roll(self, as_, bureau, handed_in):
        assert as_(bureau.secretary).post(f"/make-ups/{handed_in.pk}/", {"verdict": "accept"}).headers["Location"] == "/my/"
        assert Attendance.objects.get(staff=bureau.member, session=handed_in.session).is_made_up

    def test_goes_on_to_the_next(self, as_, bureau, session, handed_in):
        other = MakeUp.objects.create(
            session=session, staff=bureau.colleague, due_on=NOW.date(), state=MakeUpState.SUBMITTED, note="好", submitted_at=NOW
        )
        answer = as_(bureau.secretary).post(f"/make-ups/{handed_in.pk}/", {"verdict": "accept"}, follow=True)
        assert answer.redirect_chain[0][0] == f"/make-ups/{other.pk}/"
        assert "这是下一份" in answer.content.decode()

    def test_wants_a_word_when_giving_back(self, as_, bureau, handed_in):
        answer = as_(bureau.secretary).post(f"/make-ups/{handed_in.pk}/", {"verdict": "return", "note": " "})
        assert answer.status_code == 400
        assert "退回的，请写明要补什么。" in answer.content.decode()

    def test_is_done_once(self, as_, bureau, handed_in):
        client = as_(bureau.secretary)
        client.post(f"/make-ups/{handed_in.pk}/", {"verdict": "accept"})
        answer = client.post(f"/make-ups/{handed_in.pk}/", {"verdict": "return", "note": "再写"})
        assert "不用再核对" in answer.content.decode()
        assert "通过</button>" not in client.get(f"/make-ups/{handed_in.pk}/").content.decode()

    def test_takes_fifteen_statements_at_most(self, as_, bureau, handed_in, django_assert_max_num_queries):
        client = as_(bureau.secretary)
        client.get(f"/make-ups/{handed_in.pk}/")
        with django_assert_max_num_queries(15):
            client.get(f"/make-ups/{handed_in.pk}/")
