import datetime

import pytest

from learning.articles.pdf import pdf_available
from learning.library.drafts import write_notice
from learning.models import NoticePage, ReadingStar, StarSelection
from learning.reading.certificate import chinese_date
from learning.reading.services.stars import Choice, decide_stars, draft_star_notice
from tests.factories.bureau import make_bureau
from tests.factories.pages import make_column, make_site, make_user
from tests.factories.programme import at
from tests.factories.reading import ReadingEntryFactory, StarSelectionFactory, accepted_reflection
from tests.standing import standing

NOW = at(2026, 12, 28, 10)
TERMS = {
    "quarter": "2026-10-01",
    "criteria": "读三本书",
    "places": "3",
    "min_books": "1",
    "min_reflections": "0",
    "min_exchanges": "0",
    "min_mean": "",
}


@standing(now=NOW)
def bureau():
    home = make_site()
    bureau = make_bureau()
    bureau.home = home
    return bureau


@pytest.fixture
def as_(client):
    def sign_in(person):
        client.force_login(person.user)
        return client

    return sign_in


@pytest.fixture(autouse=True)
def _writer(monkeypatch):
    """The library's own, whether or not the site registers it."""
    monkeypatch.setattr("learning.articles.notices._writers", [write_notice])


@pytest.fixture
def selection(bureau):
    ReadingEntryFactory(staff=bureau.member, finished_on=datetime.date(2026, 11, 1))
    return StarSelectionFactory(places=1, min_books=1, min_reflections=0, min_exchanges=0)


@pytest.fixture
def star(bureau, selection):
    [found] = decide_stars(
        selection=selection, choices=[Choice(bureau.member.pk, "读得勤")], note="会议研究", by=bureau.clerk.user, now=NOW
    )
    return found


@pytest.fixture
def url(selection):
    return f"/reading/stars/{selection.pk}/"


class TestCriteria:
    def test_begin_as_a_sample_that_says_so(self, as_, bureau):
        html = as_(bureau.clerk).get("/reading/stars/new/").content.decode()
        assert "示例，请改成本单位定下的标准" in html
        assert "<strong>示例</strong>" in html

    def test_are_a_draft_until_they_are_published(self, as_, client, bureau):
        answer = as_(bureau.clerk).post("/reading/stars/new/", TERMS)
        selection = StarSelection.objects.get()
        url = f"/reading/stars/{selection.pk}/"
        assert answer["Location"] == url
        client.post(f"{url}edit/", {**TERMS, "criteria": "读五本书"})
        assert "读五本书" in client.get("/reading/stars/").content.decode()
        client.logout()
        assert client.get(url).status_code == 404
        assert "读五本书" not in client.get("/reading/stars/").content.decode()
        as_(bureau.clerk).get(f"{url}publish/")
        selection.refresh_from_db()
        assert selection.published_at is None
        client.post(f"{url}publish/")
        client.logout()
        assert "读五本书" in client.get(url).content.decode()
        assert "读五本书" in client.get("/reading/stars/").content.decode()

    def test_do_not_change_afterwards(self, as_, bureau, selection, url):
        client = as_(bureau.clerk)
        assert client.post(f"{url}edit/", {**TERMS, "criteria": "改"})["Location"] == url
        selection.refresh_from_db()
        assert selection.criteria != "改"

    @pytest.mark.parametrize(
        ("posted", "message"),
        [
            ({"criteria": ""}, "请写明评选标准"),
            ({"places": "0"}, "大于或等于"),
            ({"quarter": "2019-01-01"}, "不在可选范围内"),
            ({"min_books": ""}, "不要求的填 0"),
        ],
    )
    def test_say_what_is_wrong(self, as_, bureau, posted, message):
        answer = as_(bureau.clerk).post("/reading/stars/new/", {**TERMS, **posted})
        assert answer.status_code == 400
        assert message in answer.content.decode()

    @pytest.mark.once
    @pytest.mark.parametrize("role", ["member", "leader"])
    def test_are_the_clerks(self, as_, bureau, selection, url, role):
        client = as_(getattr(bureau, role))
        for address in ("/reading/stars/new/", f"{url}edit/", f"{url}publish/"):
            assert client.post(address, TERMS).status_code == 403


