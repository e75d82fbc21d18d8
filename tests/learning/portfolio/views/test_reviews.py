import datetime
from decimal import Decimal

import pytest

from learning.models import FileLook, ReviewPoints, ReviewYear, StudyReview
from learning.portfolio.services.reviews import SAMPLE_RUBRIC, close_reviews, open_reviews, prepare_reviews
from tests.factories.bureau import make_bureau
from tests.factories.organisation import DepartmentFactory, PostingFactory, StaffMemberFactory
from tests.factories.pages import make_site, make_user
from tests.factories.programme import at
from tests.learning.portfolio.views.measuring import statements
from tests.standing import standing

NOW = at(2026, 12, 1, 9)
URL = "/study-reviews/"
YEAR = URL + "2026/"
DUE = datetime.date(2026, 12, 25)
PREPARED = {
    "due_on": "2026-12-25",
    "peers": "5",
    "note": "",
    "rubric-TOTAL_FORMS": "2",
    "rubric-INITIAL_FORMS": "0",
    "rubric-0-name": "态度",
    "rubric-0-max_points": "40",
    "rubric-1-name": "学用",
    "rubric-1-max_points": "60",
}


@standing(now=NOW)
def bureau():
    make_site()
    return make_bureau()


def html_of(response) -> str:
    return response.content.decode()


def prepared(bureau, **facts):
    given = {"year": 2026, "rubric": SAMPLE_RUBRIC, "due_on": DUE, "peers": 5, "note": "实事求是", "by": bureau.clerk.user, "now": NOW}
    return prepare_reviews(**given | facts)


def opened(bureau):
    return open_reviews(review_year=prepared(bureau), by=bureau.clerk.user, now=NOW, seed=987654321)


def closed(review_year, bureau):
    return close_reviews(review_year=review_year, is_confirmed=True, by=bureau.clerk.user, now=NOW)


def fill(form, *points, remark=""):
    for line, given in zip(form.round.rubric.all(), points, strict=True):
        ReviewPoints.objects.create(review=form, line=line, points=Decimal(str(given)))
    form.remark, form.submitted_at = remark, NOW
    form.save()


class TestStudyReviews:
    def test_are_read_by_everybody_signed_in(self, client, as_, bureau):
        assert client.get(URL).headers["Location"].startswith("/login/")
        assert "还没有评学" in html_of(as_(make_user("meiren")).get(URL))
        prepared(bureau)
        html = html_of(as_(bureau.member).get(URL))
        assert f'href="{YEAR}"' in html
        assert "准备2026年评学" not in html

    def test_lead_to_the_next_form(self, as_, bureau):
        found = opened(bureau)
        first = found.reviews.filter(rater=bureau.member).order_by("pk").first()
        html = html_of(as_(bureau.member).get(URL))
        assert f'href="/study-reviews/forms/{first.pk}/"' in html
        assert "填评学表（3 张）" in html

    def test_offer_the_clerk_the_year_that_is_missing(self, as_, bureau):
        assert f'href="{YEAR}prepare/"' in html_of(as_(bureau.clerk).get(URL))
        prepared(bureau)
        assert f'href="{YEAR}prepare/"' not in html_of(as_(bureau.clerk).get(URL))


