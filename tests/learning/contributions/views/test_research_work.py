import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from learning.models import ResearchEntry, ResearchOutcome
from tests.cms.core.reading.papers import docx_of
from tests.cms.files.specimens import picture
from tests.factories.bureau import make_bureau
from tests.factories.contributions import MediaArticleFactory, PlacementFactory
from tests.factories.pages import make_site
from tests.factories.programme import at
from tests.factories.research import TEXTS, ResearchJudgingFactory, written_report
from tests.standing import standing

NOW = at(2026, 9, 12, 9)
OUTCOME = {"kind": "sent_up", "happened_on": "2026-09-12", "level": "", "receiver": "某某办", "change": ""}


@standing(now=NOW)
def bureau():
    make_site()
    return make_bureau()


@pytest.fixture
def as_(client):
    def sign_in(person):
        client.force_login(person.user)
        return client

    return sign_in


@pytest.fixture
def report(bureau):
    return written_report(department=bureau.office, declared_by=bureau.member, body="原来的正文。")


@pytest.fixture
def handed_in(bureau):
    return written_report(state="handed_in", department=bureau.office, declared_by=bureau.member)


def write(client, report, part="report", **facts):
    data = {"version": report.version, "method": "", "interviewees": "", **TEXTS, "body": "新写的正文。", **facts}
    return client.post(f"/research/{report.pk}/{part}/", data)


def visit_lines(version, *lines, total=3):
    data = {"version": version, "visits-TOTAL_FORMS": total, "visits-INITIAL_FORMS": 0}
    for number in range(total):
        began, ended, place = lines[number] if number < len(lines) else ("", "", "")
        data |= {f"visits-{number}-began_on": began, f"visits-{number}-ended_on": ended, f"visits-{number}-place": place}
    return data


class TestWrite:
    def test_keeps_what_is_typed(self, as_, bureau, report):
        client = as_(bureau.member)
        assert "原来的正文。" in client.get(f"/research/{report.pk}/report/").content.decode()
        assert write(client, report, interviewees="12")["Location"] == f"/research/{report.pk}/report/"
        report.refresh_from_db()
        assert (report.body, report.interviewees, report.characters) == ("新写的正文。", 12, 6)

    def test_shows_both_where_somebody_was_faster_and_loses_nothing(self, as_, bureau, report):
        write(as_(bureau.head), report, body="科长写的。")
        client = as_(bureau.member)
        answer = write(client, report, body="我写的。")
        html = answer.content.decode()
        assert answer.status_code == 409
        assert "科长写的。" in html
        assert "我写的。" in html
        report.refresh_from_db()
        assert report.body == "科长写的。"
        assert f'name="version" value="{report.version}"' in html
        assert write(client, report, body="合并的。").status_code == 302

    @pytest.mark.parametrize(
        ("facts", "message"),
        [
            ({"interviewees": "-1"}, "不能为负"),
            ({"interviewees": "x"}, "请填整数"),
            ({"interviewees": "9" * 30}, "太大"),
            ({"abstract": "长" * 1001}, "摘要最多 1,000"),
            ({"body": "长" * 60_001}, "最多 60,000"),
            ({"method": "长" * 201}, "最多 200"),
        ],
    )
    def test_says_what_is_wrong_and_keeps_what_was_typed(self, as_, bureau, report, facts, message):
        answer = write(as_(bureau.member), report, **{"problem": "别丢了我", **facts})
        html = answer.content.decode()
        assert answer.status_code == 400
        assert message in html
        assert "别丢了我" in html

    def test_takes_no_harm_from_characters_no_database_takes(self, as_, bureau, report):
        assert write(as_(bureau.member), report, body="甲\x00乙", method="\x00").status_code == 302
        report.refresh_from_db()
        assert report.body == "甲乙"

    def test_leads_to_the_hand_in_and_to_the_visits(self, as_, bureau, report):
        client = as_(bureau.member)
        assert write(client, report, hand_in="1")["Location"] == f"/research/{report.pk}/hand-in/"
        report.refresh_from_db()
        assert write(client, report, visits="1")["Location"] == f"/research/{report.pk}/visits/"

    def test_is_nobody_elses(self, as_, bureau, report):
        for who in ("clerk", "leader", "colleague"):
            client = as_(getattr(bureau, who))
            assert client.get(f"/research/{report.pk}/report/").status_code == write(client, report).status_code == 404

    def test_is_over_once_it_is_judged(self, as_, bureau, handed_in):
        ResearchEntry.objects.create(judging=ResearchJudgingFactory(state="open"), report=handed_in, number=1)
        client = as_(bureau.member)
        for answer in (
            client.get(f"/research/{handed_in.pk}/report/"),
            write(client, handed_in),
            client.get(f"/research/{handed_in.pk}/visits/"),
        ):
            assert answer["Location"] == f"/research/{handed_in.pk}/"


