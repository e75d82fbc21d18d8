import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learning.contributions import fetching
from learning.contributions.fetching import LinkError
from learning.models import MediaArticle, OutletName, Placement
from tests.factories.contributions import MediaArticleFactory, OutletFactory, PlacementFactory
from tests.factories.pages import make_site
from tests.factories.programme import at
from tests.factories.submissions import draft, in_queue, make_newsroom
from tests.standing import standing

from ..corpus import LAMP

NOW = at(2026, 3, 20, 9)
TODAY = datetime.date(2026, 3, 20)
CLIPPING = f"灯下共读一本书\n来源：样报 2026-03-05 第３版\n（通讯员 陶思远）{LAMP}"


@standing(now=NOW)
def room():
    make_site()
    room = make_newsroom()
    room.outlet = OutletFactory(name="样报", other_names=["样报网", "sample.example"], grade=("province", "first"))
    return room


@pytest.fixture
def office(client, room):
    client.force_login(room.officer)
    return client


def read(client, pasted):
    return client.post("/contributions/adopt/", {"action": "read", "pasted": pasted})


def sent_back(form, **changes):
    """What a browser sends of the form as it was shown."""
    sent = {name: form[name].value() for name in form.fields if name != "story"}
    return {name: "" if value is None else value for name, value in sent.items() if value is not False} | changes


def confirmed(client, answer, **changes):
    given = {"action": "confirm", "story": answer.context["chosen"]} | changes
    return client.post("/contributions/adopt/", sent_back(answer.context["form"], **given))


def html_of(answer) -> str:
    return answer.content.decode()


