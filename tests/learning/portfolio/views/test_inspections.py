import datetime
import io

import openpyxl
import pytest

from cms.inbox.models import Message
from learning.models import FileLook, Finding, InspectedFile, Inspection
from learning.portfolio.services.inspections import Fault, check_file, open_inspection
from tests.factories.bureau import make_bureau
from tests.factories.organisation import DepartmentFactory, PostingFactory
from tests.factories.pages import make_site, make_user
from tests.factories.programme import at
from tests.learning.portfolio.views.measuring import statements
from tests.standing import standing

NOW = at(2026, 12, 1, 9)
TODAY = NOW.date()
URL = "/inspections/"
NEW = {
    "title": "四季度学习检查",
    "year": "2026",
    "held_on": "2026-12-01",
    "department": "",
    "sampling": "random",
    "percent": "30",
    "people": "",
    "lines": "有学习笔记\n有心得体会",
}


@standing(now=NOW)
def bureau():
    make_site()
    return make_bureau()


def html_of(response) -> str:
    return response.content.decode()


def opened(bureau, *people, **facts):
    given = {
        "title": "四季度学习检查",
        "year": 2026,
        "held_on": TODAY,
        "department": None,
        "sampling": "chosen" if people else "random",
        "percent": 30,
        "people": people,
        "lines": ["有学习笔记", "有心得体会"],
        "by": bureau.clerk.user,
        "now": NOW,
    }
    return open_inspection(**given | facts)


def found_in(inspection, staff, text="十一月没有笔记"):
    first, last = inspection.lines.all()
    lines = {first.pk: Fault(text, "minor", datetime.date(2026, 12, 15)) if text else None, last.pk: None}
    _file, new = check_file(inspected=inspection.files.get(staff=staff), lines=lines, note="其他都齐", by=inspection.created_by, now=NOW)
    return new[0] if new else None


class TestInspections:
    def test_are_what_each_may_see(self, client, as_, bureau):
        assert client.get(URL).headers["Location"].startswith("/login/")
        inspection = opened(bureau, bureau.member, bureau.other_head)
        found_in(inspection, bureau.member)
        html = html_of(as_(bureau.member).get(URL))
        assert "十一月没有笔记" in html
        assert f'href="/inspections/{inspection.pk}/"' not in html
        for person, number in (
            (bureau.clerk, "已检查 1 人，问题 1 个"),
            (bureau.leader, "已检查 1 人，问题 1 个"),
            (bureau.head, "已检查 1 人，问题 1 个"),
        ):
            html = html_of(as_(person).get(URL))
            assert number in html
            assert "十一月没有笔记" not in html
        for person in (bureau.other_head, bureau.colleague, make_user("meiren")):
            assert "没有学习检查的问题" in html_of(as_(person).get(URL))

    def test_lead_the_finder_to_what_was_put_right(self, as_, bureau):
        finding = found_in(opened(bureau, bureau.member), bureau.member)
        assert "等我核对的整改" not in html_of(as_(bureau.clerk).get(URL))
        as_(bureau.member).post(f"{URL}findings/{finding.pk}/rectify/", {"text": "补上了"})
        html = html_of(as_(bureau.clerk).get(URL))
        assert "等我核对的整改" in html
        assert f'href="{URL}findings/{finding.pk}/"' in html

    @pytest.mark.parametrize("query", ["?page=x", "?page=999999999999999999999", "?page=%00"])
    def test_survive_any_address(self, as_, bureau, query):
        assert as_(bureau.clerk).get(URL + query).status_code == 200

    def test_cost_the_same_however_many_there_are(self, as_, bureau):
        costs = []
        for _one in range(2):
            for _another in range(3):
                found_in(opened(bureau, bureau.member), bureau.member)
            costs.append([statements(as_(person), URL) for person in (bureau.clerk, bureau.member, bureau.head, bureau.leader)])
        assert costs[0] == costs[1]
        assert max(costs[0]) <= 12


