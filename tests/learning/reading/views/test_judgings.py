import datetime

import pytest
from django.urls import reverse

from cms.core.services import add_page
from learning.judging.choices import JudgingState
from learning.models import Ballot, Entry, ExhibitionPage, Judging, ReadingRoomPage, Reflection
from learning.reading.choices import Consent
from learning.reading.services.judging import close_judging, open_judging
from tests.factories.bureau import make_bureau
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_site, make_user
from tests.factories.programme import at
from tests.factories.reading import JudgingFactory, accepted_reflection, cast, hang_exhibition
from tests.standing import standing

NOW = at(2026, 11, 25, 9)
RUBRIC = {
    "rubric-TOTAL_FORMS": "6",
    "rubric-INITIAL_FORMS": "0",
    **{f"rubric-{number}-{name}": "" for number in range(6) for name in ("name", "max_points", "guidance")},
    "rubric-0-name": "联系实际",
    "rubric-0-max_points": "100",
}
PREPARED = {"judges": "梁静宜、顾长河", "due_on": "2026-12-10", "note": "", **RUBRIC}


@standing(now=NOW)
def bureau():
    add_page(parent=make_site(), page=ReadingRoomPage(title="读书园地", slug="dushu"), publish=True)
    return make_bureau()


@pytest.fixture
def as_(client):
    def sign_in(person):
        client.force_login(person.user)
        return client

    return sign_in


@pytest.fixture
def judging(bureau):
    """Open: 1 is the member's, 2 the colleague's (for staff only), 3 the head's own, who judges together with the leader."""
    accepted_reflection(author=bureau.member, title="陶思远读书记", html="<p>陶思远说读书。</p>", department=bureau.office)
    accepted_reflection(author=bureau.colleague, title="二", consent="internal")
    accepted_reflection(author=bureau.head, title="三")
    found = JudgingFactory(judged_by=[bureau.head, bureau.leader])
    return open_judging(judging=found, by=bureau.clerk.user, now=NOW, shuffle=lambda pieces: None)


@pytest.fixture
def closed(bureau, judging):
    for entry, points in zip(judging.entries.all(), ((50, 30), (60, 30), (40, 20)), strict=True):
        cast(entry, bureau.leader, *points, remark=f"评语{entry.number}")
    return close_judging(judging=judging, is_confirmed=True, by=bureau.clerk.user, now=NOW)


def points(judging, *given) -> dict:
    return {f"line_{line.pk}": str(one) for line, one in zip(judging.rubric.all(), given, strict=True)}


def take_back(number):
    entry = Entry.objects.select_related("reflection").get(number=number)
    Reflection.objects.filter(pk=entry.reflection_id).update(consent=Consent.NONE)
    entry.reflection.page.unpublish()


class TestExhibitions:
    def test_are_opened_by_a_clerk_and_live_at_once(self, as_, client, bureau):
        page = "/reading/exhibitions/new/"
        answer = as_(bureau.clerk).post(page, {"quarter": "2026-10-01", "intro": "前言", "shown_from": "", "shown_until": "2027-01-31"})
        found = ExhibitionPage.objects.get()
        assert answer["Location"] == found.url == "/dushu/zhanping-2026-q4/"
        assert (found.live, found.title, found.latest_revision.user) == (True, "2026年第四季度读书心得展评", bureau.clerk.user)
        client.logout()
        assert "前言" in client.get(found.url).content.decode()

    def test_are_one_a_quarter_with_an_end_after_the_beginning(self, as_, bureau):
        hang_exhibition()
        client = as_(bureau.clerk)
        answer = client.post("/reading/exhibitions/new/", {"quarter": "2026-10-01"})
        assert answer.status_code == 400
        assert "已经建立" in answer.content.decode()
        dates = {"quarter": "2026-07-01", "shown_from": "2026-12-02", "shown_until": "2026-12-01"}
        assert "展出结束日期早于开始日期" in client.post("/reading/exhibitions/new/", dates).content.decode()
        assert ExhibitionPage.objects.count() == 1

    def test_change_preface_and_dates(self, as_, bureau):
        page = hang_exhibition()
        client = as_(bureau.clerk)
        assert "新建" not in client.get(f"/reading/exhibitions/{page.pk}/edit/").content.decode()
        client.post(f"/reading/exhibitions/{page.pk}/edit/", {"intro": "改过", "shown_from": "2026-12-01", "shown_until": ""})
        page.refresh_from_db()
        assert (page.intro, page.shown_from, page.live) == ("改过", datetime.date(2026, 12, 1), True)

    @pytest.mark.once
    @pytest.mark.parametrize("role", ["member", "head", "leader"])
    def test_are_nobody_elses_to_make(self, as_, bureau, role):
        page = hang_exhibition()
        client = as_(getattr(bureau, role))
        for url in ("/reading/exhibitions/new/", f"/reading/exhibitions/{page.pk}/edit/", f"/reading/exhibitions/{page.pk}/judging/"):
            assert client.get(url).status_code == client.post(url, PREPARED).status_code == 403

    @pytest.mark.parametrize("name", ["edit_exhibition", "new_judging"])
    def test_are_at_no_number_too_long_for_the_database(self, as_, bureau, name):
        assert as_(bureau.clerk).get(reverse(name, args=[10**25])).status_code == 404


