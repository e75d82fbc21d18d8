"""The page of a file, one's own and another's; paper notes."""

import datetime
import html as entities

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from learning.models import Absence, FileLock, FileLook, FiveHavesFile, ReviewRubricLine, StudyReview
from learning.periods import PeriodKind
from learning.portfolio.snapshots import content_of, sha256, to_text
from learning.questions.links import read_about
from tests.factories.bureau import make_bureau
from tests.factories.organisation import PostingFactory, StaffMemberFactory
from tests.factories.pages import make_site, make_user
from tests.factories.portfolio import (
    AchievementFactory,
    ApplicationFactory,
    FileLookFactory,
    FiveHavesFileFactory,
    ReviewYearFactory,
    StudyPlanFactory,
    StudyStatementFactory,
    rule_of_people,
)
from tests.factories.programme import PlanItemFactory, SessionFactory, at
from tests.factories.reading import ReadingEntryFactory, StudyNoteFactory, accepted_reflection
from tests.standing import standing

NOW = at(2026, 11, 25, 9)
MINE = "/my/five-haves/"


@standing(now=NOW)
def bureau():
    make_site()
    return make_bureau()


def file_url(person, year=2026):
    return f"/five-haves/{year}/{person.pk}/"


def html_of(response) -> str:
    return response.content.decode()


def look_at(person, by, year=2026):
    return FileLookFactory(staff=person, year=year, by=by.user, by_name=by.name, role="head", looked_on=NOW.date(), looked_at=NOW)


def lock(person, year=2026):
    text = to_text(content_of(person, year, NOW.date()))
    file, _new = FiveHavesFile.objects.get_or_create(staff=person, year=year)
    return FileLock.objects.create(file=file, locked_at=NOW, snapshot=text, sha256=sha256(text))


def rules_of_the_notice():
    rule_of_people("portfolio.plan", name="年度学习规划", basis="方案第一部分：有学习规划")
    rule_of_people("have.note", name="学习笔记")
    rule_of_people("reading.reflection", per=PeriodKind.QUARTER, name="每季度一篇学习心得", basis="方案第四部分（六）", use="bulletin")
    rule_of_people("have.research", name="参加调研", is_floor=False)
    rule_of_people("have.application", name="收获运用")
    rule_of_people("reading.log", per=PeriodKind.MONTH, name="每月读一本好书")
    rule_of_people("portfolio.statement", name="年度述学")


def fill(person, number, year=2026):
    """So many of everything."""
    file, _new = FiveHavesFile.objects.get_or_create(staff=person, year=year, defaults={"notes_on_paper_on": NOW.date()})
    if not hasattr(file, "plan"):
        StudyPlanFactory(file=file)
        StudyStatementFactory(file=file, handed_in_at=at(2026, 11, 20))
    for day in range(1, number + 1):
        ApplicationFactory(staff=person, happened_on=datetime.date(2026, 5, day))
        AchievementFactory(staff=person)
        SessionFactory(held=True, starts_at=at(2026, 10, day), attended_by=[person])
        ReadingEntryFactory(staff=person, finished_on=datetime.date(2026, 10, day))
        accepted_reflection(author=person, at_time=at(2026, 10, day, 9))
        StudyNoteFactory(owner=person.user)
        FileLookFactory(staff=person, looked_on=datetime.date(2026, 3, day), by_name="某人", role="clerk")