class TestNewInspection:
    def test_is_the_clerks(self, client, as_, bureau):
        assert client.get(URL + "new/").headers["Location"].startswith("/login/")
        for person in (bureau.member, bureau.head, bureau.leader):
            assert as_(person).get(URL + "new/").status_code == 404
            assert as_(person).post(URL + "new/", NEW).status_code == 404
        assert not Inspection.objects.exists()

    def test_begins_with_a_sample_of_lines(self, as_, bureau):
        html = html_of(as_(bureau.clerk).get(URL + "new/"))
        assert "有学习笔记（只看有没有，不看内容）" in html
        assert "列出的只是示例" in html

    def test_draws_at_random(self, as_, bureau):
        response = as_(bureau.clerk).post(URL + "new/", NEW)
        inspection = Inspection.objects.get()
        assert response.headers["Location"] == f"{URL}{inspection.pk}/"
        assert (inspection.files.count(), inspection.drawn_from) == (3, 7)
        assert not Message.objects.exists()
        html = html_of(as_(bureau.clerk).get(response.headers["Location"] + "?redraw=1"))
        assert str(inspection.seed) in html
        assert "按种子重抽，名单一致" in html

    def test_takes_people_by_name_of_a_department(self, as_, bureau):
        facts = {"sampling": "chosen", "people": "陶思远、赵一鸣（办公室）", "percent": "", "department": str(bureau.office.pk)}
        as_(bureau.clerk).post(URL + "new/", NEW | facts)
        assert {one.staff for one in InspectedFile.objects.all()} == {bureau.member, bureau.colleague}
        assert Inspection.objects.get().department == bureau.office

    @pytest.mark.parametrize(
        ("facts", "words"),
        [
            ({"title": ""}, "请写检查的名称"),
            ({"title": "长" * 81}, "最多 80 个字"),
            ({"title": "有\x00字符"}, "field-error"),
            ({"year": "1"}, "从列出的年度里选"),
            ({"year": "9999"}, "从列出的年度里选"),
            ({"held_on": "x"}, "2026-12-01 这样"),
            ({"held_on": "99999-01-01"}, "2026-12-01 这样"),
            ({"held_on": "2024-12-01"}, "2026年或2027年"),
            ({"department": "999999"}, "请重新选"),
            ({"department": "x"}, "请重新选"),
            ({"sampling": "x"}, "请选抽取方式"),
            ({"percent": ""}, "请填抽取比例"),
            ({"percent": "101"}, "1 到 100"),
            ({"percent": "x"}, "请填整数"),
            ({"sampling": "chosen"}, "请写要检查的人"),
            ({"sampling": "chosen", "people": "没有此人"}, "没有“没有此人”"),
            ({"sampling": "chosen", "people": "\x00"}, "field-error"),
            ({"lines": ""}, "至少写一个检查项"),
            ({"lines": "\n".join(map(str, range(13)))}, "最多 12 项"),
            ({"lines": "有\x00字符"}, "field-error"),
        ],
    )
    def test_says_what_is_wrong(self, as_, bureau, facts, words):
        response = as_(bureau.clerk).post(URL + "new/", NEW | facts)
        assert response.status_code == 400
        assert words in html_of(response)
        assert not Inspection.objects.exists()


class TestInspection:
    def test_shows_each_what_they_may_see(self, client, as_, bureau):
        inspection = opened(bureau, bureau.member, bureau.other_head)
        found_in(inspection, bureau.member)
        address = f"{URL}{inspection.pk}/"
        client.logout()
        assert client.get(address).headers["Location"].startswith("/login/")
        html = html_of(as_(bureau.clerk).get(address))
        for words in ("陶思远", "钱多", "未检查", "查下一位：钱多", "带走问题清单", "指定人员"):
            assert words in html
        html = html_of(as_(bureau.leader).get(address))
        for words in ("陶思远", "钱多", "带走问题清单", "怎样抽的"):
            assert words not in html
        assert "各科室" in html
        html = html_of(as_(bureau.head).get(address))
        assert "陶思远" in html
        for words in ("钱多", "人事科", "抽到"):
            assert words not in html
        for person in (bureau.member, bureau.other_head, bureau.secretary, make_user("meiren")):
            assert as_(person).get(address).status_code == 404

    def test_costs_the_same_however_many_there_are(self, as_, bureau):
        costs = []
        for number in (2, 12):
            people = [PostingFactory(department=bureau.office if number == 2 else DepartmentFactory()).staff for _one in range(number)]
            inspection = opened(bureau, *people)
            for one in people[1:]:
                found_in(inspection, one)
            address = f"{URL}{inspection.pk}/"
            costs.append([statements(as_(person), address) for person in (bureau.clerk, bureau.leader)])
        assert costs[0] == costs[1]
        assert max(costs[0]) <= 14

    def test_is_404_where_there_is_none(self, as_, bureau):
        for pk in (0, 10**18, 10**30):
            assert as_(bureau.clerk).get(f"{URL}{pk}/").status_code == 404