class TestPrepare:
    def test_begins_with_a_sample_that_says_so(self, as_, bureau):
        page = hang_exhibition()
        html = as_(bureau.clerk).get(f"/reading/exhibitions/{page.pk}/judging/").content.decode()
        assert "<strong>示例</strong>" in html
        assert 'value="示例：读懂了书' in html

    def test_keeps_what_was_written_and_shows_it_again(self, as_, bureau):
        page = hang_exhibition()
        client = as_(bureau.clerk)
        answer = client.post(f"/reading/exhibitions/{page.pk}/judging/", PREPARED)
        judging = Judging.objects.get()
        assert answer["Location"] == f"/reading/judgings/{judging.pk}/"
        assert {judge.staff for judge in judging.judges.all()} == {bureau.head, bureau.leader}
        html = client.get(f"/reading/exhibitions/{page.pk}/judging/").content.decode()
        assert "梁静宜（办公室）" in html
        assert 'value="联系实际"' in html
        assert "示例" not in html

    @pytest.mark.parametrize(
        ("posted", "message"),
        [
            ({"judges": "无此人"}, "本单位没有“无此人”"),
            ({"judges": ""}, "请至少写一位评委"),
            ({"due_on": "2026-11-24"}, "已经过去"),
            ({"rubric-0-max_points": ""}, "请填这一项的满分"),
            ({"rubric-0-max_points": "101"}, "满分须在 1 到 100 之间"),
            ({"rubric-0-name": ""}, "请写评分项的名称"),
            ({"rubric-0-name": "", "rubric-0-max_points": ""}, "请至少写一个评分项"),
        ],
    )
    def test_says_what_is_wrong_and_keeps_the_rest(self, as_, bureau, posted, message):
        page = hang_exhibition()
        answer = as_(bureau.clerk).post(f"/reading/exhibitions/{page.pk}/judging/", {**PREPARED, "note": "看联系实际", **posted})
        assert answer.status_code == 400
        assert message in answer.content.decode()
        assert "看联系实际</textarea>" in answer.content.decode()
        assert not Judging.objects.exists()


class TestOpen:
    def test_takes_one_button_and_a_get_changes_nothing(self, as_, bureau):
        accepted_reflection()
        accepted_reflection(consent="none")
        judging = JudgingFactory(judged_by=[bureau.head])
        client = as_(bureau.clerk)
        assert "1 篇已通过评阅" in client.get(f"/reading/judgings/{judging.pk}/").content.decode()
        client.get(f"/reading/judgings/{judging.pk}/open/")
        judging.refresh_from_db()
        assert judging.state == JudgingState.PREPARING
        client.post(f"/reading/judgings/{judging.pk}/open/")
        judging.refresh_from_db()
        assert judging.state == JudgingState.OPEN

    @pytest.mark.once
    @pytest.mark.parametrize("role", ["head", "leader", "member"])
    def test_is_the_clerks(self, as_, bureau, role):
        judging = JudgingFactory(judged_by=[bureau.head])
        client = as_(getattr(bureau, role))
        for act in ("open", "close"):
            assert client.post(f"/reading/judgings/{judging.pk}/{act}/").status_code == 404
        expected = 200 if role == "leader" else 404
        assert client.get(f"/reading/judgings/{judging.pk}/").status_code == expected