class TestCandidates:
    def test_are_listed_with_numbers_that_open(self, as_, bureau, selection, url):
        ReadingEntryFactory(staff=bureau.head, finished_on=datetime.date(2026, 9, 1))
        accepted_reflection(author=bureau.head)
        html = as_(bureau.clerk).get(f"{url}candidates/").content.decode()
        assert html.index("陶思远") < html.index("梁静宜")
        assert f'href="{url}candidates/{bureau.member.pk}/"' in html
        assert "赵一鸣" not in html
        assert "达到全部标准的 1 人" in html

    def test_can_be_looked_at_by_leaders_who_decide_nothing(self, as_, bureau, selection, url):
        client = as_(bureau.leader)
        html = client.get(f"{url}candidates/").content.decode()
        assert "陶思远" in html
        assert 'name="who"' not in html
        assert client.get(f"{url}decide/?who={bureau.member.pk}").status_code == 404

    def test_open_into_their_records(self, as_, bureau, selection, url):
        accepted_reflection(author=bureau.member, title="公开的一篇")
        accepted_reflection(author=bureau.member, title="不公开的一篇", consent="none")
        html = as_(bureau.leader).get(f"{url}candidates/{bureau.member.pk}/").content.decode()
        assert "2026-11-01 读完" in html
        assert "公开的一篇</a>" in html
        assert "不公开的一篇" not in html
        assert "（作者未公开）" in html

    @pytest.mark.once
    @pytest.mark.parametrize("role", ["member", "head", "secretary"])
    def test_are_nobody_elses_to_see(self, as_, client, bureau, selection, url, role):
        client = as_(getattr(bureau, role))
        for act in ("candidates/", f"candidates/{bureau.member.pk}/", f"decide/?who={bureau.member.pk}", "notice/", "revoke/"):
            assert client.get(f"{url}{act}").status_code == 404, act
        client.logout()
        assert client.get(f"{url}candidates/").status_code == 302

    def test_cost_the_same_for_any_number(self, as_, bureau, selection, url, django_assert_num_queries):
        client = as_(bureau.clerk)
        client.get(f"{url}candidates/")
        with django_assert_num_queries(12):
            client.get(f"{url}candidates/")
        for person in (bureau.head, bureau.leader, bureau.colleague, bureau.secretary):
            ReadingEntryFactory(staff=person, finished_on=datetime.date(2026, 11, 1))
        with django_assert_num_queries(12):
            client.get(f"{url}candidates/")


class TestDecide:
    def test_goes_from_ticks_to_reasons_to_stars(self, as_, bureau, selection, url):
        client, person = as_(bureau.clerk), bureau.member.pk
        html = client.get(f"{url}decide/?who={person}&who=x&who={person}").content.decode()
        assert html.count('name="who"') == 1
        assert "破格评定" not in html
        answer = client.post(f"{url}decide/", {"who": [person], f"c{person}-reason": "读得勤", "note": "会议研究"})
        assert answer["Location"] == url
        star = ReadingStar.objects.get()
        assert (star.staff, star.reason, star.selection.decision_note) == (bureau.member, "读得勤", "会议研究")
        html = client.get(url).content.decode()
        assert "评定时：读完 1 本" in html
        assert "会议研究" in html

    def test_says_what_is_wrong_beside_whom_and_keeps_what_was_typed(self, as_, bureau, selection, url):
        people = [bureau.member.pk, bureau.head.pk]
        posted = {"who": people, f"c{people[0]}-reason": "读得勤", f"c{people[1]}-reason": "带头领读", "note": ""}
        client = as_(bureau.clerk)
        answer = client.post(f"{url}decide/", posted)
        html = answer.content.decode()
        assert answer.status_code == 400
        for said in ("梁静宜未达标准（读完 0 本，标准 1 本）", "带头领读</textarea>", "请在评定说明里写明为什么超出"):
            assert said in html
        html = client.post(f"{url}decide/", {**posted, f"c{people[0]}-reason": "", "note": "两人都好"}).content.decode()
        assert "请写明评定的理由" in html
        assert "两人都好</textarea>" in html
        assert not ReadingStar.objects.exists()

    def test_needs_somebody(self, as_, bureau, selection, url):
        assert as_(bureau.clerk).get(f"{url}decide/")["Location"] == f"{url}candidates/"

    def test_is_done_once(self, as_, bureau, star, url):
        person = bureau.member.pk
        answer = as_(bureau.clerk).post(f"{url}decide/", {"who": [person], f"c{person}-reason": "又一次"})
        assert answer["Location"] == url
        assert ReadingStar.objects.get().reason == "读得勤"

    def test_can_be_taken_back_with_a_reason(self, as_, bureau, star, url):
        client = as_(bureau.clerk)
        client.get(f"{url}revoke/")
        client.post(f"{url}revoke/", {"reason": ""})
        assert ReadingStar.objects.exists()
        client.post(f"{url}revoke/", {"reason": "选错了"})
        assert not ReadingStar.objects.exists()


