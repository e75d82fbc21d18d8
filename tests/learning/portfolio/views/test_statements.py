import pytest

from learning.models import DepartmentStatement, FileLock, FiveHavesFile, StudyStatement
from learning.portfolio.services.writing import TO_FILL_IN
from tests.factories.bureau import make_bureau
from tests.factories.pages import make_site, make_user
from tests.factories.portfolio import ApplicationFactory, FileLookFactory, StudyStatementFactory, rule_of_people
from tests.factories.programme import at
from tests.factories.reading import accepted_reflection
from tests.learning.portfolio.views.measuring import statements
from tests.standing import standing

NOW = at(2026, 12, 15, 9)


@standing(now=NOW)
def bureau():
    make_site()
    return make_bureau()


def url_of(person, what="", year=2026):
    return f"/five-haves/{year}/{person.pk}/statement/{what}"


def of_department(department, what="", year=2026):
    return f"/five-haves/{year}/departments/{department.pk}/statement/{what}"


def html_of(response) -> str:
    return response.content.decode()


def look_at(person, by):
    return FileLookFactory(staff=person, by=by.user, looked_on=NOW.date(), looked_at=NOW, role="head")


class TestStudyStatement:
    def test_is_drafted_from_the_records_and_not_stored(self, as_, bureau):
        ApplicationFactory(staff=bureau.member)
        html = html_of(as_(bureau.member).get(url_of(bureau.member, "write/")))
        for words in ("2026年，本人在办公室工作。", "学了“公文格式国家标准”，科室发文改用统一模板", TO_FILL_IN):
            assert words in html
        assert not FiveHavesFile.objects.exists()

    def test_is_drafted_in_a_constant_number_of_statements(self, as_, bureau):
        client, url, costs = as_(bureau.member), url_of(bureau.member, "write/"), []
        for number in (1, 5):
            for day in range(1, number + 1):
                accepted_reflection(author=bureau.member, at_time=at(2026, number, day))
                ApplicationFactory(staff=bureau.member)
            costs.append(statements(client, url))
        assert costs[0] == costs[1]

    def test_is_saved_handed_in_and_taken_back(self, as_, bureau):
        client, write, url = as_(bureau.member), url_of(bureau.member, "write/"), url_of(bureau.member)
        assert client.post(write, {"version": "", "text": "一稿。", "act": "save"}).headers["Location"] == url
        assert "草稿" in html_of(client.get(url))
        client.post(write, {"version": "1", "text": "二稿。", "act": "hand_in"})
        assert StudyStatement.objects.get().state == "handed_in"
        assert client.get(write).headers["Location"] == url
        assert "收回修改" in html_of(client.get(url))
        client.post(url, {"act": "take_back"})
        assert StudyStatement.objects.get().state == "draft"

    @pytest.mark.parametrize(
        ("text", "words"), [("", "请写述学报告"), ("长" * 8001, "最多 8000 个字"), (f"下一步，{TO_FILL_IN}", "没有填")]
    )
    def test_says_what_is_wrong(self, as_, bureau, text, words):
        response = as_(bureau.member).post(url_of(bureau.member, "write/"), {"text": text, "act": "hand_in"})
        assert response.status_code == 400
        assert words in html_of(response)
        assert not StudyStatement.objects.exists()

    def test_shows_what_is_stored_to_whoever_was_overtaken(self, as_, bureau):
        StudyStatementFactory(file__staff=bureau.member, state="draft", handed_in_at=None, text="别处写的")
        response = as_(bureau.member).post(url_of(bureau.member, "write/"), {"version": "", "text": "我写的", "act": "save"})
        assert response.status_code == 409
        assert all(words in html_of(response) for words in ("没有保存", "别处写的", "我写的"))

    def test_of_another_asks_first(self, as_, bureau):
        statement = StudyStatementFactory(file__staff=bureau.member, text="我的述学")
        page = f"/five-haves/statements/{statement.pk}/"
        for person, status in ((bureau.head, 200), (bureau.clerk, 200), (bureau.leader, 200), (bureau.colleague, 404)):
            for url in (url_of(bureau.member), page):
                response = as_(person).get(url)
                assert (response.status_code, "我的述学" in html_of(response)) == (status, False)
        look_at(bureau.member, bureau.head)
        assert "我的述学" in html_of(as_(bureau.head).get(url_of(bureau.member)))
        assert as_(bureau.head).get(page).headers["Location"] == url_of(bureau.member)
        assert as_(bureau.head).post(url_of(bureau.member)).status_code == 404
        assert as_(bureau.head).get(url_of(bureau.member, "write/")).status_code == 404

    def test_that_is_a_draft_is_its_writers_alone(self, as_, bureau):
        StudyStatementFactory(file__staff=bureau.member, state="draft", handed_in_at=None, text="我的述学")
        look_at(bureau.member, bureau.head)
        html = html_of(as_(bureau.head).get(url_of(bureau.member)))
        assert "我的述学" not in html
        assert "还没有提交" in html

    def test_of_a_confirmed_or_locked_file_stays(self, as_, bureau):
        statement = StudyStatementFactory(file__staff=bureau.member)
        FiveHavesFile.objects.update(confirmed_at=NOW, confirmed_sha256="0" * 64)
        client, url = as_(bureau.member), url_of(bureau.member)
        assert "收回修改" not in html_of(client.get(url))
        assert "已经确认" in html_of(client.post(url, follow=True))
        FileLock.objects.create(file=statement.file, locked_at=NOW, snapshot="{}", sha256="0" * 64)
        assert "已经锁定" in html_of(client.post(url, follow=True))
        statement.refresh_from_db()
        assert statement.state == "handed_in"

    @pytest.mark.parametrize("year", [1, 2019, 2024, 2027, 9999])
    def test_is_of_this_year_or_the_last(self, as_, bureau, year):
        assert as_(bureau.member).get(url_of(bureau.member, "write/", year)).status_code == 404