class TestFiles:
    def test_come_with_what_was_typed(self, as_, bureau, report):
        client = as_(bureau.member)
        files = {
            "document": SimpleUploadedFile("报告.docx", docx_of("读入的一段。")),
            "attachments": [SimpleUploadedFile("现场.jpg", picture("JPEG")), SimpleUploadedFile("问卷.pdf", b"%PDF-1.4 a")],
        }
        assert write(client, report, "files", document_mode="append", **files).status_code == 302
        report.refresh_from_db()
        assert report.body == "新写的正文。\n\n读入的一段。"
        assert sorted((file.original_name, file.is_report) for file in report.files.all()) == [
            ("报告.docx", True),
            ("现场.jpg", False),
            ("问卷.pdf", False),
        ]
        assert client.get(f"/research/{report.pk}/files/")["Location"] == f"/research/{report.pk}/report/"

    def test_that_are_refused_leave_the_text_stored(self, as_, bureau, report):
        client = as_(bureau.member)
        answer = write(
            client, report, "files", document=SimpleUploadedFile("坏.docx", b"x"), attachments=SimpleUploadedFile("a.exe", b"MZ")
        )
        assert answer.status_code == 302
        html = client.get(answer["Location"]).content.decode()
        assert "文件没有读入" in html
        assert "新写的正文。" in html
        assert not report.files.exists()

    def test_are_given_to_readers_and_removed_by_writers(self, as_, bureau, report):
        client = as_(bureau.member)
        write(client, report, "files", attachments=SimpleUploadedFile("问卷.pdf", b"%PDF-1.4 a"))
        file = report.files.get()
        url = f"/research/files/{file.pk}/"
        answer = client.get(url)
        assert b"".join(answer.streaming_content) == b"%PDF-1.4 a"
        assert "attachment" in answer["Content-Disposition"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
        assert as_(bureau.colleague).get(url).status_code == 404
        assert as_(bureau.clerk).post(f"{url}remove/").status_code == 404
        client = as_(bureau.head)
        assert client.get(f"{url}remove/").status_code == 200
        assert report.files.exists()
        assert client.post(f"{url}remove/").status_code == 302
        assert not report.files.exists()


class TestVisits:
    def test_are_kept_line_by_line(self, as_, bureau, report):
        client = as_(bureau.member)
        assert client.get(f"/research/{report.pk}/visits/").status_code == 200
        lines = visit_lines(report.version, ("2026-06-01", "2026-06-03", "东乡"), ("2026-07-01", "", "西乡"))
        assert client.post(f"/research/{report.pk}/visits/", lines)["Location"] == f"/research/{report.pk}/"
        assert [(visit.place, (visit.ended_on - visit.began_on).days) for visit in report.visits.all()] == [("东乡", 2), ("西乡", 0)]
        assert "4 天，2 次" in client.get(f"/research/{report.pk}/").content.decode()

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            (("2026-06-03", "2026-06-01", "东乡"), "早于开始"),
            (("", "", "东乡"), "请选开始日期"),
            (("2026-06-03", "", ""), "请写地点"),
            (("2026-99-99", "", "东乡"), "2026-12-01"),
            (("2026-10-01", "", "东乡"), "今天以后"),
            (("2026-06-03", "", "长" * 101), ""),
        ],
    )
    def test_say_what_is_wrong(self, as_, bureau, report, line, message):
        answer = as_(bureau.member).post(f"/research/{report.pk}/visits/", visit_lines(report.version, line))
        assert answer.status_code == 400
        assert message in answer.content.decode()

    @pytest.mark.parametrize("data", [{}, {"visits-TOTAL_FORMS": "x"}, {"visits-TOTAL_FORMS": "99999", "visits-INITIAL_FORMS": "0"}])
    def test_take_any_form(self, as_, bureau, report, data):
        assert as_(bureau.member).post(f"/research/{report.pk}/visits/", data).status_code == 400