class TestWhoSeesTheStars:
    def test_the_bureau_at_once_the_public_with_the_notice(self, as_, client, bureau, star, selection, url):
        make_column(bureau.home, "通知公告", "tongzhi")
        assert "陶思远" in as_(bureau.colleague).get(url).content.decode()
        client.logout()
        page = draft_star_notice(selection=selection, days=5, contact="机关党委", by=bureau.clerk.user, today=NOW.date())
        for address in (url, "/reading/stars/"):
            assert "陶思远" not in client.get(address).content.decode()
        page.get_latest_revision().publish()
        for address in (url, "/reading/stars/"):
            html = client.get(address).content.decode()
            assert "陶思远" in html
            assert "读得勤" in html
        assert "评定时" not in html
        assert "证书" not in client.get(url).content.decode()

    def test_numbers_and_note_stay_with_those_who_decide(self, as_, bureau, star, url):
        for role, sees in (("clerk", True), ("leader", True), ("colleague", False), ("member", False)):
            html = as_(getattr(bureau, role)).get(url).content.decode()
            assert ("评定时" in html, "会议研究" in html) == (sees, sees), role

    @pytest.mark.parametrize("name", [None, "member"])
    def test_costs_the_same_for_any_number(self, as_, client, bureau, star, name, django_assert_num_queries):
        if name:
            as_(getattr(bureau, name))
        client.get("/reading/stars/")
        number = 9 if name else 4
        with django_assert_num_queries(number):
            client.get("/reading/stars/")
        for month in (1, 4, 7):
            StarSelectionFactory(quarter_first=datetime.date(2026, month, 1))
        with django_assert_num_queries(number):
            client.get("/reading/stars/")


class TestNotice:
    def test_is_a_draft_that_goes_the_usual_way(self, as_, bureau, star, selection, url):
        make_column(bureau.home, "通知公告", "tongzhi")
        client = as_(bureau.clerk)
        assert client.post(f"{url}notice/", {"days": "5", "contact": ""}).status_code == 400
        answer = client.post(f"{url}notice/", {"days": "7", "contact": "机关党委 305 室"})
        assert answer["Location"] == url
        page = NoticePage.objects.get()
        assert (page.live, page.owner) == (False, bureau.clerk.user)
        selection.refresh_from_db()
        assert selection.notice_id == page.pk
        assert client.get(f"{url}notice/")["Location"] == url

    def test_says_where_there_is_no_column(self, as_, bureau, star, url):
        answer = as_(bureau.clerk).post(f"{url}notice/", {"days": "5", "contact": "机关党委"})
        assert answer.status_code == 400
        assert "还没有栏目" in answer.content.decode()

    def test_waits_for_the_decision(self, as_, bureau, selection, url):
        assert as_(bureau.clerk).get(f"{url}notice/")["Location"] == url


class TestCertificate:
    @pytest.mark.skipif(not pdf_available(), reason="libpango is missing")
    def test_is_for_the_star_and_the_clerk(self, as_, client, bureau, star):
        address = f"/reading/stars/certificates/{star.pk}/"
        for role in ("member", "clerk"):
            answer = as_(getattr(bureau, role)).get(address)
            assert answer["Content-Type"] == "application/pdf"
            assert answer.content.startswith(b"%PDF")
            assert answer["Cache-Control"].count("no-store") == 1
        for role in ("colleague", "leader", "head"):
            assert as_(getattr(bureau, role)).get(address).status_code == 404, role
        client.force_login(make_user("wuming"))
        assert client.get(address).status_code == 404
        client.logout()
        assert client.get(address).status_code == 302

    def test_says_so_where_it_cannot_be_made(self, as_, bureau, star, monkeypatch):
        monkeypatch.setattr("learning.reading.views.star_decisions.pdf_available", lambda: False)
        answer = as_(bureau.member).get(f"/reading/stars/certificates/{star.pk}/")
        assert answer.status_code == 503
        assert "libpango" in answer.content.decode()

    @pytest.mark.parametrize(
        ("day", "written"),
        [
            (datetime.date(2026, 12, 31), "二〇二六年十二月三十一日"),
            (datetime.date(2030, 1, 10), "二〇三〇年一月十日"),
            (datetime.date(2027, 10, 20), "二〇二七年十月二十日"),
        ],
    )
    def test_writes_dates_as_documents_do(self, day, written):
        assert chinese_date(day) == written