class TestJudging:
    def test_shows_a_judge_numbers_and_how_they_stand(self, as_, bureau, judging):
        html = as_(bureau.head).get(f"/reading/judgings/{judging.pk}/").content.decode()
        assert "1 号" in html
        assert "本人作品" in html
        assert "未评 2 篇" in html
        assert "陶思远" not in html
        assert "赵一鸣" not in html

    def test_shows_who_runs_it_how_far_the_judges_are_and_no_points(self, as_, bureau, judging):
        cast(judging.entries.get(number=1), bureau.leader, 47, 31)
        html = as_(bureau.clerk).get(f"/reading/judgings/{judging.pk}/").content.decode()
        assert "顾长河" in html
        assert "78" not in html
        assert "陶思远" not in html

    @pytest.mark.once
    def test_is_for_its_judges_and_overseers(self, as_, bureau, judging):
        for role, status in (("head", 200), ("leader", 200), ("clerk", 200), ("member", 404), ("colleague", 404)):
            assert as_(getattr(bureau, role)).get(f"/reading/judgings/{judging.pk}/").status_code == status, role

    def test_costs_the_same_however_many_there_are(self, as_, bureau, judging, django_assert_num_queries):
        client = as_(bureau.leader)
        client.get(f"/reading/judgings/{judging.pk}/")
        with django_assert_num_queries(14):
            client.get(f"/reading/judgings/{judging.pk}/")
        author = StaffMemberFactory()
        for number in range(4, 12):
            entry = Entry.objects.create(judging=judging, reflection=accepted_reflection(author=author), number=number)
            cast(entry, bureau.leader, 10, 10)
        client.get(f"/reading/judgings/{judging.pk}/")
        with django_assert_num_queries(14):
            client.get(f"/reading/judgings/{judging.pk}/")


