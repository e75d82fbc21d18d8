"""A reflection from the due item to the exhibition and back out of it; a judging and a selection of stars from start to certificate."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from learning.evidence import Subject
from learning.models import AnnualPlan, Book, ExhibitionPage, Judging, Reflection, StarSelection
from learning.periods import PeriodKind, period_of
from tests.factories.programme import PlanItemFactory, RequirementFactory

from .conftest import DESKTOP, PHONE, both_widths
from .looking import small_targets, sticking_out

WITH_READING = True  # for the fixture `site`
AUTHOR, REVIEWER = "chushen", "dangwei"
TITLE = "读完以后改了一张表"
OWN_WORDS = "书里的办法看着笨，用起来省事。我把收文登记表重新画了一遍，试了两个星期，漏办的事没有了。"
COPIED = "我在机关工作，下学校多半是检查。检查的时候，我们坐在第一排，看板书，看教案，看制度上墙。"
ADDED = "上个星期转办安全检查通知，我把三栏附在后面，打来问的电话少了一半。"
COMMENT = "请举一个本科室的例子。"


@pytest.fixture
def due_reflection(site):
    """The quarter's reflection as the published plan of the year asks it of everybody."""
    today = timezone.localdate()
    quarter = period_of(today, PeriodKind.QUARTER)
    rule = RequirementFactory(
        name="每季度一篇学习心得", owed_by=Subject.STAFF, evidence="reading.reflection", per=PeriodKind.QUARTER, basis="方案第四部分（六）"
    )
    item = PlanItemFactory(
        requirement=rule, owed_by=Subject.STAFF, subject_key="staff", planned_on=quarter.last, due_on=quarter.last, title=rule.name
    )
    AnnualPlan.objects.filter(pk=item.plan_id).update(state=AnnualPlan.State.PUBLISHED)
    return item


def editor(page):
    return page.locator(".ProseMirror")


def found_in_search(page, words) -> int:
    page.goto(f"/search/?q={words}")
    return page.get_by_role("link", name=TITLE).count()