class TestMyFiveHaves:
    def test_is_for_people_who_are_signed_in(self, client, bureau):
        assert client.get(MINE).headers["Location"].startswith("/login/")

    def test_tells_an_account_that_is_nobodys_whom_to_ask(self, as_, bureau):
        html = html_of(as_(make_user("bianji")).get(MINE))
        assert "账号未关联人员" in html
        assert "今年的档案自动就有" in html

    def test_shows_five_cells_with_a_word_and_a_shape(self, as_, bureau):
        rules_of_the_notice()
        html = html_of(as_(bureau.member).get(MINE))
        cells = html[html.index('<ol class="five-cells"') : html.index("</ol>")]
        assert cells.count("<li ") == 5
        assert (cells.count("缺"), cells.count("待补")) == (1, 4)
        assert "五项中有 0 项" in html

    def test_offers_one_button_for_what_lacks(self, as_, bureau):
        rules_of_the_notice()
        html = html_of(as_(bureau.member).get(MINE))
        pk = bureau.member.pk
        for url in (
            f"/five-haves/2026/{pk}/plan/write/",
            reverse("new_study_note"),
            "/my/five-haves/2026/paper-notes/",
            f"{reverse('new_reflection')}?quarter=2026-10-01",
            reverse("declare_research"),
            reverse("new_study_application"),
            reverse("my_reading"),
            f"/five-haves/2026/{pk}/statement/write/",
        ):
            assert f'href="{url}"' in html, url
        assert html.count('class="button"') == 1

    def test_shows_what_is_there_with_its_page_and_marks_what_is_late(self, as_, bureau):
        rules_of_the_notice()
        reflection = accepted_reflection(author=bureau.member, title="读书有感", at_time=at(2026, 11, 3))
        ReadingEntryFactory(
            staff=bureau.member, finished_on=datetime.date(2026, 4, 2), recorded_on=datetime.date(2026, 6, 2), book__title="某书"
        )
        html = html_of(as_(bureau.member).get(MINE))
        assert f'href="/my/reflections/{reflection.pk}/"' in html
        assert "读书有感" in html
        row = html[html.index("06-02") : html.index("06-02") + 400]
        assert "某书" in row
        assert "迟" in row

    def test_says_on_each_line_its_basis_its_use_and_by_when(self, as_, bureau):
        rules_of_the_notice()
        html = html_of(as_(bureau.member).get(MINE))
        for words in (
            "依据：方案第一部分：有学习规划",
            "依据：方案第四部分（六）",
            "通报",
            "第四季度",
            "2026-12-31 前",
            "2026-03-31 已到期",
            "鼓励",
        ):
            assert words in html, words

    def test_lets_every_line_be_asked_about(self, as_, bureau):
        rules_of_the_notice()
        html = html_of(as_(bureau.member).get(MINE))
        lines = 1 + 1 + 4 + 1 + 1 + 12 + 1
        assert html.count('class="ask-link"') == lines
        token = html.partition("about=")[2].partition('"')[0]
        about = read_about(entities.unescape(token))
        assert (about.desk, about.url) == ("portfolio", file_url(bureau.member))
        assert about.about == "陶思远2026年五有档案：年度学习规划（2026年）"

    def test_says_why_nothing_is_owed(self, as_, bureau):
        rules_of_the_notice()
        Absence.objects.create(staff=bureau.member, kind="parental", started_on=datetime.date(2026, 1, 1))
        html = html_of(as_(bureau.member).get(MINE))
        assert "产假、育儿假（2026-01-01 起）" in html
        assert "五项中有 0 项，5 项不计" in html

    def test_tells_of_notes_no_more_than_that_they_are_there(self, as_, bureau):
        StudyNoteFactory(owner=bureau.member.user, text="悄悄话")
        html = html_of(as_(bureau.member).get(MINE))
        assert "有笔记" in html
        assert "悄悄话" not in html

    def test_shows_statement_figure_places_and_looks(self, as_, bureau):
        fill(bureau.member, 1)
        round_ = ReviewYearFactory(opened_at=NOW, closed_at=NOW)
        line = ReviewRubricLine.objects.create(round=round_, name="学习态度", max_points=100)
        for rater in (bureau.head, bureau.colleague, bureau.secretary):
            review = StudyReview.objects.create(round=round_, staff=bureau.member, rater=rater, kind="peer", submitted_at=NOW)
            review.lines.create(line=line, points=90)
        html = html_of(as_(bureau.member).get(MINE))
        for words in ("2026年11月20日", "看规划全文", "<strong>90.0</strong> 分", "办公室", "某人", "机关党委"):
            assert words in html, words

    def test_leads_to_other_years_of_the_person(self, as_, bureau):
        html = html_of(as_(bureau.member).get(MINE))
        assert 'href="/my/five-haves/?year=2024"' in html
        assert "year=2023" not in html
        html = html_of(as_(bureau.member).get(f"{MINE}?year=2025"))
        assert "2025年，" in html
        assert reverse("new_study_note") not in html

    def test_says_so_for_a_year_without_a_posting(self, as_, bureau):
        html = html_of(as_(bureau.member).get(f"{MINE}?year=2019"))
        assert "2019年没有您的任职登记" in html

    @pytest.mark.parametrize(
        "query", ["?year=x", "?year=0", "?year=99999999999999", "?year=%00", "?year=１２３４", "?year=1", "?year=9999"]
    )
    def test_survives_any_address(self, as_, bureau, query):
        assert as_(bureau.member).get(MINE + query).status_code == 200

    def test_is_frozen_once_it_is_locked(self, as_, bureau):
        rules_of_the_notice()
        fill(bureau.member, 1)
        lock(bureau.member)
        ApplicationFactory(staff=bureau.member, learnt="锁定以后才登记的")
        html = html_of(as_(bureau.member).get(MINE))
        assert "已锁定" in html
        assert "锁定以后才登记的" not in html
        assert "公文格式国家标准" in html
        assert "学会起草公文" in html
        assert "plan/write" not in html
        assert reverse("new_study_note") not in html

    @pytest.mark.parametrize("is_locked", [False, True])
    def test_takes_twelve_statements_at_most_whatever_the_history(self, as_, bureau, is_locked):
        rules_of_the_notice()
        client = as_(bureau.member)

        def cost():
            client.get(MINE)
            with CaptureQueriesContext(connection) as statements:
                assert client.get(MINE).status_code == 200
            assert not [one for one in statements if not one["sql"].lstrip("(").startswith("SELECT")]
            return len(statements)

        costs = []
        for number in (1, 8):
            fill(bureau.member, number)
            PlanItemFactory(requirement__evidence="reading.log", owed_by="staff", plan__state="published")
            ReviewYearFactory._meta.model.objects.get_or_create(
                year=2026, defaults={"due_on": NOW.date(), "opened_at": NOW, "closed_at": NOW}
            )
            FileLock.objects.all().delete()
            if is_locked:
                lock(bureau.member)
            costs.append(cost())
        assert costs[0] == costs[1] <= 12

    def test_changes_nothing(self, as_, bureau):
        as_(bureau.member).get(MINE)
        assert not FiveHavesFile.objects.exists()
        assert as_(bureau.member).post(MINE).status_code == 405