class TestPrepareStudyReviews:
    def test_is_the_clerks(self, client, as_, bureau):
        assert client.get(YEAR + "prepare/").headers["Location"].startswith("/login/")
        for person in (bureau.member, bureau.head, bureau.leader):
            assert as_(person).get(YEAR + "prepare/").status_code == 404
            assert as_(person).post(YEAR + "prepare/", PREPARED).status_code == 404
        assert not ReviewYear.objects.exists()

    def test_begins_with_a_sample_that_says_so(self, as_, bureau):
        html = html_of(as_(bureau.clerk).get(YEAR + "prepare/"))
        assert "不是本单位的规定" in html
        assert "示例：按要求参加集中学习" in html

    def test_keeps_the_rubric_for_everybody_to_read(self, as_, bureau):
        response = as_(bureau.clerk).post(YEAR + "prepare/", PREPARED)
        assert response.headers["Location"] == YEAR
        html = html_of(as_(bureau.member).get(YEAR))
        for words in ("态度，满分 40", "学用，满分 60", "合计满分 100", "还没有开始"):
            assert words in html
        html = html_of(as_(bureau.clerk).get(YEAR + "prepare/"))
        assert 'value="态度"' in html
        assert "不是本单位的规定" not in html

    @pytest.mark.parametrize(
        ("facts", "words"),
        [
            ({"due_on": ""}, "请选日期"),
            ({"due_on": "2026-11-30"}, "已经过去"),
            ({"due_on": "99999-01-01"}, "2026-12-01 这样"),
            ({"peers": "x"}, "请填整数"),
            ({"peers": "21"}, "最多 20 位"),
            ({"peers": "9" * 40}, "最多 20 位"),
            ({"note": "长" * 501}, "最多 500 个字"),
            ({"note": "有\x00字符"}, "field-error"),
            ({"rubric-0-name": "有\x00字符"}, "field-error"),
            ({"rubric-0-name": "长" * 41}, "field-error"),
            ({"rubric-0-max_points": "0"}, "1 到 100"),
            ({"rubric-1-name": "态度"}, "同名"),
            ({"rubric-0-name": "", "rubric-0-max_points": "", "rubric-1-name": "", "rubric-1-max_points": ""}, "至少写一个"),
        ],
    )
    def test_says_what_is_wrong(self, as_, bureau, facts, words):
        response = as_(bureau.clerk).post(YEAR + "prepare/", PREPARED | facts)
        assert response.status_code == 400
        assert words in html_of(response)
        assert not ReviewYear.objects.exists()

    @pytest.mark.parametrize("year", ["1", "9999", "2025", "2027", "9" * 30])
    def test_is_of_a_year_that_can_be_reviewed_now(self, as_, bureau, year):
        for address in (f"{URL}{year}/prepare/", f"{URL}{year}/", f"{URL}{year}/open/", f"{URL}{year}/close/"):
            assert as_(bureau.clerk).get(address).status_code == 404

    def test_is_over_once_it_is_open(self, as_, bureau):
        opened(bureau)
        assert "不能再改" in html_of(as_(bureau.clerk).get(YEAR + "prepare/", follow=True))


class TestOpenStudyReviews:
    def test_is_the_clerks_and_needs_a_post(self, as_, bureau):
        prepared(bureau)
        assert as_(bureau.leader).post(YEAR + "open/").status_code == 404
        assert as_(bureau.clerk).get(YEAR + "open/").headers["Location"] == YEAR
        assert not StudyReview.objects.exists()
        html = html_of(as_(bureau.clerk).post(YEAR + "open/", follow=True))
        assert "评学已开始：发出" in html
        assert "各科室填表进度" in html
        assert "不用再开始" in html_of(as_(bureau.clerk).post(YEAR + "open/", follow=True))