class TestFindingsXlsx:
    def test_is_the_clerks(self, client, as_, bureau):
        inspection = opened(bureau, bureau.member)
        found_in(inspection, bureau.member, text="=1+1")
        address = f"{URL}{inspection.pk}/findings.xlsx"
        client.logout()
        assert client.get(address).headers["Location"].startswith("/login/")
        for person in (bureau.member, bureau.head, bureau.leader):
            assert as_(person).get(address).status_code == 404
        response = as_(bureau.clerk).get(address)
        cells = [cell for row in openpyxl.load_workbook(io.BytesIO(response.content)).active.iter_rows() for cell in row]
        assert any(cell.value == "=1+1" and cell.data_type == "s" for cell in cells)


class TestCloseInspection:
    def test_is_refused_with_open_findings_by_name(self, as_, bureau):
        inspection = opened(bureau, bureau.member)
        finding = found_in(inspection, bureau.member)
        address = f"{URL}{inspection.pk}/close/"
        assert as_(bureau.leader).post(address).status_code == 404
        assert as_(bureau.head).get(address).status_code == 404
        html = html_of(as_(bureau.clerk).get(address))
        assert "陶思远：十一月没有笔记" in html
        response = as_(bureau.clerk).post(address, {"confirmed": "on"})
        assert response.status_code == 400
        assert "还有 1 个问题没有销号" in html_of(response)
        Finding.objects.filter(pk=finding.pk).delete()
        assert as_(bureau.clerk).post(address).headers["Location"] == f"{URL}{inspection.pk}/"
        assert as_(bureau.clerk).get(address).headers["Location"] == f"{URL}{inspection.pk}/"

    def test_wants_it_confirmed_where_somebody_was_not_looked_at(self, as_, bureau):
        inspection = opened(bureau, bureau.member)
        response = as_(bureau.clerk).post(f"{URL}{inspection.pk}/close/")
        assert response.status_code == 409
        assert "没有查完也结束" in html_of(response)
        as_(bureau.clerk).post(f"{URL}{inspection.pk}/close/", {"confirmed": "on"})
        assert Inspection.objects.get().closed_at == NOW