class TestFiveHavesFile:
    def test_of_ones_own_is_my_five_haves(self, as_, bureau):
        assert as_(bureau.member).get(file_url(bureau.member)).headers["Location"] == f"{MINE}?year=2026"

    @pytest.mark.parametrize(
        ("who", "status"),
        [("head", 200), ("clerk", 200), ("leader", 200), ("colleague", 404), ("other_head", 404), ("secretary", 404)],
    )
    def test_of_another_asks_first(self, as_, bureau, who, status):
        ApplicationFactory(staff=bureau.member)
        response = as_(getattr(bureau, who)).get(file_url(bureau.member))
        assert response.status_code == status
        assert "公文格式国家标准" not in html_of(response)
        assert not FileLook.objects.exists()
        if status == 200:
            assert "打开会记入查看记录" in html_of(response)

    @pytest.mark.parametrize("who", ["head", "clerk", "leader"])
    def test_is_shown_once_that_was_said(self, as_, bureau, who):
        rules_of_the_notice()
        ApplicationFactory(staff=bureau.member)
        StudyNoteFactory(owner=bureau.member.user, text="悄悄话")
        look_at(bureau.member, getattr(bureau, who))
        html = html_of(as_(getattr(bureau, who)).get(file_url(bureau.member)))
        assert "陶思远的五有档案" in html
        assert "公文格式国家标准" in html
        assert "有笔记" in html
        for words in ("悄悄话", "谁看过", reverse("new_study_note"), "plan/write", "写述学", "登记学历"):
            assert words not in html, words

    def test_is_asked_again_tomorrow_and_for_another_year(self, as_, bureau):
        look_at(bureau.member, bureau.head)
        assert "打开会记入" not in html_of(as_(bureau.head).get(file_url(bureau.member)))
        assert "打开会记入" in html_of(as_(bureau.head).get(file_url(bureau.member, 2025)))
        FileLook.objects.update(looked_on=datetime.date(2026, 11, 24))
        assert "打开会记入" in html_of(as_(bureau.head).get(file_url(bureau.member)))

    def test_shows_no_draft_of_another(self, as_, bureau):
        file = FiveHavesFileFactory(staff=bureau.member)
        StudyPlanFactory(file=file, draft=True, goals="还没想好")
        StudyStatementFactory(file=file, state="draft", handed_in_at=None, text="还没写完")
        look_at(bureau.member, bureau.head)
        html = html_of(as_(bureau.head).get(file_url(bureau.member)))
        assert "还没想好" not in html
        assert "还没写完" not in html
        assert "有草稿" not in html
        assert "还没想好" in html_of(as_(bureau.member).get(MINE))

    def test_offers_the_head_to_decide_the_plan(self, as_, bureau):
        StudyPlanFactory(file__staff=bureau.member, waiting=True)
        look_at(bureau.member, bureau.head)
        assert f"/five-haves/2026/{bureau.member.pk}/plan/decide/" in html_of(as_(bureau.head).get(file_url(bureau.member)))
        look_at(bureau.member, bureau.leader)
        assert "plan/decide" not in html_of(as_(bureau.leader).get(file_url(bureau.member)))

    def test_belongs_to_the_department_of_that_time(self, as_, bureau):
        moved = StaffMemberFactory(name="调动的人")
        PostingFactory(staff=moved, department=bureau.other, started_on=datetime.date(2024, 1, 1), ended_on=datetime.date(2025, 12, 31))
        PostingFactory(staff=moved, department=bureau.office, started_on=datetime.date(2026, 1, 1))
        assert as_(bureau.head).get(file_url(moved, 2025)).status_code == 404
        assert as_(bureau.head).get(file_url(moved)).status_code == 200
        assert as_(bureau.other_head).get(file_url(moved, 2025)).status_code == 200
        assert as_(bureau.other_head).get(file_url(moved)).status_code == 404

    @pytest.mark.parametrize("is_locked", [False, True])
    @pytest.mark.parametrize("who", ["head", "clerk"])
    def test_takes_twelve_statements_at_most(self, as_, bureau, is_locked, who):
        rules_of_the_notice()
        look_at(bureau.member, getattr(bureau, who))
        client, url, costs = as_(getattr(bureau, who)), file_url(bureau.member), []
        for number in (1, 8):
            fill(bureau.member, number)
            FileLock.objects.all().delete()
            if is_locked:
                lock(bureau.member)
            client.get(url)
            with CaptureQueriesContext(connection) as statements:
                assert client.get(url).status_code == 200
            costs.append(len(statements))
        assert costs[0] == costs[1] <= 12

    @pytest.mark.parametrize(
        "address",
        ["/five-haves/1/1/", "/five-haves/9999/1/", "/five-haves/2026/999999999999999999/", "/five-haves/99999999999999999999/1/"],
    )
    def test_is_404_where_there_is_none(self, as_, bureau, address):
        assert as_(bureau.clerk).get(address).status_code == 404

    def test_is_404_for_a_year_without_a_posting(self, as_, bureau):
        assert as_(bureau.clerk).get(file_url(bureau.member, 2019)).status_code == 404