class TestHandIn:
    def test_says_what_is_unusual_and_hands_in(self, as_, bureau, report):
        client = as_(bureau.member)
        html = client.get(f"/research/{report.pk}/hand-in/").content.decode()
        assert "还没有记实地调研" in html
        assert "不是调研报告" in html
        data = {"version": report.version, "secrecy_checked_by": "梁静宜", "secrecy_checked_on": "2026-09-12"}
        assert client.post(f"/research/{report.pk}/hand-in/", data).status_code == 302
        report.refresh_from_db()
        assert report.state == "handed_in"
        assert client.get(f"/research/{report.pk}/hand-in/").status_code == 404

    def test_says_what_is_missing(self, as_, bureau):
        report = written_report(department=bureau.office, declared_by=bureau.member, abstract="")
        html = as_(bureau.member).get(f"/research/{report.pk}/hand-in/").content.decode()
        assert "还没有写摘要" in html
        assert "回去写" in html

    @pytest.mark.parametrize(
        "facts", [{"version": "9"}, {"secrecy_checked_by": ""}, {"secrecy_checked_on": "x"}, {"secrecy_checked_on": "2027-01-01"}]
    )
    def test_says_what_is_wrong(self, as_, bureau, report, facts):
        data = {"version": report.version, "secrecy_checked_by": "梁静宜", "secrecy_checked_on": "2026-09-12", **facts}
        assert as_(bureau.member).post(f"/research/{report.pk}/hand-in/", data).status_code == 400


class TestOutcomes:
    def test_are_recorded_and_shown(self, as_, bureau, handed_in):
        client = as_(bureau.member)
        data = {**OUTCOME, "kind": "converted", "receiver": "出台文件", "change": "改了流程"}
        assert client.post(f"/research/{handed_in.pk}/outcomes/", data).status_code == 302
        html = client.get(f"/research/{handed_in.pk}/").content.decode()
        assert "转化为文件或措施" in html
        assert "改了流程" in html

    def test_offer_what_the_department_has_published(self, as_, bureau, handed_in):
        placement = PlacementFactory(article=MediaArticleFactory(state="adopted", by_departments=[bureau.office]))
        foreign = PlacementFactory()
        client = as_(bureau.member)
        html = client.get(f"/research/{handed_in.pk}/outcomes/").content.decode()
        assert placement.title in html
        assert foreign.title not in html
        assert (
            client.post(f"/research/{handed_in.pk}/outcomes/", {**OUTCOME, "kind": "published", "placement": foreign.pk}).status_code == 400
        )
        assert (
            client.post(f"/research/{handed_in.pk}/outcomes/", {**OUTCOME, "kind": "published", "placement": placement.pk}).status_code
            == 302
        )
        assert ResearchOutcome.objects.get().placement == placement

    @pytest.mark.parametrize(
        "facts",
        [
            {"kind": "x"},
            {"kind": "endorsed"},
            {"kind": "converted"},
            {"happened_on": "x"},
            {"level": "x"},
            {"receiver": ""},
            {"placement": "x"},
        ],
    )
    def test_say_what_is_wrong(self, as_, bureau, handed_in, facts):
        PlacementFactory(article=MediaArticleFactory(state="adopted", by_departments=[bureau.office]))
        assert as_(bureau.member).post(f"/research/{handed_in.pk}/outcomes/", {**OUTCOME, **facts}).status_code == 400

    def test_are_removed_by_a_clerk_and_by_no_look(self, as_, bureau, handed_in):
        as_(bureau.member).post(f"/research/{handed_in.pk}/outcomes/", OUTCOME)
        url = f"/research/outcomes/{handed_in.outcomes.get().pk}/remove/"
        assert as_(bureau.member).post(url).status_code == 404
        client = as_(bureau.clerk)
        assert client.get(url)["Location"] == f"/research/{handed_in.pk}/outcomes/"
        assert handed_in.outcomes.exists()
        client.post(url)
        assert not handed_in.outcomes.exists()

    def test_wait_for_the_report(self, as_, bureau, report):
        assert as_(bureau.member).get(f"/research/{report.pk}/outcomes/").status_code == 404