class TestStudyReviewYear:
    def test_lists_the_own_forms(self, as_, bureau):
        found = opened(bureau)
        fill(found.reviews.get(staff=bureau.member, rater=bureau.member), 20, 20, 20, 20)
        html = html_of(as_(bureau.member).get(YEAR))
        for words in ("已填 1 张，未填 2 张", "自评", "同事评", "实事求是"):
            assert words in html
        assert "各科室填表进度" not in html
        assert "没有要您填的表" in html_of(as_(make_user("meiren")).get(YEAR))

    def test_shows_the_clerk_counts_by_department_and_no_points(self, as_, bureau):
        found = opened(bureau)
        fill(found.reviews.get(staff=bureau.member, rater=bureau.head), 11, 12, 13, 14, remark="学得扎实")
        html = html_of(as_(bureau.clerk).get(YEAR))
        assert "办公室" in html
        for words in ("学得扎实", "陶思远", "梁静宜", str(found.seed)):
            assert words not in html

    def test_shows_the_person_the_own_result_once_it_is_closed(self, as_, bureau):
        third = StaffMemberFactory(posted_to=bureau.office)
        found = opened(bureau)
        for rater, points in ((bureau.head, 25), (bureau.colleague, 20), (third, 21)):
            fill(found.reviews.get(staff=bureau.member, rater=rater), points, 0, 0, 0, remark=f"写得好{points}")
        fill(found.reviews.get(staff=bureau.member, rater=bureau.member), 25, 25, 30, 20)
        assert "我的结果" not in html_of(as_(bureau.member).get(YEAR))
        closed(found, bureau)
        html = html_of(as_(bureau.member).get(YEAR))
        for words in ("<strong>22.0</strong>", "3 人评", "100.0 分，只作参考", "写得好25", "写得好21"):
            assert words in html
        for words in ("梁静宜", "赵一鸣"):
            assert words not in html
        assert "不足 3 人，不显示平均分" in html_of(as_(bureau.leader).get(YEAR))
        assert "所以没有结果" in html_of(as_(make_user("meiren")).get(YEAR))

    def test_shows_totals_to_clerk_and_leader_and_names_to_the_clerk_alone(self, as_, bureau):
        closed(opened(bureau), bureau)
        address = f"{YEAR}?department={bureau.office.pk}"
        html = html_of(as_(bureau.clerk).get(address))
        assert f'action="/five-haves/2026/{bureau.member.pk}/look/"' in html
        html = html_of(as_(bureau.leader).get(address))
        assert "各科室结果" in html
        assert "陶思远" not in html
        html = html_of(as_(bureau.head).get(address))
        assert "各科室结果" not in html
        assert "陶思远" not in html

    @pytest.mark.parametrize("query", ["?department=x", "?department=%00", "?department=" + "9" * 40, "?department=1&page=x"])
    def test_survives_any_address(self, as_, bureau, query):
        closed(opened(bureau), bureau)
        assert as_(bureau.clerk).get(YEAR + query).status_code == 200

    @pytest.mark.parametrize("state", ["prepared", "opened", "closed"])
    def test_costs_the_same_however_many_there_are(self, as_, bureau, state):
        costs = []
        for number in (2, 12):
            ReviewPoints.objects.all().delete()
            StudyReview.objects.all().delete()
            ReviewYear.objects.all().delete()
            for _one in range(number):
                PostingFactory(department=DepartmentFactory() if number > 2 else bureau.office)
                StaffMemberFactory(posted_to=bureau.other)
            found = prepared(bureau) if state == "prepared" else opened(bureau)
            if state != "prepared":
                for form in found.reviews.exclude(kind="self"):
                    fill(form, 10, 10, 10, 10, remark="好")
            if state == "closed":
                closed(found, bureau)
            costs.append([statements(as_(person), YEAR) for person in (bureau.clerk, bureau.member, bureau.leader)])
        assert costs[0] == costs[1]
        assert max(costs[0]) <= 18


class TestResultOfOnePerson:
    def test_is_the_clerks_after_saying_so(self, as_, bureau):
        found = closed(opened(bureau), bureau)
        address = f"{YEAR}?person={bureau.member.pk}"
        html = html_of(as_(bureau.clerk).get(address))
        assert "打开会记入查看记录" in html
        assert "不显示平均分" not in html
        assert not FileLook.objects.exists()
        FileLook.objects.create(
            year=found.year, staff=bureau.member, by=bureau.clerk.user, by_name="方景行", role="clerk", looked_on=NOW.date(), looked_at=NOW
        )
        html = html_of(as_(bureau.clerk).get(address))
        for words in ("陶思远", "办公室", "不显示平均分"):
            assert words in html
        for person in (bureau.head, bureau.leader, bureau.colleague):
            assert as_(person).get(address).status_code == 404
        assert as_(bureau.clerk).get(f"{YEAR}?person={bureau.clerk.pk}").headers["Location"] == YEAR

    @pytest.mark.parametrize("query", ["?person=x", "?person=", "?person=999999999", "?person=%00", "?person=" + "9" * 40])
    def test_is_404_where_there_is_nobody(self, as_, bureau, query):
        closed(opened(bureau), bureau)
        assert as_(bureau.clerk).get(YEAR + query).status_code == 404


class TestCloseStudyReviews:
    def test_names_what_is_missing_first(self, as_, bureau):
        opened(bureau)
        assert as_(bureau.head).get(YEAR + "close/").status_code == 404
        client = as_(bureau.clerk)
        assert "没有填完也结束" in html_of(client.get(YEAR + "close/"))
        refused = client.post(YEAR + "close/")
        assert refused.status_code == 409
        assert "办公室 9 张" in html_of(refused)
        assert ReviewYear.objects.get().closed_at is None
        assert client.post(YEAR + "close/", {"confirmed": "on"}).headers["Location"] == YEAR
        assert ReviewYear.objects.get().closed_at == NOW
        assert client.get(YEAR + "close/").headers["Location"] == YEAR


