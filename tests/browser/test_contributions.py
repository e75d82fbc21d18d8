"""A piece from the department's draft to the ledger, a rule from the new version to its being in force, a question and its answer."""

import datetime
import re
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from learning.models import (
    Commission,
    MediaArticle,
    Outlet,
    Placement,
    Question,
    ResearchJudging,
    ResearchReport,
    RuleSet,
    ScoreShare,
    StaffMember,
)

from .conftest import DESKTOP, PHONE, on_a_phone
from .looking import small_targets, sticking_out

WITH_CONTRIBUTIONS = True  # for the fixture `site`
AUTHOR, HEAD, OFFICE = "zhigong", "fushen", "xuanchuan"
TITLE, PRINTED = "把周二下午改成答疑课", "机关周二学习有了“答疑课”"
STORY = (
    "本周二下午的集中学习没有念文件，改成了答疑。三个窗口的同志把一周里答不上来的问题写在白板上，一共十七个，当场有人认领，"
    "当场有人讲清楚，讲不清楚的五个列成清单，星期五以前由分管的科室书面答复，下一个星期二先念答复再提新的问题。"
)


def main(page):
    return page.locator("main")


def points_of(page, department) -> Decimal:
    """What the standings of the year say."""
    page.goto(reverse("contribution_standings"))
    row = main(page).get_by_role("row").filter(has_text=department).first
    return Decimal(re.match(r"[\d.]+", row.locator("a[href*='/ledgers/']").first.inner_text().strip())[0])


@pytest.fixture
def today():
    return timezone.localdate()


class TestAPiece:
    def test_goes_from_the_draft_to_a_ledger_that_adds_up(self, page, site, signed_in, today):
        page.set_viewport_size(PHONE)
        self.is_written_and_handed_in(page, signed_in)
        self.is_passed_on_by_the_head(page, signed_in)
        signed_in(OFFICE)
        before = points_of(page, "办公室")
        self.is_adopted_in_three_actions(page, today)
        page.set_viewport_size(DESKTOP)
        assert points_of(page, "办公室") == before + 5
        self.opens_into_a_ledger_that_adds_up(page)
        self.is_asked_about_and_answered(page, signed_in)

    def is_written_and_handed_in(self, page, signed_in):
        signed_in(AUTHOR)
        page.goto(reverse("contributions"))
        page.get_by_role("link", name="写稿件").first.click()
        page.locator("input[name=title]").fill(TITLE)
        page.locator("textarea[name=body]").fill(STORY)
        assert sticking_out(page) == []
        page.get_by_role("button", name="提交", exact=True).click()
        expect(main(page)).to_contain_text("科室审")
        assert MediaArticle.objects.get(title=TITLE).state == "section"

    def is_passed_on_by_the_head(self, page, signed_in):
        signed_in(HEAD)
        page.goto("/my/")
        main(page).get_by_role("listitem").filter(has_text=TITLE).get_by_role("link").last.click()
        expect(main(page)).to_contain_text(STORY[:20])
        page.get_by_role("button", name="通过，报宣传科").click()
        expect(page.get_by_text(re.compile("已.*宣传科")).first).to_be_visible()
        assert MediaArticle.objects.get(title=TITLE).state == "office"

    def is_adopted_in_three_actions(self, page, today):
        """Paste, read, confirm: printed under another title, it is offered as the same."""
        page.goto(reverse("adopt"))
        page.get_by_label("粘贴标题、网址或刊发的文字").fill(f"{PRINTED}\n来源：示范日报 {today:%Y年%-m月%-d日} A03版\n{STORY}")
        page.get_by_role("button", name="读取", exact=True).click()
        offered = main(page).locator("label").filter(has_text=TITLE)
        expect(offered.locator("input[type=radio]").or_(main(page).get_by_role("radio", name=re.compile(TITLE))).first).to_be_checked()
        expect(page.get_by_label("媒体", exact=True)).to_have_value(str(Outlet.objects.get(name="示范日报").pk))
        expect(page.get_by_label("刊发日期")).to_have_value(f"{today:%Y-%m-%d}")
        assert sticking_out(page) == []
        page.get_by_role("button", name="确认", exact=True).click()
        expect(main(page)).to_contain_text("已登记")
        placement = Placement.objects.get(title=PRINTED)
        assert (placement.article.title, placement.level, placement.page) == (TITLE, "city", "A03版")
        assert placement.proofs.get().kind == "text"

    def opens_into_a_ledger_that_adds_up(self, page):
        row = main(page).get_by_role("row").filter(has_text="办公室").first
        row.locator("a[href*='/ledgers/']").first.click()
        expect(main(page)).to_contain_text(TITLE)
        table = page.get_by_role("table", name="计分明细")
        parts = [Decimal(text) for text in table.locator(".ledger-points").all_inner_texts()]
        total = Decimal(table.locator("tfoot .number").last.inner_text())
        assert sum(parts) == total > 0

    def is_asked_about_and_answered(self, page, signed_in):
        author = StaffMember.objects.get(user__username=AUTHOR)
        share = ScoreShare.objects.get(staff=author, article__title=TITLE)
        signed_in(AUTHOR)
        page.set_viewport_size(PHONE)
        page.goto(reverse("person_ledger", args=[author.pk]))
        page.locator(f"#share-{share.pk}").get_by_role("link", name=re.compile("有疑问")).click()
        expect(main(page)).to_contain_text(TITLE)
        page.get_by_role("textbox").last.fill("头版下面登的，算不算头版？")
        page.get_by_role("button", name="提交", exact=True).click()
        question = Question.objects.get(asked_by__username=AUTHOR)
        signed_in(OFFICE)
        page.goto("/my/")
        main(page).get_by_role("link", name=re.compile("答复|疑问")).first.click()
        page.goto(reverse("question", args=[question.pk]))
        page.get_by_role("textbox").last.fill("在 A03 版，按一般位置计。")
        main(page).get_by_role("button", name=re.compile("答复")).click()
        signed_in(AUTHOR)
        page.goto(reverse("person_ledger", args=[author.pk]))
        line = page.locator(f"#share-{share.pk}")
        expect(line).to_contain_text("已答复")
        line.get_by_role("link", name=re.compile("头版下面登的")).click()
        expect(main(page)).to_contain_text("按一般位置计")