class TestJudgeEntry:
    def test_shows_the_text_without_its_author(self, as_, bureau, judging):
        html = as_(bureau.leader).get(f"/reading/judgings/{judging.pk}/entries/1/").content.decode()
        assert "<p>□□□说读书。</p>" in html
        assert "□□□读书记" in html
        assert "陶思远" not in html
        assert "办公室" not in html

    def test_takes_numbers_and_goes_on_to_the_next(self, as_, bureau, judging):
        client = as_(bureau.leader)
        answer = client.post(f"/reading/judgings/{judging.pk}/entries/1/", {**points(judging, "50.5", 30), "remark": "好"})
        assert answer["Location"] == f"/reading/judgings/{judging.pk}/entries/2/"
        ballot = Ballot.objects.get(entry__number=1)
        assert [str(line.points) for line in ballot.lines.all()] == ["50.5", "30.0"]
        assert 'value="50.5"' in client.get(f"/reading/judgings/{judging.pk}/entries/1/").content.decode()
        client.post(f"/reading/judgings/{judging.pk}/entries/3/", points(judging, 1, 1))
        answer = client.post(f"/reading/judgings/{judging.pk}/entries/2/", points(judging, 1, 1))
        assert answer["Location"] == f"/reading/judgings/{judging.pk}/"
        assert "全部评完了" in client.get(answer["Location"]).content.decode()

    def test_passes_over_ones_own(self, as_, bureau, judging):
        client = as_(bureau.head)
        html = client.get(f"/reading/judgings/{judging.pk}/entries/3/").content.decode()
        assert "本人的作品" in html
        assert "<textarea" not in html
        answer = client.post(f"/reading/judgings/{judging.pk}/entries/3/", points(judging, 60, 40))
        assert answer.status_code == 400
        assert not Ballot.objects.get(entry__number=3, judge__staff=bureau.head).lines.exists()

    def test_lets_a_judge_stand_back_and_come_back(self, as_, bureau, judging):
        client, url = as_(bureau.leader), f"/reading/judgings/{judging.pk}/entries/1/"
        assert client.post(url, {"conflict": "1", "reason": ""}).status_code == 400
        assert client.post(url, {"conflict": "1", "reason": "亲属"}).status_code == 302
        assert "您已回避：亲属" in client.get(url).content.decode()
        client.post(url, points(judging, 50, 30))
        assert not Ballot.objects.get(entry__number=1).is_conflict

    @pytest.mark.parametrize(
        ("given", "message"),
        [(("61", "30"), "满分 60"), (("", "30"), "请打“内容”的分"), (("-1", "30"), "不能为负"), (("1.25", "3"), "一位小数")],
    )
    def test_loses_nothing_that_was_typed(self, as_, bureau, judging, given, message):
        url = f"/reading/judgings/{judging.pk}/entries/1/"
        answer = as_(bureau.leader).post(url, {**points(judging, *given), "remark": "写了半天"})
        assert answer.status_code == 400
        assert message in answer.content.decode()
        assert "写了半天</textarea>" in answer.content.decode()

    def test_is_gone_with_the_authors_consent(self, as_, bureau, judging):
        take_back(1)
        client = as_(bureau.leader)
        assert client.get(f"/reading/judgings/{judging.pk}/entries/1/").status_code == 404
        assert "1 号<" not in client.get(f"/reading/judgings/{judging.pk}/").content.decode()

    @pytest.mark.once
    @pytest.mark.parametrize("role", ["member", "clerk", "colleague"])
    def test_is_for_judges(self, as_, bureau, judging, role):
        client = as_(getattr(bureau, role))
        url = f"/reading/judgings/{judging.pk}/entries/1/"
        assert client.get(url).status_code == client.post(url, points(judging, 1, 1)).status_code == 404

    def test_costs_the_same_however_many_there_are(self, as_, bureau, judging, django_assert_num_queries):
        client, url = as_(bureau.leader), f"/reading/judgings/{judging.pk}/entries/1/"
        client.get(url)
        with django_assert_num_queries(13):
            client.get(url)


class TestClose:
    def test_shows_who_has_not_finished_and_asks(self, as_, bureau, judging):
        client, url = as_(bureau.clerk), f"/reading/judgings/{judging.pk}/close/"
        assert "还差 5 张票" in client.get(url).content.decode()
        cast(judging.entries.get(number=2), bureau.leader, 50, 30)
        assert client.post(url).status_code == 409
        judging.refresh_from_db()
        assert judging.state == JudgingState.OPEN
        answer = client.post(url, {"confirmed": "on"})
        assert answer["Location"] == f"/reading/judgings/{judging.pk}/results/"


