import datetime

import pytest

from learning.models import FileLock, FiveHavesFile, StudyPlan
from learning.portfolio.services.plans import PlanWords, save_plan
from learning.portfolio.services.writing import TO_FILL_IN
from tests.factories.bureau import make_bureau
from tests.factories.pages import make_site, make_user
from tests.factories.portfolio import ApplicationFactory, FileLookFactory, FiveHavesFileFactory, StudyPlanFactory, rule_of_people
from tests.factories.programme import at
from tests.learning.portfolio.views.measuring import statements
from tests.standing import standing

NOW = at(2026, 11, 25, 9)
FORM = {"version": "", "goals": "学会起草公文。", "books": "《某书》", "topics": "", "schedule": ""}


@standing(now=NOW)
def bureau():
    make_site()
    return make_bureau()


def url_of(person, what="", year=2026):
    return f"/five-haves/{year}/{person.pk}/plan/{what}"


def html_of(response) -> str:
    return response.content.decode()


def look_at(person, by, year=2026):
    return FileLookFactory(staff=person, year=year, by=by.user, looked_on=NOW.date(), looked_at=NOW, role="head")


def lock(person):
    file, _new = FiveHavesFile.objects.get_or_create(staff=person, year=2026)
    return FileLock.objects.create(file=file, locked_at=NOW, snapshot="{}", sha256="0" * 64)


class TestStudyPlan:
    def test_is_for_people_who_are_signed_in(self, client, bureau):
        for what in ("", "write/", "decide/"):
            assert client.get(url_of(bureau.member, what)).headers["Location"].startswith("/login/")

    def test_of_another_asks_first(self, as_, bureau):
        plan = StudyPlanFactory(file__staff=bureau.member)
        for person, status in (
            (bureau.head, 200),
            (bureau.clerk, 200),
            (bureau.leader, 200),
            (bureau.colleague, 404),
            (bureau.other_head, 404),
        ):
            for url in (url_of(bureau.member), f"/five-haves/plans/{plan.pk}/"):
                response = as_(person).get(url)
                assert response.status_code == status
                assert "学会起草公文" not in html_of(response)
        look_at(bureau.member, bureau.head)
        assert "学会起草公文" in html_of(as_(bureau.head).get(url_of(bureau.member)))
        assert as_(bureau.head).get(f"/five-haves/plans/{plan.pk}/").headers["Location"] == url_of(bureau.member)

    def test_that_is_a_draft_is_its_writers_alone(self, as_, bureau):
        StudyPlanFactory(file__staff=bureau.member, draft=True)
        look_at(bureau.member, bureau.head)
        html = html_of(as_(bureau.head).get(url_of(bureau.member)))
        assert "学会起草公文" not in html
        assert "还没有提交" in html
        assert "学会起草公文" in html_of(as_(bureau.member).get(url_of(bureau.member)))

    def test_tells_what_happened_to_it(self, as_, bureau):
        client = as_(bureau.member)
        client.post(url_of(bureau.member, "write/"), FORM | {"act": "hand_in"})
        html = html_of(client.get(url_of(bureau.member)))
        assert "提交，陶思远" in html
        assert "待批准" in html

    def test_cost_the_same_whatever_happened_to_it(self, as_, bureau):
        plan = StudyPlanFactory(file__staff=bureau.member, waiting=True)
        client, costs = as_(bureau.member), []
        for number in (1, 6):
            for _ in range(number):
                plan.refresh_from_db()
                save_plan(
                    staff=bureau.member,
                    year=2026,
                    words=PlanWords("改"),
                    version=plan.version,
                    hands_in=True,
                    by=bureau.member.user,
                    now=NOW,
                )
            costs.append(statements(client, url_of(bureau.member)))
        assert costs[0] == costs[1]

    @pytest.mark.parametrize(
        "address",
        ["/five-haves/1/1/plan/", "/five-haves/9999/1/plan/", "/five-haves/2026/99999999999/plan/", "/five-haves/plans/99999999999/"],
    )
    def test_is_404_where_there_is_none(self, as_, bureau, address):
        assert as_(bureau.clerk).get(address).status_code == 404