class TestInspectedFile:
    def filled(self, inspection, *faults, **more):
        data = {"note": ""}
        for line, text in zip(inspection.lines.all(), faults, strict=True):
            data |= {
                f"result_{line.pk}": "fault" if text else "pass",
                f"text_{line.pk}": text or "",
                f"severity_{line.pk}": "serious",
                f"due_on_{line.pk}": "2026-12-15",
            }
        return data | more

    def test_is_gone_through_one_after_the_other(self, as_, bureau):
        inspection = opened(bureau, bureau.member, bureau.head, bureau.clerk)
        first = inspection.files.get(staff=bureau.head)
        second = inspection.files.get(staff=bureau.member)
        client = as_(bureau.clerk)
        html = html_of(client.get(f"{URL}files/{first.pk}/"))
        for words in ("梁静宜", "有学习笔记", "合格", "有问题", f'action="/five-haves/2026/{bureau.head.pk}/look/"'):
            assert words in html
        assert not FileLook.objects.exists()
        response = client.post(f"{URL}files/{first.pk}/", self.filled(inspection, "没有笔记", None, note="其他都齐"))
        assert response.headers["Location"] == f"{URL}files/{second.pk}/"
        assert Finding.objects.get().severity == "serious"
        response = client.post(f"{URL}files/{second.pk}/", self.filled(inspection, None, None))
        assert response.headers["Location"] == f"{URL}{inspection.pk}/"  # nobody inspects oneself
        own = inspection.files.get(staff=bureau.clerk)
        assert client.post(f"{URL}files/{own.pk}/", self.filled(inspection, None, None)).status_code == 404

    def test_shows_what_was_answered_before(self, as_, bureau):
        inspection = opened(bureau, bureau.member)
        found_in(inspection, bureau.member)
        address = f"{URL}files/{inspection.files.get().pk}/"
        html = html_of(as_(bureau.clerk).get(address))
        assert 'value="十一月没有笔记"' in html
        as_(bureau.clerk).post(address, self.filled(inspection, None, None))
        assert not Finding.objects.exists()

    def test_is_read_by_the_person_and_the_head_once_it_was_looked_at(self, client, as_, bureau):
        inspection = opened(bureau, bureau.member)
        address = f"{URL}files/{inspection.files.get().pk}/"
        for person in (bureau.member, bureau.head):
            assert as_(person).get(address).status_code == 404
        found_in(inspection, bureau.member)
        for person in (bureau.member, bureau.head):
            html = html_of(as_(person).get(address))
            assert "十一月没有笔记" in html
            assert "其他都齐" in html
            assert "<textarea" not in html
            assert as_(person).post(address, self.filled(inspection, None, None)).status_code == 404
        for person in (bureau.leader, bureau.other_head, bureau.colleague, make_user("meiren")):
            assert as_(person).get(address).status_code == 404
        client.logout()
        assert client.get(address).headers["Location"].startswith("/login/")

    @pytest.mark.parametrize(
        ("facts", "words"),
        [
            ({"result": ""}, "合格还是有问题"),
            ({"result": "x"}, "合格还是有问题"),
            ({"text": ""}, "请写明是什么问题"),
            ({"text": "长" * 301}, "最多 300 个字"),
            ({"text": "有\x00字符"}, "field-error"),
            ({"severity": "x"}, "从列出的程度里选"),
            ({"due_on": ""}, "请选整改期限"),
            ({"due_on": "2026-11-30"}, "已经过去"),
            ({"due_on": "x"}, "2026-12-01 这样"),
        ],
    )
    def test_says_what_is_wrong(self, as_, bureau, facts, words):
        inspection = opened(bureau, bureau.member)
        line = inspection.lines.first()
        data = self.filled(inspection, "没有笔记", None) | {f"{name}_{line.pk}": value for name, value in facts.items()}
        response = as_(bureau.clerk).post(f"{URL}files/{inspection.files.get().pk}/", data)
        assert response.status_code == 400
        assert words in html_of(response)
        assert not Finding.objects.exists()

    def test_costs_the_same_however_many_there_are(self, as_, bureau):
        costs = []
        for number in (1, 6):
            inspection = opened(bureau, bureau.member, lines=[str(one) for one in range(number * 2)])
            lines = {
                line.pk: Fault("缺", "minor", TODAY) if position < number else None for position, line in enumerate(inspection.lines.all())
            }
            file, _new = check_file(inspected=inspection.files.get(), lines=lines, note="", by=bureau.clerk.user, now=NOW)
            costs.append([statements(as_(person), f"{URL}files/{file.pk}/") for person in (bureau.clerk, bureau.member)])
        assert costs[0] == costs[1]
        assert max(costs[0]) <= 12