class TestResults:
    def test_are_all_of_them_for_who_runs_or_oversees_it(self, as_, bureau, closed):
        for role in ("clerk", "leader"):
            html = as_(getattr(bureau, role)).get(f"/reading/judgings/{closed.pk}/results/").content.decode()
            assert "90.00" in html
            assert "60.00" in html
            assert "赵一鸣" in html

    def test_are_the_first_places_without_points_for_everybody_else(self, as_, bureau, closed):
        html = as_(bureau.secretary).get(f"/reading/judgings/{closed.pk}/results/").content.decode()
        assert "赵一鸣" in html
        assert "陶思远读书记" in html
        assert "梁静宜" not in html  # the last one
        assert "90.00" not in html
        assert f"/results/{1}/" not in html

    def test_are_the_own_ones_for_an_author(self, as_, bureau, closed):
        client = as_(bureau.member)
        html = client.get(f"/reading/judgings/{closed.pk}/results/").content.decode()
        assert "平均 80.00 分，第 2 名" in html
        assert "90.00" not in html
        html = client.get(f"/reading/judgings/{closed.pk}/results/1/").content.decode()
        assert "评语1" in html
        assert "评委 1" in html
        assert "顾长河" not in html
        assert client.get(f"/reading/judgings/{closed.pk}/results/2/").status_code == 404

    def test_are_shown_without_what_was_taken_back(self, as_, bureau, closed):
        take_back(1)
        html = as_(bureau.clerk).get(f"/reading/judgings/{closed.pk}/results/").content.decode()
        assert "陶思远" not in html
        assert "1 号" in html
        for role in ("clerk", "member"):
            client = as_(getattr(bureau, role))
            assert client.get(f"/reading/judgings/{closed.pk}/results/1/").status_code == 404
        assert "陶思远读书记" not in client.get(f"/reading/judgings/{closed.pk}/results/").content.decode()

    @pytest.mark.once
    def test_wait_for_the_end(self, as_, client, bureau, judging):
        for role in ("clerk", "leader", "member"):
            assert as_(getattr(bureau, role)).get(f"/reading/judgings/{judging.pk}/results/").status_code == 404
            assert client.get(f"/reading/judgings/{judging.pk}/results/1/").status_code == 404
        client.logout()
        assert client.get(f"/reading/judgings/{judging.pk}/results/").status_code == 302

    def test_cost_the_same_however_many_there_are(self, as_, bureau, closed, django_assert_num_queries):
        client, url = as_(bureau.clerk), f"/reading/judgings/{closed.pk}/results/"
        client.get(url)
        with django_assert_num_queries(9):
            client.get(url)
        for number in range(4, 12):
            Entry.objects.create(judging=closed, reflection=accepted_reflection(), number=number, mean=50, rank=4)
        client.get(url)
        with django_assert_num_queries(9):
            client.get(url)


class TestEntryResult:
    def test_adds_up_and_marks_what_was_dropped(self, as_, bureau):
        accepted_reflection(author=bureau.member)
        judges = [bureau.head, bureau.leader, bureau.secretary, bureau.other_head, bureau.colleague]
        judging = open_judging(judging=JudgingFactory(judged_by=judges), by=bureau.clerk.user, now=NOW)
        for judge, given in zip(judges, (20, 60, 50, 40, 45), strict=True):
            cast(judging.entries.get(), judge, given, 0)
        close_judging(judging=judging, is_confirmed=False, by=bureau.clerk.user, now=NOW)
        html = as_(bureau.clerk).get(f"/reading/judgings/{judging.pk}/results/1/").content.decode()
        assert html.count("去掉最高") == html.count("去掉最低") == 1
        assert "计入 3 票合计" in html
        assert "135 ÷ 3" in html
        assert "45.00" in html
        assert "梁静宜" in html

    def test_keeps_the_judges_from_an_author_who_leads(self, as_, bureau):
        accepted_reflection(author=bureau.leader)
        judging = open_judging(judging=JudgingFactory(judged_by=[bureau.head]), by=bureau.clerk.user, now=NOW)
        cast(judging.entries.get(), bureau.head, 50, 30)
        close_judging(judging=judging, is_confirmed=False, by=bureau.clerk.user, now=NOW)
        assert "梁静宜" not in as_(bureau.leader).get(f"/reading/judgings/{judging.pk}/results/1/").content.decode()


class TestJudgings:
    def test_list_what_concerns_each(self, as_, bureau, judging):
        assert "您是评委" in as_(bureau.head).get("/reading/judgings/").content.decode()
        assert "没有要评的展评" in as_(bureau.member).get("/reading/judgings/").content.decode()
        hang_exhibition(quarter=datetime.date(2026, 7, 1))
        html = as_(bureau.clerk).get("/reading/judgings/").content.decode()
        assert "评分中" in html
        assert "组织评分" in html

    def test_list_closed_ones_for_everybody_signed_in(self, as_, client, bureau, closed):
        assert "已结束" in as_(bureau.secretary).get("/reading/judgings/").content.decode()
        client.logout()
        assert client.get("/reading/judgings/").status_code == 302

    @pytest.mark.once
    def test_know_an_account_that_is_nobody(self, client, bureau, judging):
        client.force_login(make_user("wuming"))
        assert "没有要评的展评" in client.get("/reading/judgings/").content.decode()
        assert client.get(f"/reading/judgings/{judging.pk}/").status_code == 404