class TestARuleVersion:
    def test_is_tried_and_switched_on_and_changes_no_earlier_score(self, page, site, signed_in, today):
        """Open, new version, change, try, switch on."""
        page.set_viewport_size(DESKTOP)
        signed_in(OFFICE)
        current = RuleSet.objects.active().get()
        scores = list(ScoreShare.objects.order_by("pk").values_list("pk", "points"))
        page.goto(reverse("rule_sets"))
        main(page).get_by_role("link", name=re.compile(current.name)).first.click()
        page.locator("input[name=effective_from]").fill(f"{today + datetime.timedelta(days=1):%Y-%m-%d}")
        page.get_by_role("button", name="建新版本").click()
        value = page.locator("input[id^=id_rules-][id$=-value]").nth(3)
        value.fill("6")
        page.locator("form").get_by_role("button", name=re.compile("保存")).first.click()
        draft = RuleSet.objects.get(state="draft")
        assert draft.rules.get(sort_order=3).value == 6 or draft.rules.filter(value=6).exists()
        page.goto(reverse("rule_set", args=[draft.pk]))
        page.get_by_role("link", name="试算：谁会变").click()
        expect(main(page)).to_contain_text("个科室名次有变")
        page.get_by_role("link", name=re.compile("启用这一版")).click()
        expect(main(page)).to_contain_text("到那天为止的分不变")
        page.get_by_role("button", name="启用", exact=True).click()
        draft.refresh_from_db()
        current.refresh_from_db()
        assert (draft.state, current.effective_until) == ("active", today)
        assert list(ScoreShare.objects.order_by("pk").values_list("pk", "points")) == scores


OFFICE_PAGES = (
    "contributions",
    "contribution_queue",
    "adopt",
    "article_list",
    "placement_list",
    "contribution_standings",
    "contribution_matrix",
    "rule_sets",
    "recalculations",
    "commissions",
    "monthly_focus",
    "contribution_bulletins",
    "new_contribution_bulletin",
    "questions",
    "research",
)


TABLES = ("contribution_standings", "contribution_matrix", "placement_list", "research")  # what is set otherwise on a wide screen


class TestPagesOfTheOffice:
    @pytest.mark.parametrize(
        ("viewport", "name"),
        [*((PHONE, name) for name in OFFICE_PAGES), *((DESKTOP, name) for name in TABLES)],
        indirect=["viewport"],
    )
    def test_hold_their_content_and_meet_the_standard(self, page, site, signed_in, violations_of, name):
        signed_in(OFFICE)
        page.goto(reverse(name))
        expect(page.locator("h1")).to_be_visible()
        assert (violations_of(page), sticking_out(page), small_targets(page)) == ([], [], [])


@on_a_phone
class TestPagesOfOneThing:
    def test_hold_their_content_and_meet_the_standard(self, page, site, signed_in, violations_of):
        article = MediaArticle.objects.filter(placements__isnull=False).first()
        handed_in = ResearchReport.objects.handed_in().first()
        judging = ResearchJudging.objects.get()
        judge = judging.judges.filter(staff__user__isnull=False).first().staff.user.username
        waiting = MediaArticle.objects.waiting_for_office().first()
        visits = (
            (AUTHOR, reverse("contributions")),
            (AUTHOR, reverse("new_article")),
            (AUTHOR, reverse("person_ledger", args=[StaffMember.objects.get(user__username=AUTHOR).pk])),
            (OFFICE, reverse("media_article", args=[article.pk])),
            (OFFICE, reverse("edit_placement", args=[article.placements.first().pk])),
            (OFFICE, reverse("placement", args=[article.placements.first().pk])),
            (OFFICE, reverse("rule_set", args=[RuleSet.objects.active().first().pk])),
            ("dangwei", reverse("research_report", args=[handed_in.pk])),
            ("dangwei", reverse("research_judging", args=[judging.year])),
            ("kezhang", reverse("declare_research")),
            (OFFICE, reverse("review_article", args=[waiting.pk])),
            (OFFICE, reverse("adopt_article", args=[waiting.pk])),
            (OFFICE, reverse("new_event", args=[article.pk])),
            (OFFICE, reverse("new_commission")),
            (OFFICE, reverse("commission", args=[Commission.objects.first().pk])),
            (OFFICE, reverse("department_ledger", args=[article.departments.first().department_id])),
            ("dangwei", reverse("close_research_judging", args=[judging.year])),
            ("dangwei", reverse("prepare_research_judging", args=[judging.year - 1])),
            (judge, reverse("research_judging", args=[judging.year])),
            (judge, reverse("judge_research", args=[judging.year, 1])),
        )
        for who, address in visits:
            signed_in(who)
            page.goto(address)
            found = (violations_of(page), sticking_out(page), small_targets(page))
            assert found == ([], [], []), f"{who} {address}"

    def test_hold_it_in_large_type_too(self, page, site, signed_in):
        page.add_init_script("localStorage.setItem('elder', 'on')")
        article = MediaArticle.objects.filter(placements__isnull=False).first()
        for address in (reverse("contribution_queue"), reverse("contribution_standings"), reverse("media_article", args=[article.pk])):
            signed_in(OFFICE)
            page.goto(address)
            assert sticking_out(page) == [], address