class TestStudyReview:
    def points(self, found, *given, **more):
        return {f"line_{line.pk}": str(one) for line, one in zip(found.rubric.all(), given, strict=True)} | more

    def test_is_before_its_rater_alone(self, client, as_, bureau):
        found = opened(bureau)
        form = found.reviews.get(staff=bureau.member, rater=bureau.head)
        address = f"{URL}forms/{form.pk}/"
        assert client.get(address).headers["Location"].startswith("/login/")
        for person in (bureau.member, bureau.clerk, bureau.leader, make_user("meiren")):
            assert as_(person).get(address).status_code == 404
            assert as_(person).post(address, self.points(found, 1, 1, 1, 1)).status_code == 404
        html = html_of(as_(bureau.head).get(address))
        for words in ("陶思远", "上级评", "学习态度（满分 25）", "示例：按要求参加", "满分 100", "看五有档案"):
            assert words in html
        assert not ReviewPoints.objects.exists()

    def test_leads_from_one_to_the_next(self, as_, bureau):
        found = opened(bureau)
        client, forms = as_(bureau.member), list(found.reviews.filter(rater=bureau.member))
        address = f"{URL}forms/{found.reviews.get(rater=bureau.member, kind='self').pk}/"
        visited = []
        for _one in forms:
            visited.append(address)
            address = client.post(address, self.points(found, 20, 20.5, 20, 20, remark="踏实")).headers["Location"]
        assert address == YEAR
        assert sorted(visited) == sorted(f"{URL}forms/{one.pk}/" for one in forms)
        assert "全部填完了" in html_of(client.get(YEAR))
        html = html_of(client.get(visited[0]))
        assert 'value="20.5"' in html
        assert "这张已填" in html

    @pytest.mark.parametrize("points", [("", 1, 1, 1), (26, 1, 1, 1), (-1, 1, 1, 1), ("1.25", 1, 1, 1), ("x", 1, 1, 1), ("\x00", 1, 1, 1)])
    def test_says_what_is_wrong_and_keeps_the_rest(self, as_, bureau, points):
        found = opened(bureau)
        form = found.reviews.get(staff=bureau.member, rater=bureau.member)
        response = as_(bureau.member).post(f"{URL}forms/{form.pk}/", self.points(found, *points, remark="踏实"))
        assert response.status_code == 400
        assert "踏实" in html_of(response)
        assert not ReviewPoints.objects.exists()

    @pytest.mark.parametrize("remark", ["长" * 301, "有\x00字符"])
    def test_refuses_a_remark_it_cannot_keep(self, as_, bureau, remark):
        found = opened(bureau)
        form = found.reviews.get(staff=bureau.member, rater=bureau.member)
        assert as_(bureau.member).post(f"{URL}forms/{form.pk}/", self.points(found, 1, 1, 1, 1, remark=remark)).status_code == 400

    def test_is_over_once_the_round_is_closed(self, as_, bureau):
        found = opened(bureau)
        form = found.reviews.get(staff=bureau.member, rater=bureau.member)
        closed(found, bureau)
        response = as_(bureau.member).post(f"{URL}forms/{form.pk}/", self.points(found, 1, 1, 1, 1), follow=True)
        assert "不能再改" in html_of(response)
        assert not ReviewPoints.objects.exists()

    def test_costs_the_same_however_many_there_are(self, as_, bureau):
        found = opened(bureau)
        form = found.reviews.get(staff=bureau.head, rater=bureau.head)
        few = statements(as_(bureau.head), f"{URL}forms/{form.pk}/")
        for _one in range(10):
            found.reviews.create(staff=StaffMemberFactory(), rater=bureau.head, kind="superior")
        assert statements(as_(bureau.head), f"{URL}forms/{form.pk}/") == few <= 12

    def test_is_404_where_there_is_none(self, as_, bureau):
        for pk in (0, 10**18, 10**30):
            assert as_(bureau.member).get(f"{URL}forms/{pk}/").status_code == 404
