"""A year's file from what is missing to the package that is read back on an empty database; the pages of the room on both screens."""

import json
import re
import zipfile

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from cms.users.roles import ensure_groups
from learning.models import Application, Department, FileLock, FiveHavesFile, ReadingEntry, StaffMember, StudyReview, YearArchive
from tests.factories.pages import make_site, make_user

from .conftest import DESKTOP, PHONE, both_widths, empty_the_tables, session_cookie
from .looking import small_targets, sticking_out

WITH_PORTFOLIO = True  # for the fixture `site`
OWNER, HEAD, CLERK, LEADER = "chushen", "zg0031", "dangwei", "juzhang"
LEARNT, CHANGE = "一体化备课的三个步骤", "四所学校的思政课第一次用上了同一套教案，重复的两节合成一节。"
BOOK = "慢一点，再看看"
REASON = "补登的阅读记录要进档案。"


def main(page):
    return page.locator("main")


def cell(page, name):
    return main(page).get_by_role("region", name=f"有{name}", exact=True)


def owner() -> StaffMember:
    return StaffMember.objects.get(user__username=OWNER)


@pytest.fixture
def year():
    return timezone.localdate().year


def addresses(year) -> dict[str, tuple[str, str]]:
    """Name → (who, address)."""
    person = StaffMember.objects.get(user__username="zhigong")
    office = Department.objects.get(name="办公室")
    last = [year - 1, person.pk]
    waiting = StudyReview.objects.filter(rater=person, submitted_at__isnull=True).first()
    review = StudyReview.objects.filter(rater=person).first() if waiting is None else waiting
    inspected = person.inspected_files.get()
    return {
        "own": ("zhigong", reverse("my_five_haves")),
        "locked": ("zhigong", reverse("five_haves_file", args=last)),
        "changes": ("zhigong", reverse("file_changes", args=last)),
        "plan": ("zhigong", reverse("study_plan", args=[year, person.pk])),
        "write plan": ("bianji", reverse("write_study_plan", args=[year, StaffMember.objects.get(user__username="bianji").pk])),
        "statement": ("zhigong", reverse("write_study_statement", args=[year, person.pk])),
        "application": ("zhigong", reverse("new_study_application")),
        "achievement": ("zhigong", reverse("new_study_achievement")),
        "review": ("zhigong", reverse("study_review", args=[review.pk])),
        "finding": ("zhigong", reverse("finding", args=[inspected.findings.first().pk])),
        "look": ("fushen", reverse("five_haves_file", args=[year, person.pk])),
        "head's year": ("fushen", reverse("five_haves_year", args=[year])),
        "board": ("fushen", reverse("department_board", args=[year, office.pk])),
        "clerk's year": (CLERK, reverse("five_haves_year", args=[year])),
        "lock year": (CLERK, reverse("lock_five_haves_year", args=[year])),
        "reviews": (CLERK, reverse("study_review_year", args=[year])),
        "inspection": (CLERK, reverse("inspection", args=[inspected.inspection_id])),
        "new inspection": (CLERK, reverse("new_inspection")),
        "archives": (CLERK, reverse("year_archives")),
        "restore": (CLERK, reverse("restore_files")),
        "leader": (LEADER, reverse("leader_page")),
        "leader's year": (LEADER, reverse("five_haves_year", args=[year])),
    }


NAMES = (
    *("own", "locked", "changes", "plan", "write plan", "statement", "application", "achievement", "review", "finding", "look"),
    *("head's year", "board", "clerk's year", "lock year", "reviews", "inspection", "new inspection", "archives", "restore"),
    *("leader", "leader's year"),
)


@both_widths
class TestPages:
    @pytest.mark.parametrize("name", NAMES)
    def test_hold_their_content_and_meet_the_standard(self, page, site, signed_in, violations_of, year, name):
        username, address = addresses(year)[name]
        signed_in(username)
        assert page.goto(address).status == 200
        assert sticking_out(page) == []
        assert small_targets(page) == []
        assert violations_of(page) == []


class TestOnPaper:
    def test_what_a_leader_reads_is_one_sheet(self, page, site, signed_in):
        signed_in(LEADER)
        page.goto(reverse("leader_page"))
        assert b"/Count 1\n" in page.pdf(prefer_css_page_size=True)