class TestFinding:
    def test_is_walked_from_found_to_closed(self, as_, bureau):
        finding = found_in(opened(bureau, bureau.member), bureau.member)
        address = f"{URL}findings/{finding.pk}/"
        html = html_of(as_(bureau.member).get(address))
        assert "填整改情况" in html
        assert "核对整改" not in html
        as_(bureau.member).post(address + "rectify/", {"text": "补上了"})
        html = html_of(as_(bureau.clerk).get(address))
        assert "补上了" in html
        assert "核对整改" in html
        response = as_(bureau.clerk).post(address + "close/", {"decision": "return"})
        assert response.status_code == 400
        assert "还差什么" in html_of(response)
        as_(bureau.clerk).post(address + "close/", {"decision": "return", "note": "还缺一次", "due_on": "2026-12-20"})
        html = html_of(as_(bureau.member).get(address))
        for words in ("退回再改", "还缺一次", "2026年12月20日", "补上了</textarea>"):
            assert words in html
        as_(bureau.member).post(address + "rectify/", {"text": "都补上了"})
        assert "已销号" in html_of(as_(bureau.clerk).post(address + "close/", {"decision": "close"}, follow=True))
        assert "核对整改" not in html_of(as_(bureau.clerk).get(address))

    def test_is_seen_by_whom_it_concerns(self, client, as_, bureau):
        finding = found_in(opened(bureau, bureau.member), bureau.member)
        for tail in ("", "rectify/", "close/"):
            address = f"{URL}findings/{finding.pk}/{tail}"
            client.logout()
            assert client.get(address).headers["Location"].startswith("/login/")
            for person in (bureau.leader, bureau.other_head, bureau.colleague, make_user(f"meiren{len(tail)}")):
                assert as_(person).get(address).status_code == 404
                assert as_(person).post(address, {"text": "x", "decision": "close"}).status_code == (405 if not tail else 404)
            for person in (bureau.member, bureau.head, bureau.clerk):
                assert as_(person).get(address, follow=True).status_code == 200
        finding.refresh_from_db()
        assert finding.state == "open"

    def test_is_put_right_and_closed_by_whose_it_is_to(self, as_, bureau):
        finding = found_in(opened(bureau, bureau.member), bureau.member)
        address = f"{URL}findings/{finding.pk}/"
        assert "自己填" in html_of(as_(bureau.head).post(address + "rectify/", {"text": "补上了"}, follow=True))
        as_(bureau.member).post(address + "rectify/", {"text": "补上了"})
        assert "由发现这个问题的人核对" in html_of(as_(bureau.head).post(address + "close/", {"decision": "close"}, follow=True))
        finding.refresh_from_db()
        assert finding.state == "rectified"

    def test_says_that_it_is_overdue(self, as_, bureau):
        finding = found_in(opened(bureau, bureau.member), bureau.member)
        Finding.objects.update(due_on=datetime.date(2026, 11, 30))
        assert "待整改，已逾期" in html_of(as_(bureau.member).get(f"{URL}findings/{finding.pk}/"))
        assert "逾期未改 1 个" in html_of(as_(bureau.clerk).get(URL))

    @pytest.mark.parametrize("text", ["", "长" * 1001, "有\x00字符"])
    def test_says_what_is_wrong_with_the_rectification(self, as_, bureau, text):
        finding = found_in(opened(bureau, bureau.member), bureau.member)
        assert as_(bureau.member).post(f"{URL}findings/{finding.pk}/rectify/", {"text": text}).status_code == 400

    @pytest.mark.parametrize(
        "facts", [{}, {"decision": "x"}, {"decision": "close", "note": "长" * 301}, {"decision": "return", "note": "差", "due_on": "x"}]
    )
    def test_says_what_is_wrong_with_the_decision(self, as_, bureau, facts):
        finding = found_in(opened(bureau, bureau.member), bureau.member)
        as_(bureau.member).post(f"{URL}findings/{finding.pk}/rectify/", {"text": "补上了"})
        assert as_(bureau.clerk).post(f"{URL}findings/{finding.pk}/close/", facts).status_code == 400

    def test_is_404_where_there_is_none(self, as_, bureau):
        for pk in (0, 10**18, 10**30):
            for tail in ("", "rectify/", "close/"):
                assert as_(bureau.clerk).get(f"{URL}findings/{pk}/{tail}").status_code == 404
            assert as_(bureau.clerk).get(f"{URL}files/{pk}/").status_code == 404