class TestWriteStudyPlan:
    def test_begins_with_a_draft_that_is_not_stored(self, as_, bureau):
        rule_of_people("have.application", name="收获运用")
        html = html_of(as_(bureau.member).get(url_of(bureau.member, "write/")))
        assert TO_FILL_IN in html
        assert "去年“有收获运用”缺2025年" in html
        assert "收获运用：12月31日前" in html
        assert not FiveHavesFile.objects.exists()

    def test_is_prefilled_in_a_constant_number_of_statements(self, as_, bureau):
        client, costs = as_(bureau.member), []
        for number in (1, 6):
            for day in range(1, number + 1):
                rule_of_people("have.application", name=f"规则{number}{day}")
                ApplicationFactory(staff=bureau.member, happened_on=datetime.date(2025, 5, day))
            costs.append(statements(client, url_of(bureau.member, "write/")))
        assert costs[0] == costs[1]

    def test_saves_hands_in_and_is_given_back(self, as_, bureau):
        url = url_of(bureau.member, "write/")
        client = as_(bureau.member)
        assert client.post(url, FORM | {"act": "save"}).headers["Location"] == url_of(bureau.member)
        assert StudyPlan.objects.get().state == "draft"
        client.post(url, FORM | {"version": "1", "act": "hand_in"})
        assert StudyPlan.objects.get().state == "handed_in"
        assert "收回，存为草稿" in html_of(client.get(url))

    def test_that_was_returned_does_not_call_itself_hidden(self, as_, bureau):
        StudyPlanFactory(file__staff=bureau.member, state="returned")
        client, url = as_(bureau.member), url_of(bureau.member, "write/")
        assert "只有您自己看得到" not in html_of(client.get(url))
        html = html_of(client.post(url, FORM | {"version": "1", "act": "save"}, follow=True))
        assert "看到的是现在的内容" in html
        assert "只有您自己看得到" not in html

    @pytest.mark.parametrize(
        ("facts", "words"),
        [
            ({"goals": ""}, "请写今年要学会什么"),
            ({"goals": "长" * 601}, "最多 600 个字，现在有 601 个"),
            ({"goals": f"学会{TO_FILL_IN}"}, "没有填"),
            ({"books": "长" * 401}, "最多 400 个字"),
            ({"version": "9" * 30}, "没有保存"),
        ],
    )
    def test_says_what_is_wrong_and_keeps_what_was_typed(self, as_, bureau, facts, words):
        if "version" in facts:
            StudyPlanFactory(file__staff=bureau.member, draft=True)
        response = as_(bureau.member).post(url_of(bureau.member, "write/"), FORM | facts | {"act": "hand_in"})
        assert response.status_code in (400, 409)
        assert words in html_of(response)
        assert "《某书》" in html_of(response) or "books" in facts
        assert not StudyPlan.objects.exclude(state="draft").exists()

    def test_takes_no_nul(self, as_, bureau):
        as_(bureau.member).post(url_of(bureau.member, "write/"), FORM | {"goals": "有\x00字符", "act": "save"})
        assert StudyPlan.objects.get().goals == "有字符"

    def test_shows_what_is_stored_to_whoever_was_overtaken(self, as_, bureau):
        StudyPlanFactory(file__staff=bureau.member, draft=True, goals="别处写的")
        response = as_(bureau.member).post(url_of(bureau.member, "write/"), FORM | {"act": "save"})
        assert response.status_code == 409
        html = html_of(response)
        for words in ("没有保存", "别处写的", "学会起草公文", 'name="version" value="1"'):
            assert words in html, words

    def test_of_an_approved_one_asks_why(self, as_, bureau):
        StudyPlanFactory(file__staff=bureau.member)
        client, url = as_(bureau.member), url_of(bureau.member, "write/")
        html = html_of(client.get(url))
        assert "为什么要改" in html
        assert "保存草稿" not in html
        assert "请写一句为什么要改" in html_of(client.post(url, FORM | {"version": "1", "act": "hand_in"}))
        client.post(url, FORM | {"version": "1", "act": "hand_in", "reason": "换了岗位"})
        assert StudyPlan.objects.get().state == "handed_in"
        assert "换了岗位" in html_of(client.get(url_of(bureau.member)))

    def test_is_nobody_elses(self, as_, bureau):
        look_at(bureau.member, bureau.head)
        for person in (bureau.head, bureau.clerk, bureau.colleague, make_user("bianji")):
            assert as_(person).post(url_of(bureau.member, "write/"), FORM).status_code == 404
        assert not StudyPlan.objects.exists()

    @pytest.mark.parametrize("year", [2019, 2024, 2028, 9999, 1])
    def test_is_of_years_that_are_being_planned_or_closed(self, as_, bureau, year):
        assert as_(bureau.member).get(url_of(bureau.member, "write/", year)).status_code == 404

    def test_of_a_locked_year_says_so(self, as_, bureau):
        lock(bureau.member)
        response = as_(bureau.member).post(url_of(bureau.member, "write/"), FORM | {"act": "save"})
        assert response.status_code == 400
        assert "已经锁定" in html_of(response)


