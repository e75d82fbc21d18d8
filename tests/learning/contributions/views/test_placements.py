import datetime
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learning.contributions.services.placements import save_placement
from learning.models import CreditableEvent, Placement, PlacementProof
from tests.factories.contributions import CreditableEventFactory, MediaArticleFactory, OutletFactory, PlacementFactory
from tests.factories.pages import make_site
from tests.factories.programme import at
from tests.factories.submissions import in_queue, make_newsroom
from tests.standing import standing

from ..services.test_adoption import register
from ..services.test_proofs import PDF, picture
from .test_adoption import html_of, sent_back

NOW = at(2026, 3, 20, 9)
LIST = "/contributions/placements/"


@standing(now=NOW)
def room():
    make_site()
    room = make_newsroom()
    room.outlet = OutletFactory(name="样报", grade=("province", "first"))
    return room


@pytest.fixture
def as_(client):
    def sign_in(person):
        client.force_login(getattr(person, "user", person))
        return client

    return sign_in


@pytest.fixture
def office(as_, room):
    return as_(room.officer)


@pytest.fixture
def placement(room):
    return register(room, article=in_queue(room))


def placed(title, room, *, departments=None, people=(), **facts):
    article = MediaArticleFactory(title=title, state="adopted", by_departments=departments or [room.office], by_people=people)
    return PlacementFactory(article=article, **{"outlet": room.outlet} | facts)


def read_out(answer) -> None:
    """The file is closed when it is at its end."""
    if answer.streaming:
        b"".join(answer.streaming_content)


class TestPlacementList:
    def test_shows_each_reader_what_is_theirs(self, as_, client, room):
        placed("办公室的", room, people=[room.member])
        placed("人事科的", room, departments=[room.other])
        assert client.get(LIST).headers["Location"].startswith("/login/")
        for person, seen in (
            (room.officer, {"办公室的", "人事科的"}),
            (room.clerk, {"办公室的", "人事科的"}),
            (room.leader, {"办公室的", "人事科的"}),
            (room.head, {"办公室的"}),
            (room.other_head, {"人事科的"}),
            (room.member, {"办公室的"}),
            (room.colleague, set()),
        ):
            html = html_of(as_(person).get(LIST))
            assert {title for title in ("办公室的", "人事科的") if title in html} == seen

    @pytest.mark.parametrize(
        ("query", "seen"),
        [
            ("", {"甲", "乙", "丙"}),
            ("period=2026-03", {"甲", "丙"}),
            ("from=2026-02-01&to=2026-02-28", {"乙"}),
            ("level=national", {"丙"}),
            ("medium=app", {"丙"}),
            ("q=甲", {"甲"}),
            ("waiting=1", {"乙"}),
            ("waiting=0", {"甲", "丙"}),
            ("period=2025", set()),
        ],
    )
    def test_narrows_by_what_the_address_says(self, office, room, query, seen):
        placed("题甲篇", room)
        placed("题乙篇", room, published_on=datetime.date(2026, 2, 10), confirmed_at=None)
        placed("题丙篇", room, level="national", medium="app", outlet=OutletFactory())
        html = html_of(office.get(f"{LIST}?{query}"))
        assert {title for title in "甲乙丙" if f"题{title}篇" in html} == seen

    def test_narrows_by_outlet_and_department(self, office, room):
        other = placed("别处的", room, departments=[room.other], outlet=OutletFactory())
        placed("本处的", room)
        for query in (f"outlet={other.outlet_id}", f"department={room.other.pk}"):
            html = html_of(office.get(f"{LIST}?{query}"))
            assert "别处的" in html
            assert "本处的" not in html

    @pytest.mark.parametrize(
        "query",
        [
            "page=x", "page=-1", "page=99999999999999999999", "outlet=x", "outlet=99999999999999999999", "level=x", "waiting=9", "q=%00",
            f"q={'长' * 61}", "period=x", "from=1&to=2", "department=77",
        ],
    )  # fmt: skip
    def test_survives_any_address(self, office, room, query):
        placed("在的", room)
        assert office.get(f"{LIST}?{query}").status_code == 200
        assert office.get(f"/contributions/placements.xlsx?{query}").status_code == 200

    def test_says_why_it_is_empty(self, office, room):
        assert "2026年没有采用" in html_of(office.get(LIST))
        assert "没有这样的采用" in html_of(office.get(f"{LIST}?q=无"))

    def test_keeps_the_filters_while_turning_pages(self, office, room):
        for number in range(51):
            placed(f"题{number}", room)
        html = html_of(office.get(f"{LIST}?q=题&period=2026-03"))
        assert "q=%E9%A2%98&amp;period=2026-03&amp;page=2" in html
        assert 'href="?period=2026-Q1&amp;q=%E9%A2%98"' in html

    def test_costs_the_same_however_many_there_are(self, office, room):
        def statements(path):
            office.get(path)
            with CaptureQueriesContext(connection) as asked:
                assert office.get(path).status_code == 200
            return len(asked)

        placed("一", room, people=[room.member])
        few = statements(LIST), statements("/contributions/placements.xlsx")
        for number in range(6):
            placed(f"又{number}", room, departments=[room.office, room.other], people=[room.member, room.colleague])
        assert few == (statements(LIST), statements("/contributions/placements.xlsx"))