class TestAYearsFile:
    """The last test of the module: it ends on an empty database."""

    def test_goes_from_what_is_missing_to_a_package_read_back_elsewhere(self, page, site, signed_in, year, tmp_path):
        page.set_viewport_size(PHONE)
        self.says_what_is_missing_and_takes_it_by_its_button(page, signed_in)
        self.is_confirmed_by_the_head(page, signed_in, year)
        page.set_viewport_size(DESKTOP)
        self.is_locked_by_the_clerk(page, year, signed_in)
        self.lists_what_comes_later(page, year)
        self.is_reopened_with_a_reason(page, year, signed_in)
        package = self.is_taken_along(page, year, signed_in, tmp_path)
        self.shows_whom_it_was_shown_to(page)
        self.is_read_back_on_an_empty_database(page, site, year, package, tmp_path)

    def says_what_is_missing_and_takes_it_by_its_button(self, page, signed_in):
        signed_in(OWNER)
        page.goto("/my/")
        main(page).get_by_role("link", name=re.compile("我的五有")).first.click()
        found = cell(page, "收获运用")
        expect(found).to_contain_text("待补")
        found.get_by_role("link", name="登记收获运用").click()
        page.get_by_label("学到了什么").fill(LEARNT)
        page.get_by_label("工作上有什么改变").fill(CHANGE)
        page.get_by_label("日期").fill(f"{timezone.localdate():%Y-%m-%d}")
        assert sticking_out(page) == []
        page.get_by_role("button", name="登记", exact=True).click()
        expect(cell(page, "收获运用").get_by_role("link", name=LEARNT)).to_be_visible()
        expect(cell(page, "收获运用")).not_to_contain_text("待补")
        cell(page, "收获运用").get_by_role("link", name=LEARNT).click()
        expect(main(page)).to_contain_text(CHANGE)
        expect(main(page)).to_contain_text("这条算进了")
        assert Application.objects.get(learnt=LEARNT).staff == owner()

    def opens_the_file_of_the_owner(self, page, year):
        page.goto(reverse("five_haves_file", args=[year, owner().pk]))
        if page.get_by_role("button", name="打开档案").count():
            expect(main(page)).not_to_contain_text(LEARNT)
            page.get_by_role("button", name="打开档案").click()

    def is_confirmed_by_the_head(self, page, signed_in, year):
        signed_in(HEAD)
        self.opens_the_file_of_the_owner(page, year)
        expect(main(page)).to_contain_text(LEARNT)
        page.get_by_role("link", name=re.compile("确认这份档案|再确认")).click()
        page.get_by_role("button", name=re.compile("^(再)?确认$")).click()
        assert FiveHavesFile.objects.get(staff=owner(), year=year).confirmed_by.username == HEAD

    def is_locked_by_the_clerk(self, page, year, signed_in):
        signed_in(CLERK)
        self.opens_the_file_of_the_owner(page, year)
        page.get_by_role("link", name="锁定", exact=True).click()
        page.get_by_role("button", name="锁定", exact=True).click()
        expect(main(page)).to_contain_text("已锁定")
        lock = FileLock.objects.get(file__staff=owner(), file__year=year, reopened_at=None)
        assert len(lock.sha256) == 64

    def lists_what_comes_later(self, page, year):
        today = timezone.localdate()
        ReadingEntry.objects.create(staff=owner(), title=BOOK, state="finished", started_on=today, finished_on=today, recorded_on=today)
        self.opens_the_file_of_the_owner(page, year)
        expect(main(page)).not_to_contain_text(BOOK)
        page.get_by_role("link", name="锁定以后的变化").click()
        expect(main(page)).to_contain_text(BOOK)
        expect(main(page)).to_contain_text("校验一致")

    def is_reopened_with_a_reason(self, page, year, signed_in):
        page.get_by_role("link", name="重开", exact=True).click()
        page.get_by_role("textbox").last.fill(REASON)
        page.get_by_role("button", name=re.compile("重开")).click()
        lock = FileLock.objects.get(file__staff=owner(), file__year=year)
        assert lock.reopen_reason == REASON
        self.is_confirmed_by_the_head(page, signed_in, year)
        self.is_locked_by_the_clerk(page, year, signed_in)
        expect(main(page)).to_contain_text(BOOK)

    def is_taken_along(self, page, year, signed_in, tmp_path):
        signed_in(OWNER)
        page.goto(reverse("my_five_haves"))
        with page.expect_download() as waiting:
            page.get_by_role("link", name="下载这一年的档案（.zip）").click()
        package = tmp_path / "package.zip"
        waiting.value.save_as(package)
        with zipfile.ZipFile(package) as opened:
            assert opened.testzip() is None
            endings = {name.rpartition(".")[2] for name in opened.namelist()}
            assert {"json", "docx", "pdf", "sha256"} <= endings
        return package

    def shows_whom_it_was_shown_to(self, page):
        page.goto(reverse("my_five_haves"))
        expect(main(page)).to_contain_text("曾书言")
        expect(main(page)).to_contain_text("方景行")

    def is_read_back_on_an_empty_database(self, page, site, year, package, tmp_path):
        before = _content_of(package)
        was = FileLock.objects.get(file__staff=owner(), file__year=year, reopened_at=None)
        sha256, text = was.sha256, was.snapshot
        empty_the_tables()
        cache.clear()
        make_site()
        ensure_groups()
        make_user("root", is_superuser=True)
        page.context.clear_cookies()
        page.context.add_cookies([session_cookie("root", site)])
        assert not StaffMember.objects.exists()
        page.goto(reverse("restore_files"))
        page.locator("input[type=file]").set_input_files(package)
        page.get_by_role("button", name="核对", exact=True).click()
        expect(main(page)).to_contain_text("校验值全部相符")
        page.get_by_role("button", name="读回", exact=True).click()
        expect(page.get_by_text(re.compile("已读回")).first).to_be_visible()
        lock = FileLock.objects.get(reopened_at=None)
        assert (lock.sha256, lock.snapshot, lock.origin) == (sha256, text, "restored")
        page.goto(reverse("five_haves_file", args=[year, lock.file.staff_id]))
        page.get_by_role("button", name="打开档案").click()
        for word in (LEARNT, BOOK, "思政科", "由档案包读回"):
            expect(main(page)).to_contain_text(word)
        with page.expect_download() as waiting:
            page.evaluate(f"location.assign('{reverse('file_package', args=[year, lock.file.staff_id])}')")
        again = tmp_path / "again.zip"
        waiting.value.save_as(again)
        assert _content_of(again) == before
        assert not YearArchive.objects.exists()


def _content_of(package) -> dict:
    with zipfile.ZipFile(package) as opened:
        name = next(name for name in opened.namelist() if name.endswith("file.json"))
        return json.loads(opened.read(name))