class TestAReflection:
    def test_goes_from_the_due_item_to_the_exhibition_and_back(self, page, site, signed_in, due_reflection):
        page.set_viewport_size(PHONE)
        signed_in(AUTHOR)
        self.write(page)
        self.see_likeness_and_hand_in(page)
        reflection = Reflection.objects.get(title=TITLE)
        self.give_back(page, signed_in, reflection)
        self.hand_in_again(page, signed_in, reflection)
        self.accept(page, signed_in, reflection)
        self.is_exhibited(page, signed_in, reflection)
        self.withdraw(page, signed_in, reflection)

    def write(self, page):
        page.goto("/my/")
        page.locator("main").get_by_role("listitem").filter(has_text="每季度一篇学习心得").get_by_role("link").last.click()
        page.get_by_label("读的书").select_option(str(Book.objects.get(title="读懂一份文件").pk))
        page.get_by_label("题目").fill(TITLE)
        editor(page).click()
        page.keyboard.type(OWN_WORDS)
        page.keyboard.press("Enter")
        page.keyboard.type(COPIED)
        expect(page.locator("main")).to_contain_text(re.compile(r"已(自动)?保存"), timeout=20_000)
        assert sticking_out(page) == []

    def see_likeness_and_hand_in(self, page):
        page.get_by_role("button", name="查看相似并提交").click()
        expect(page.locator("main")).to_contain_text("相近")
        expect(page.locator("main")).to_contain_text("坐到最后一排去听课")  # a public one may be named
        page.locator("input[name=consent][value=none]").check()
        page.get_by_role("button", name="提交", exact=True).click()
        expect(page.locator("main")).to_contain_text("待评阅")

    def give_back(self, page, signed_in, reflection):
        signed_in(REVIEWER)
        page.goto("/my/")
        page.locator("main").get_by_role("listitem").filter(has_text=TITLE).get_by_role("link").last.click()
        expect(page.locator("main")).to_contain_text(OWN_WORDS)
        expect(page.locator("main")).to_contain_text("白若兰")  # whom the reviewer sees it resembles
        page.locator("details summary", has_text="批注").first.click()
        page.get_by_label("对第 1 段的批注").fill(COMMENT)
        page.get_by_label("评阅意见").fill("写得实在，请补一个例子，第二段请换成自己的话。")
        page.get_by_role("button", name="退回修改").click()
        reflection.refresh_from_db()
        assert reflection.state == "returned"

    def hand_in_again(self, page, signed_in, reflection):
        signed_in(AUTHOR)
        page.goto("/my/")
        page.get_by_role("link", name="去改").first.click()
        expect(page.locator("main")).to_contain_text(COMMENT)
        editor(page).locator("p").last.click(click_count=3)
        page.keyboard.type(ADDED)
        page.get_by_role("button", name="查看相似并提交").click()
        expect(page.locator("main")).to_contain_text(ADDED)
        page.get_by_role("button", name="提交", exact=True).click()
        expect(page.locator("main")).to_contain_text("待评阅")
        assert reflection.rounds.count() == 2

    def accept(self, page, signed_in, reflection):
        signed_in(REVIEWER)
        page.goto(reverse("review_reflection", args=[reflection.pk]))
        expect(page.locator("main")).to_contain_text(ADDED)
        page.get_by_role("button", name="通过", exact=True).click()
        reflection.refresh_from_db()
        assert (reflection.state, reflection.page.live) == ("accepted", False)
        assert found_in_search(page, ADDED[:12]) == 0

    def is_exhibited(self, page, signed_in, reflection):
        signed_in(AUTHOR)
        page.goto(reverse("reflection", args=[reflection.pk]))
        page.locator("input[name=consent][value=public]").check()
        page.get_by_role("button", name="改展示范围").click()
        expect(page.get_by_role("link", name="看展示的页面")).to_be_visible()
        page.context.clear_cookies()
        assert found_in_search(page, ADDED[:12]) == 1
        page.get_by_role("link", name=TITLE).click()
        expect(page.locator("main")).to_contain_text(ADDED)
        page.goto("/dushuyuandi/")
        expect(page.get_by_role("link", name=TITLE)).to_be_visible()

    def withdraw(self, page, signed_in, reflection):
        address = reflection.page.get_url()
        signed_in(AUTHOR)
        page.goto(reverse("reflection", args=[reflection.pk]))
        page.locator("input[name=consent][value=none]").check()
        page.get_by_role("button", name="改展示范围").click()
        expect(page.get_by_role("link", name="看展示的页面")).to_have_count(0)
        for username in (None, "zhigong"):
            if username:
                signed_in(username)
            else:
                page.context.clear_cookies()
            assert page.goto(address).status == 404
            assert found_in_search(page, ADDED[:12]) == 0
            page.goto("/dushuyuandi/")
            expect(page.get_by_role("link", name=TITLE)).to_have_count(0)