class TestPlacementsXlsx:
    def test_has_what_the_list_shows(self, office, room):
        placed("=1+1", room, people=[room.member], page="第3版", length=800)
        placed("不在的", room, published_on=datetime.date(2026, 2, 1))
        answer = office.get("/contributions/placements.xlsx?period=2026-03")
        rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows())
        assert [cell.value for cell in rows[1][:3]] == ["刊发日期", "刊发标题", "媒体"]
        assert len(rows) == 3
        row = rows[2]
        assert row[0].value == datetime.datetime(2026, 3, 5)  # noqa: DTZ001 (a day of a sheet)
        assert (row[1].value, row[1].data_type) == ("=1+1", "s")
        assert (row[2].value, row[6].value, row[8].value, row[11].value, row[12].value) == (
            "样报",
            "第3版",
            800,
            "办公室",
            room.member.name,
        )


class TestPlacement:
    def test_shows_all_that_is_known_of_it(self, office, room, placement):
        save_placement(placement=_changed(placement, page="第3版", position="front_page", length=812), by=room.officer, now=NOW)
        html = html_of(office.get(f"{LIST}{placement.pk}/"))
        proof = placement.proofs.get()
        for words in ("灯下共读一本书", "样报", "省级 报纸", "甲类", "2026年3月5日", "第3版", "头版", "812 字", "已确认", proof.sha256):
            assert words in html

    def test_says_where_it_counts_once_it_is_confirmed(self, as_, room):
        one = placed("一", room, people=[room.member], confirmed_at=None)
        client = as_(room.member)
        assert "确认以后自动记进作者的五有档案" in html_of(client.get(f"{LIST}{one.pk}/"))
        Placement.objects.filter(pk=one.pk).update(confirmed_at=NOW)
        assert f"/five-haves/2026/{room.member.pk}/" in html_of(client.get(f"{LIST}{one.pk}/"))

    def test_is_for_whoever_may_see_the_article(self, as_, client, room, placement):
        url = f"{LIST}{placement.pk}/"
        assert client.get(url).headers["Location"].startswith("/login/")
        for person, status in (
            (room.officer, 200),
            (room.clerk, 200),
            (room.leader, 200),
            (room.head, 200),
            (room.member, 200),
            (room.colleague, 404),
            (room.other_head, 404),
        ):
            answer = as_(person).get(url)
            assert answer.status_code == status
            if person not in (room.officer,) and status == 200:
                assert "edit" not in html_of(answer)
        assert as_(room.officer).get(f"{LIST}99999/").status_code == 404

    def test_says_that_it_is_not_scored_and_why(self, office, room):
        found = placed("付费的", room, is_scored=False, unscored_reason="付费刊登")
        assert "不计分：付费刊登" in html_of(office.get(f"{LIST}{found.pk}/"))


def _changed(placement, **changes):
    stored = Placement.objects.get(pk=placement.pk)
    for name, value in changes.items():
        setattr(stored, name, value)
    return stored


class TestEditPlacement:
    def test_keeps_what_is_changed(self, office, room, placement):
        url = f"{LIST}{placement.pk}/edit/"
        form = office.get(url).context["form"]
        answer = office.post(url, sent_back(form, page="第2版", is_scored="", unscored_reason="付费刊登"))
        assert answer.headers["Location"] == f"{LIST}{placement.pk}/"
        placement.refresh_from_db()
        assert (placement.page, placement.is_scored, placement.unscored_reason) == ("第2版", False, "付费刊登")

    def test_loses_nothing_where_somebody_was_faster(self, office, room, placement):
        url = f"{LIST}{placement.pk}/edit/"
        form = office.get(url).context["form"]
        save_placement(placement=_changed(placement, page="第9版"), by=room.officer, now=NOW)
        answer = office.post(url, sent_back(form, page="第2版"))
        assert answer.status_code == 409
        assert "别人改过" in html_of(answer)
        assert 'value="第2版"' in html_of(answer)
        placement.refresh_from_db()
        assert placement.page == "第9版"

    def test_leads_to_the_one_that_is_there(self, office, room, placement):
        other = placed("另一题", room)
        url = f"{LIST}{placement.pk}/edit/"
        answer = office.post(url, sent_back(office.get(url).context["form"], title="另一题"))
        assert answer.status_code == 409
        assert f"{LIST}{other.pk}/" in html_of(answer)

    def test_shows_what_is_wrong_beside_its_field(self, office, room, placement):
        url = f"{LIST}{placement.pk}/edit/"
        form = office.get(url).context["form"]
        for changes in ({"published_on": "2026-03-01"}, {"is_scored": ""}, {"level": "x"}, {"title": "\x00"}, {"shown": ""}):
            assert office.post(url, sent_back(form, **changes)).status_code in (400, 409)
        assert office.post(url, {}).status_code == 400