class TestAdopt:
    def test_is_the_offices_alone(self, client, room):
        assert client.get("/contributions/adopt/").headers["Location"].startswith("/login/")
        for person in (room.member, room.head, room.clerk, room.leader):
            client.force_login(person.user)
            assert client.get("/contributions/adopt/").status_code == 404

    def test_registers_a_new_piece_in_three_actions(self, office, room):
        answer = read(office, CLIPPING)
        html = answer.content.decode()
        for words in ("灯下共读一本书", "“来源”一行里找到", "第3版", "陶思远（办公室）", "新的一篇"):
            assert words in html
        answer = confirmed(office, answer)
        placement = Placement.objects.get()
        assert answer.headers["Location"] == f"/contributions/adopt/?done={placement.pk}"
        assert (placement.title, placement.outlet, placement.published_on) == ("灯下共读一本书", room.outlet, datetime.date(2026, 3, 5))
        assert (placement.level, placement.weight_class, placement.page) == ("province", "first", "第3版")
        assert placement.confirmed_by == room.officer
        article = placement.article
        assert (article.state, article.live, article.submitted_on) == ("adopted", True, datetime.date(2026, 3, 5))
        assert [one.staff for one in article.authors.all()] == [room.member]
        assert [one.department for one in article.departments.all()] == [room.office]
        html = office.get(answer.headers["Location"]).content.decode()
        assert "已登记：样报" in html
        assert "再登记一篇" in html

    def test_offers_the_same_story_under_another_title(self, office, room):
        answer = read(office, CLIPPING)
        confirmed(office, answer)
        other = OutletFactory(name="另一报")
        answer = read(office, f"职工阅览室里的读书声\n来源：另一报 2026-03-08\n{LAMP}")
        article = MediaArticle.objects.get()
        assert answer.context["chosen"] == str(article.pk)
        assert "很可能是同一篇" in answer.content.decode()
        confirmed(office, answer)
        assert MediaArticle.objects.count() == 1
        assert {one.outlet for one in article.placements.all()} == {room.outlet, other}

    def test_chooses_a_new_piece_unless_it_is_really_likely(self, office, room):
        MediaArticleFactory(title="共读一本书谈出好建议", state="office", written_on=datetime.date(2026, 3, 3))
        answer = read(office, "灯下共读一本书，谈出十二条建议")
        assert answer.context["chosen"] == "new"
        assert "共读一本书谈出好建议" in html_of(answer)

    def test_registers_from_a_title_alone(self, office, room):
        answer = read(office, "灯下共读一本书")
        given = {"outlet": room.outlet.pk, "published_on": "2026-03-05", "departments": "办公室"}
        assert confirmed(office, answer, **given).status_code == 302
        assert Placement.objects.get().proofs.count() == 0

    def test_registers_from_a_link_alone(self, office, room):
        answer = read(office, "https://news.sample.example/2026/03/05/a.html")
        assert "网址认出" in html_of(answer)
        assert confirmed(office, answer, title="灯下共读一本书", departments="办公室").status_code == 302
        assert Placement.objects.get().url == "https://news.sample.example/2026/03/05/a.html"

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"title": ""}, "请填刊发时的标题"),
            ({"outlet": ""}, "请选媒体"),
            ({"outlet": "99999999999999999999"}, "请从列出的媒体里选"),
            ({"outlet": "x"}, "请从列出的媒体里选"),
            ({"published_on": "2026-02-30"}, "日期请写成"),
            ({"published_on": "2026-03-21"}, "还没有到"),
            ({"published_on": ""}, "请选日期"),
            ({"departments": ""}, "请写供稿的科室"),
            ({"departments": "没有的科"}, "没有“没有的科”这个科室"),
            ({"authors": "、".join(f"甲{number}" for number in range(25))}, "最多 20 位"),
            ({"authors": "陶思远、陶思远"}, "写了两次"),
            ({"url": "javascript:alert(1)"}, "http:// 或 https:// 开头"),
            ({"url": "https://u:p@sample.example/"}, "用户名或密码"),
            ({"url": "http://"}, "网址"),
            ({"length": "9" * 30}, "小于或等于"),
            ({"length": "-1"}, "大于或等于"),
            ({"length": "很长"}, "请填一个整数"),
            ({"title": "字" * 121}, "120"),
            ({"title": "坏\x00标题"}, "空字符"),
            ({"position": "roof"}, "选择"),
            ({"story": "99999999999999999999"}, "请另选一篇"),
            ({"story": "77"}, "请另选一篇"),
            ({"story": ""}, "请选是不是同一篇"),
            ({"token": "x"}, ""),
            ({"pasted": "字" * 50_001}, ""),
            ({"text": "字" * 50_001}, "50000"),
            ({"written_on": "2026-03-06"}, "晚于刊发日期"),
        ],
    )
    def test_loses_nothing_on_an_error(self, office, room, changes, words):
        answer = confirmed(office, read(office, CLIPPING), **{"page": "副刊", "story": "new"} | changes)
        assert answer.status_code == 400
        html = html_of(answer)
        assert words in html
        assert 'value="副刊"' in html
        assert "阅览室里灯火通明" in html
        assert not MediaArticle.objects.exists()

    def test_leads_to_what_is_registered_already(self, office, room):
        known = PlacementFactory(outlet=room.outlet, title="灯下共读一本书", published_on=datetime.date(2026, 3, 5))
        answer = confirmed(office, read(office, CLIPPING), story="new")
        assert answer.status_code == 409
        assert f"/contributions/placements/{known.pk}/" in html_of(answer)

    def test_is_safe_to_be_sent_twice(self, office, room):
        answer = read(office, CLIPPING)
        first, second = confirmed(office, answer), confirmed(office, answer)
        assert first.headers["Location"] == second.headers["Location"]
        assert MediaArticle.objects.count() == 1

    @pytest.mark.parametrize("pasted", ["", "   \n", "坏\x00字", "字" * 50_001])
    def test_says_what_to_paste(self, office, room, pasted):
        answer = read(office, pasted)
        assert answer.status_code == 400
        assert answer.context["paste"].errors["pasted"]

    @pytest.mark.parametrize("pasted", ["javascript:alert(1)", "https://[", "\ud83d", "《》", "２０２６年１３月"])
    def test_shows_an_empty_form_for_what_cannot_be_read(self, office, room, pasted):
        assert read(office, pasted.encode("utf-8", "replace").decode()).status_code == 200

    @pytest.mark.parametrize("query", ["done=x", "done=99999999999999999999", "done=0", "done=77"])
    def test_shows_nothing_done_for_what_was_not(self, office, room, query):
        assert "已登记" not in html_of(office.get(f"/contributions/adopt/?{query}"))

    def test_writes_nothing_when_it_is_read(self, office, room):
        read(office, CLIPPING)
        assert not MediaArticle.objects.exists()

    def test_costs_the_same_however_much_there_is(self, office, room):
        def statements():
            read(office, CLIPPING)
            with CaptureQueriesContext(connection) as asked:
                read(office, CLIPPING)
            return len(asked)

        PlacementFactory(article__title="灯下共读一本书", article__body=LAMP, published_on=datetime.date(2026, 3, 6))
        few = statements()
        for number in range(5):
            outlet = OutletFactory()
            OutletName.objects.create(outlet=outlet, text=f"别名{number}")
            PlacementFactory(article__title=f"灯下共读一本书{number}", outlet=outlet, published_on=datetime.date(2026, 3, 6))
        assert few == statements()