class TestJudgingAndStars:
    def test_go_from_the_exhibition_to_the_certificate(self, page, site, signed_in):
        page.set_viewport_size(DESKTOP)
        quarter = period_of(timezone.localdate(), PeriodKind.QUARTER)
        signed_in("dangwei")
        judging = self.organise(page, quarter)
        self.judge(page, signed_in, judging)
        self.close(page, signed_in, judging)
        self.choose(page, quarter)

    def organise(self, page, quarter) -> Judging:
        page.goto(reverse("new_exhibition"))
        page.get_by_label("前言").fill("本季度展评。")
        page.locator("main form").get_by_role("button").last.click()
        exhibition = ExhibitionPage.objects.get(quarter_first=quarter.first)
        page.goto(exhibition.get_url())
        page.get_by_role("link", name="组织评分").click()
        page.get_by_label("评委", exact=True).fill("顾长河、梁静宜")
        page.get_by_label("评分截止").fill(f"{timezone.localdate():%Y-%m-%d}")
        page.get_by_role("button", name="保存").click()
        page.get_by_role("button", name="开始评分，通知评委").click()
        judging = exhibition.judging
        assert judging.entries.count() >= 1
        return judging

    def judge(self, page, signed_in, judging):
        page.set_viewport_size(PHONE)
        for username in ("juzhang", "fushen"):
            signed_in(username)
            page.goto("/my/")
            page.locator("main").get_by_role("listitem").filter(has_text="评分").get_by_role("link").last.click()
            for _entry in range(judging.entries.count()):
                page.goto(reverse("judging", args=[judging.pk]))
                page.locator("a.paper.is-waiting").first.click()
                for author in Reflection.objects.filter(entries__judging=judging).values_list("author__name", flat=True):
                    expect(page.locator("main")).not_to_contain_text(author)
                for field in page.locator("main input[type=number]").all():
                    field.fill("25")
                page.get_by_role("button", name=re.compile("^提交")).click()
            assert judging.entries.filter(ballots__judge__staff__user__username=username).count() == judging.entries.count()

    def close(self, page, signed_in, judging):
        signed_in("dangwei")
        page.goto(reverse("judging", args=[judging.pk]))
        page.get_by_role("link", name="结束评分").click()
        page.get_by_role("button", name="结束评分，算出结果").click()
        judging.refresh_from_db()
        assert judging.state == "closed"
        expect(page.locator("main")).to_contain_text("75")

    def choose(self, page, quarter):
        page.set_viewport_size(DESKTOP)
        selection = StarSelection.objects.get(quarter_first=quarter.first)
        page.goto(reverse("star_candidates", args=[selection.pk]))
        row = page.locator("tr, li").filter(has_text="常青松").first
        row.get_by_role("checkbox").check()
        page.get_by_role("button", name="用勾选的人评定").click()
        page.get_by_role("textbox", name=re.compile("理由")).first.fill("走读身边的河，把书读到了课堂外。")
        for box in page.get_by_label("破格评定").all():
            box.check()
        page.get_by_label("评定说明").fill("机关党委会议评定。")
        page.get_by_role("button", name="评定，通知本人").click()
        star = selection.stars.get()
        page.goto(reverse("star_selection", args=[selection.pk]))
        page.get_by_role("link", name="生成公示稿").click()
        page.get_by_label("向谁反映").fill("机关党委，0000-0000000")
        page.get_by_role("button", name="生成公示稿").click()
        selection.refresh_from_db()
        assert (selection.notice.live, "公示" in selection.notice.title) == (False, True)
        answer = page.request.get(reverse("star_certificate", args=[star.pk]))
        assert (answer.status, answer.body()[:5]) == (200, b"%PDF-")


SCREENS = (
    ("-", "/dushuyuandi/"),
    ("-", "/reading/books/"),
    ("-", "/reading/stars/"),
    ("zhigong", "/reading/months/"),
    ("zhigong", "/my/reading/"),
    ("zhigong", "/my/reflections/"),
    ("zhigong", "/my/reflections/new/"),
    ("zhigong", "/my/notes/"),
    ("zhigong", "/reading/groups/"),
    ("dangwei", "/reading/reviews/"),
    ("dangwei", "/reading/judgings/"),
    ("dangwei", "/reading/exhibitions/new/"),
    ("dangwei", "candidates"),
    ("dangwei", "results"),
    ("-", "exhibition"),
)


class TestScreens:
    @both_widths
    def test_fit_the_window_and_the_finger_and_pass_axe(self, page, site, signed_in, violations_of):
        past = period_of(timezone.localdate(), PeriodKind.QUARTER).previous
        named = {
            "candidates": reverse("star_candidates", args=[StarSelection.objects.get(quarter_first=past.first).pk]),
            "results": reverse("judging_results", args=[Judging.objects.get(exhibition__quarter_first=past.first).pk]),
            "exhibition": ExhibitionPage.objects.get(quarter_first=past.first).get_url(),
        }
        wrong = []
        for username, name in SCREENS:
            if username == "-":
                page.context.clear_cookies()
            else:
                signed_in(username)
            page.goto(named.get(name, name))
            for found in (sticking_out(page), small_targets(page), violations_of(page)):
                wrong += [(name, one) for one in found]
        assert wrong == []