class TestOnlyTheOffice:
    def test_gets_in(self, as_, room, placement):
        event = CreditableEventFactory(article=placement.article)
        article = placement.article_id
        urls = [f"{LIST}{placement.pk}/{what}/" for what in ("edit", "confirm", "remove")]
        urls += [f"/contributions/articles/{article}/events/new/", f"/contributions/events/{event.pk}/remove/"]
        for person in (room.member, room.head, room.clerk, room.leader):
            for url in urls:
                assert as_(person).get(url).status_code == 404
                assert as_(person).post(url, {"reason": "x"}).status_code == 404
        for url in urls:
            assert as_(room.officer).get(url).status_code in (200, 302)
        assert Placement.objects.exists()


class TestConfirm:
    def test_is_done_by_post_alone(self, office, room):
        waiting = register(room, article=in_queue(room), by=room.member.user)
        url = f"{LIST}{waiting.pk}/confirm/"
        assert office.get(url).headers["Location"] == f"{LIST}{waiting.pk}/"
        assert not Placement.objects.confirmed().exists()
        office.post(url)
        assert Placement.objects.confirmed().exists()
        assert office.post(url).status_code == 302


class TestRemove:
    def test_asks_for_the_reason_first(self, office, room, placement):
        url = f"{LIST}{placement.pk}/remove/"
        assert "不能恢复" in html_of(office.get(url))
        assert office.post(url, {"reason": " "}).status_code == 400
        answer = office.post(url, {"reason": "登记重复"})
        assert answer.headers["Location"] == f"/contributions/articles/{placement.article_id}/"
        assert not Placement.objects.exists()
        assert office.post(url, {"reason": "登记重复"}).status_code == 404


class TestEvents:
    def test_are_added_and_removed(self, office, room, placement):
        url = f"/contributions/articles/{placement.article_id}/events/new/"
        given = {"kind": "endorsement", "level": "", "happened_on": "2026-03-10", "given_by": "某领导"}
        answer = office.post(url, given)
        assert answer.status_code == 400
        assert "请选批示领导的级别" in html_of(answer)
        assert office.post(url, given | {"level": "city"}).status_code == 302
        event = CreditableEvent.objects.get()
        remove = f"/contributions/events/{event.pk}/remove/"
        assert "领导批示" in html_of(office.get(remove))
        assert office.post(remove, {"reason": ""}).status_code == 400
        assert office.post(remove, {"reason": "记错"}).status_code == 302
        assert not CreditableEvent.objects.exists()

    def test_of_what_is_not_there_are_not_there(self, office, room):
        assert office.get("/contributions/articles/9999/events/new/").status_code == 404
        assert office.get("/contributions/events/9999/remove/").status_code == 404


class TestProofs:
    def test_are_added_and_given_out_to_whoever_may_see_the_article(self, as_, room, placement):
        PlacementProof.objects.all().delete()
        url = f"{LIST}{placement.pk}/proofs/"
        office = as_(room.officer)
        assert office.get(url).headers["Location"] == f"{LIST}{placement.pk}/"
        office.post(url, {"file": SimpleUploadedFile("截图.jpg", picture())})
        office.post(url, {"file": SimpleUploadedFile("报样.pdf", PDF)})
        shot, sheet = PlacementProof.objects.order_by("pk")
        for person, status in ((room.officer, 200), (room.head, 200), (room.member, 200), (room.colleague, 404), (room.other_head, 404)):
            answer = as_(person).get(f"/contributions/proofs/{shot.pk}/")
            assert answer.status_code == status
            read_out(answer)
        answer = as_(room.member).get(f"/contributions/proofs/{shot.pk}/")
        assert (answer.headers["Content-Type"], answer.headers["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
        read_out(answer)
        answer = as_(room.member).get(f"/contributions/proofs/{sheet.pk}/")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "no-store" in answer.headers["Cache-Control"]
        read_out(answer)

    @pytest.mark.parametrize("file", [None, ("a.exe", b"MZ"), ("a.pdf", b"no"), ("a.pdf", b"")])
    def test_are_refused_beside_the_field(self, office, room, placement, file):
        sent = {"file": SimpleUploadedFile(*file)} if file else {}
        answer = office.post(f"{LIST}{placement.pk}/proofs/", sent)
        assert answer.status_code == 400
        assert "field-error" in html_of(answer)

    def test_are_added_by_the_office_once_it_is_confirmed(self, as_, room, placement):
        assert as_(room.member).post(f"{LIST}{placement.pk}/proofs/", {"file": SimpleUploadedFile("a.pdf", PDF)}).status_code == 404

    def test_whose_bytes_are_gone_are_not_there(self, office, room, placement):
        proof = placement.proofs.get()
        proof.file.storage.delete(proof.file.name)
        assert office.get(f"/contributions/proofs/{proof.pk}/").status_code == 404
        assert office.get("/contributions/proofs/9999/").status_code == 404
