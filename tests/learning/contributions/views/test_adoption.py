import datetime

import pytest
import time_machine
from django.contrib.auth.models import Permission

from learning.models import MediaArticle, Placement
from tests.factories.bureau import make_bureau
from tests.factories.contributions import MediaArticleFactory, OutletFactory, PlacementFactory, make_officer
from tests.factories.pages import make_site
from tests.factories.programme import at

NOW = at(2026, 3, 20, 9)
TODAY = datetime.date(2026, 3, 20)
BODY = (
    "三月的阅览室里灯火通明。办公室二十名职工围坐一圈，逐章讨论一本讲基层治理的书，每人用十分钟讲一个案例。"
    "“以前读书是各读各的，现在有人追问，就不敢糊弄了。”参加讨论的青年职工说。"
    "讨论结束后，大家把案例整理成十二条工作建议，分送有关科室研究办理，其中三条当周就有了答复。"
    "据了解，这样的讨论每两周举行一次，书目由职工轮流推荐，读不完的可以借走。"
)
CLIPPING = f"灯下共读一本书\n来源：样报 2026-03-05 第３版\n（通讯员 陶思远）{BODY}"


@pytest.fixture
def bureau(db):
    make_site()
    with time_machine.travel(NOW, tick=False):
        bureau = make_bureau()
        bureau.officer = make_officer()
        bureau.officer.user_permissions.add(Permission.objects.get(codename="run_contributions"))
        bureau.outlet = OutletFactory(name="样报", other_names=["样报网", "sample.example"], grade=("province", "first"))
        yield bureau


@pytest.fixture
def office(client, bureau):
    client.force_login(bureau.officer)
    return client


def read(client, pasted):
    return client.post("/contributions/adopt/", {"action": "read", "pasted": pasted})


def confirmed(client, answer, **changes):
    """The form as it came, sent back with `changes`."""
    form = answer.context["form"]
    sent = {name: form[name].value() for name in form.fields if name != "story"}
    sent = {name: "" if value is None else value for name, value in sent.items() if value is not False}
    return client.post("/contributions/adopt/", {**sent, "action": "confirm", "story": answer.context["chosen"], **changes})


class TestAdopt:
    def test_is_the_offices_alone(self, client, bureau):
        assert client.get("/contributions/adopt/").headers["Location"].startswith("/login/")
        for person in (bureau.member, bureau.head, bureau.clerk, bureau.leader):
            client.force_login(person.user)
            assert client.get("/contributions/adopt/").status_code == 404

    def test_registers_a_new_piece_in_three_actions(self, office, bureau):
        answer = read(office, CLIPPING)
        html = answer.content.decode()
        for words in ("灯下共读一本书", "“来源”一行里找到", "第3版", "陶思远（办公室）", "新的一篇"):
            assert words in html
        answer = confirmed(office, answer)
        placement = Placement.objects.get()
        assert answer.headers["Location"] == f"/contributions/adopt/?done={placement.pk}"
        assert (placement.title, placement.outlet, placement.published_on) == ("灯下共读一本书", bureau.outlet, datetime.date(2026, 3, 5))
        assert (placement.level, placement.weight_class, placement.page) == ("province", "first", "第3版")
        assert placement.confirmed_by == bureau.officer
        article = placement.article
        assert (article.state, article.live, article.submitted_on) == ("adopted", True, datetime.date(2026, 3, 5))
        assert [one.staff for one in article.authors.all()] == [bureau.member]
        assert [one.department for one in article.departments.all()] == [bureau.office]
        html = office.get(answer.headers["Location"]).content.decode()
        assert "已登记：样报" in html
        assert "再登记一篇" in html

    def test_offers_the_same_story_under_another_title(self, office, bureau):
        answer = read(office, CLIPPING)
        confirmed(office, answer)
        other = OutletFactory(name="另一报")
        answer = read(office, f"职工阅览室里的读书声\n来源：另一报 2026-03-08\n{BODY}")
        article = MediaArticle.objects.get()
        assert answer.context["chosen"] == str(article.pk)
        assert "很可能是同一篇" in answer.content.decode()
        confirmed(office, answer)
        assert MediaArticle.objects.count() == 1
        assert {one.outlet for one in article.placements.all()} == {bureau.outlet, other}