class TestFetching:
    LINK = "https://sample.example/2026/03/05/a.html"

    def test_is_off_and_not_spoken_of(self, office, room, monkeypatch):
        monkeypatch.setattr("learning.contributions.views.adoption.fetch_text", lambda link: 1 / 0)
        assert "取回" not in html_of(read(office, self.LINK))

    def test_reads_the_page_where_it_is_switched_on(self, office, room, monkeypatch, settings):
        settings.CONTRIBUTIONS_FETCH_LINKS = True
        monkeypatch.setattr("learning.contributions.views.adoption.fetch_text", lambda link: f"灯下共读一本书_样报网\n{LAMP}")
        answer = read(office, self.LINK)
        form = answer.context["form"]
        assert (form["title"].value(), form["text"].value(), form["url"].value()) == ("灯下共读一本书", LAMP, self.LINK)
        assert form["pasted"].value().startswith(self.LINK)

    def test_says_why_nothing_came(self, office, room, monkeypatch, settings):
        settings.CONTRIBUTIONS_FETCH_LINKS = True
        monkeypatch.setattr(fetching.socket, "getaddrinfo", lambda *args, **facts: (_ for _ in ()).throw(OSError()))
        with pytest.raises(LinkError):
            fetching.fetch_text(self.LINK)
        answer = read(office, self.LINK)
        assert "找不到这个网站" in html_of(answer)
        assert answer.context["form"]["url"].value() == self.LINK


class TestAdoptArticle:
    def test_starts_with_what_the_article_says(self, office, room):
        article = in_queue(room)
        answer = office.get(f"/contributions/articles/{article.pk}/adopt/")
        form = answer.context["form"]
        assert (form["title"].value(), form["text"].value()) == (article.title, article.body)
        given = {"outlet": room.outlet.pk, "published_on": "2026-03-05", "page": "第3版"}
        answer = office.post(f"/contributions/articles/{article.pk}/adopt/", sent_back(form, **given))
        placement = Placement.objects.get()
        assert answer.headers["Location"] == f"/contributions/placements/{placement.pk}/"
        assert (placement.article, placement.level) == (article, "province")
        article.refresh_from_db()
        assert article.state == "adopted"

    def test_of_a_department_waits_for_the_office(self, client, room):
        article = in_queue(room)
        for person in (room.member, room.head):
            client.force_login(person.user)
            answer = client.get(f"/contributions/articles/{article.pk}/adopt/")
            assert "由宣传科确认" in html_of(answer)
            assert "level" not in answer.context["form"].fields
        given = {"outlet": room.outlet.pk, "published_on": "2026-03-05", "level": "national"}
        answer = client.post(f"/contributions/articles/{article.pk}/adopt/", sent_back(answer.context["form"], **given))
        placement = Placement.objects.get()
        assert (placement.confirmed_at, placement.level) == (None, "province")
        assert "待宣传科确认" in html_of(client.get(answer.headers["Location"]))

    def test_is_not_there_for_others(self, client, room):
        article, mine = in_queue(room), draft(room, title="草稿")
        for person, key in (
            (room.colleague, article.pk),
            (room.other_head, article.pk),
            (room.leader, article.pk),
            (room.clerk, article.pk),
            (room.member, mine.pk),
            (room.secretary, mine.pk),
            (room.secretary, 99_999),
        ):
            client.force_login(person.user)
            assert client.get(f"/contributions/articles/{key}/adopt/").status_code == 404

    def test_shows_what_is_wrong_beside_its_field(self, office, room):
        article = in_queue(room)
        form = office.get(f"/contributions/articles/{article.pk}/adopt/").context["form"]
        given = {"outlet": room.outlet.pk, "published_on": "2026-03-01"}
        answer = office.post(f"/contributions/articles/{article.pk}/adopt/", sent_back(form, **given))
        assert answer.status_code == 400
        assert "早于稿件的成稿日期 2026-03-02" in html_of(answer)