class TestDecideStudyPlan:
    def test_is_the_heads_after_a_look(self, as_, bureau):
        StudyPlanFactory(file__staff=bureau.member, waiting=True)
        url = url_of(bureau.member, "decide/")
        assert "打开会记入查看记录" in html_of(as_(bureau.head).get(url))
        assert f'value="{url}"' in html_of(as_(bureau.head).get(url))
        assert "打开会记入查看记录" in html_of(as_(bureau.head).post(url, {"version": "1", "decision": "approve"}))
        assert StudyPlan.objects.get().state == "handed_in"
        look_at(bureau.member, bureau.head)
        assert "学会起草公文" in html_of(as_(bureau.head).get(url))
        as_(bureau.head).post(url, {"version": "1", "decision": "approve", "note": ""})
        assert StudyPlan.objects.get().state == "approved"

    def test_gives_back_only_with_a_note(self, as_, bureau):
        StudyPlanFactory(file__staff=bureau.member, waiting=True)
        look_at(bureau.member, bureau.head)
        client, url = as_(bureau.head), url_of(bureau.member, "decide/")
        assert "请写明为什么" in html_of(client.post(url, {"version": "1", "decision": "return"}))
        client.post(url, {"version": "1", "decision": "return", "note": "太笼统"})
        assert StudyPlan.objects.get().decision_note == "太笼统"
        assert "太笼统" in html_of(as_(bureau.member).get(url_of(bureau.member)))

    def test_is_not_a_leaders_nor_ones_own(self, as_, bureau):
        StudyPlanFactory(file__staff=bureau.member, waiting=True)
        StudyPlanFactory(file__staff=bureau.head, waiting=True)
        look_at(bureau.member, bureau.leader)
        assert as_(bureau.leader).get(url_of(bureau.member, "decide/")).status_code == 404
        assert as_(bureau.head).get(url_of(bureau.head, "decide/")).status_code == 404

    def test_of_what_was_changed_meanwhile_shows_the_new(self, as_, bureau):
        plan = StudyPlanFactory(file__staff=bureau.member, waiting=True)
        look_at(bureau.member, bureau.head)
        StudyPlan.objects.filter(pk=plan.pk).update(version=2, goals="改过的目标")
        response = as_(bureau.head).post(url_of(bureau.member, "decide/"), {"version": "1", "decision": "approve"})
        assert response.status_code == 400
        html = html_of(response)
        for words in ("本人刚改过规划", "改过的目标", 'value="2"'):
            assert words in html

    @pytest.mark.parametrize(
        "facts",
        [{}, {"decision": "x"}, {"decision": "approve", "version": "x"}, {"decision": "approve", "version": "1", "note": "长" * 301}],
    )
    def test_survives_any_form(self, as_, bureau, facts):
        StudyPlanFactory(file__staff=bureau.member, waiting=True)
        look_at(bureau.member, bureau.head)
        assert as_(bureau.head).post(url_of(bureau.member, "decide/"), facts).status_code == 400
        assert StudyPlan.objects.get().state == "handed_in"

    def test_of_one_that_was_decided_leads_to_it(self, as_, bureau):
        StudyPlanFactory(file=FiveHavesFileFactory(staff=bureau.member))
        look_at(bureau.member, bureau.head)
        assert as_(bureau.head).get(url_of(bureau.member, "decide/")).headers["Location"] == url_of(bureau.member)