class TestPaperNotes:
    URL = "/my/five-haves/2026/paper-notes/"

    def test_are_declared_and_withdrawn(self, as_, bureau):
        client = as_(bureau.member)
        assert "不看内容，不计篇数" in html_of(client.get(self.URL))
        assert not FiveHavesFile.objects.exists()
        assert client.post(self.URL, {"act": "declare"}).headers["Location"] == f"{MINE}?year=2026"
        assert FiveHavesFile.objects.get().notes_on_paper_on == NOW.date()
        html = html_of(client.get(MINE))
        assert "有笔记" in html
        assert "撤回纸质笔记登记" in html
        assert "撤回登记" in html_of(client.get(self.URL))
        client.post(self.URL, {"act": "withdraw"})
        assert FiveHavesFile.objects.get().notes_on_paper_on is None

    def test_of_a_locked_year_stay_as_they_are(self, as_, bureau):
        lock(bureau.member)
        response = as_(bureau.member).post(self.URL, {"act": "declare"})
        assert response.status_code == 400
        assert "已经锁定" in html_of(response)
        assert FiveHavesFile.objects.get().notes_on_paper_on is None

    @pytest.mark.parametrize("year", [1, 2019, 2027, 9999])
    def test_are_of_years_in_scope(self, as_, bureau, year):
        url = f"/my/five-haves/{year}/paper-notes/"
        response = as_(bureau.member).post(url, {"act": "declare"})
        assert response.status_code in (400, 404)
        assert not FiveHavesFile.objects.exists()
        assert as_(make_user("bianji")).get(url).status_code == 404