class TestDepartmentStatement:
    def test_is_written_by_its_head_from_its_numbers(self, as_, bureau):
        rule_of_people("have.application")
        client, write, url = as_(bureau.head), of_department(bureau.office, "write/"), of_department(bureau.office)
        assert "写科室述学" in html_of(client.get(url))
        assert "办公室应建五有档案 3 人" in html_of(client.get(write))
        assert client.post(write, {"version": "", "text": "一稿。", "act": "hand_in"}).headers["Location"] == url
        assert DepartmentStatement.objects.get().given_by == bureau.head
        assert "述学人 梁静宜" in html_of(client.get(url))
        client.post(url)
        assert DepartmentStatement.objects.get().state == "draft"

    def test_is_read_by_the_committee_and_leaders_once_it_is_handed_in(self, as_, bureau):
        DepartmentStatement.objects.create(department=bureau.office, year=2026, text="我科的述学", saved_at=NOW)
        url = of_department(bureau.office)
        assert "我科的述学" not in html_of(as_(bureau.clerk).get(url))
        DepartmentStatement.objects.update(state="handed_in", handed_in_at=NOW)
        for person in (bureau.clerk, bureau.leader):
            assert "我科的述学" in html_of(as_(person).get(url))
            assert as_(person).post(url).status_code == 404
            assert as_(person).get(of_department(bureau.office, "write/")).status_code == 404

    def test_is_nobody_elses(self, client, as_, bureau):
        for what in ("", "write/"):
            url = of_department(bureau.office, what)
            client.logout()
            assert client.get(url).headers["Location"].startswith("/login/")
            for person in (bureau.member, bureau.other_head, make_user("bianji" + what.strip("/"))):
                assert as_(person).get(url).status_code == 404

    def test_is_drafted_in_a_constant_number_of_statements(self, as_, bureau):
        client, costs = as_(bureau.head), []
        for number in (1, 5):
            for day in range(1, number + 1):
                accepted_reflection(author=bureau.member, at_time=at(2026, number, day))
            costs.append(statements(client, of_department(bureau.office, "write/")))
        assert costs[0] == costs[1]

    @pytest.mark.parametrize("address", ["/five-haves/1/departments/1/statement/", "/five-haves/2026/departments/99999999999/statement/"])
    def test_is_404_where_there_is_none(self, as_, bureau, address):
        assert as_(bureau.clerk).get(address).status_code == 404
        assert as_(bureau.clerk).get(f"{address}write/").status_code == 404
