"""An editor writes study material in the admin, three people review it, the page is public; two editors never cover each other unseen."""

import re
import time

import pytest
from playwright.sync_api import expect
from wagtail.admin.views.pages.create import CreateView

from learning.models import ColumnPage, StudyMaterialPage

pytestmark = pytest.mark.once

TITLE = "怎样写一份有用的学习笔记"
HEADING = "一、先写问题"
PARAGRAPH = "打开一篇文章之前，先写下三个想弄清楚的问题。"
BODY = "section[id$=-body-section]"
REVIEWERS = (("chushen", "初审", "叶知秋"), ("fushen", "复审", "梁静宜"), ("zhongshen", "终审", "沈一舟"))


@pytest.fixture
def person(new_context, sign_in_by_form):
    """`person("bianji")`: a browser of one's own, signed in through the form, on the start page of the admin."""

    def arrive(username):
        context = new_context()
        context.set_default_timeout(15_000)
        page = context.new_page()
        sign_in_by_form(page, username, next="/admin/")
        return page

    return arrive


@pytest.fixture
def material(site):
    return StudyMaterialPage.objects.get(slug="gongwen-xiezuo")


def insert_block(page, kind):
    page.locator(BODY).get_by_role("button", name="插入区块").last.click()
    page.get_by_role("option", name=kind, exact=True).click()


def write_and_submit(page):
    column = ColumnPage.objects.get(slug="xuexiziliao")
    page.goto(f"/admin/pages/{column.pk}/add_subpage/")
    page.get_by_role("link", name="学习资料", exact=True).last.click()
    page.locator("#id_title").fill(TITLE)
    page.get_by_role("combobox", name="内容领域").select_option(label="业务知识")
    insert_block(page, "标题")
    page.locator("#body-0-value-text").fill(HEADING)
    insert_block(page, "正文")
    page.locator(BODY).locator("[contenteditable=true]").click()
    page.keyboard.type(PARAGRAPH)
    page.wait_for_timeout(300)  # the rich text editor hands over what was typed a moment later
    page.get_by_role("button", name="更多动作").click()
    page.get_by_role("button", name="提交给三审三校").click()
    # Autosave may have made the page a moment before: Wagtail then speaks of a page submitted, not of one created.
    expect(page.get_by_text(re.compile(f"页面 '{TITLE}' (已创建并提交审核|已经提交进行审核)。"))).to_be_visible()


def decision(page, name):
    return page.locator("[data-workflow-action-url]").filter(has_text=re.compile(f"^\\s*{name}\\s*$"))


def open_from_start_page(page):
    page.goto("/admin/")
    page.get_by_role("main").get_by_role("link", name=TITLE).first.click()
    expect(page.locator("#id_title")).to_have_value(TITLE)


class TestPublishingStudyMaterial:
    def test_takes_an_editor_and_three_other_people(self, page, person):
        editor = person("bianji")
        write_and_submit(editor)
        material = StudyMaterialPage.objects.get(title=TITLE)
        address = material.get_url()
        assert page.goto(address).status == 404

        open_from_start_page(editor)
        expect(editor.get_by_text("审核期间不能修改此页面").first).to_be_visible()
        expect(decision(editor, "批准")).to_have_count(0)

        for username, stage, _name in REVIEWERS:
            reviewer = person(username)
            expect(reviewer.get_by_text("等待你的审查")).to_be_visible()
            open_from_start_page(reviewer)
            expect(reviewer.get_by_text(f"“{stage}”").first).to_be_visible()
            assert page.goto(address).status == 404
            decision(reviewer, "批准").click()
            expect(reviewer.get_by_text(re.compile(f"等待“{stage}”"))).to_have_count(0)
            expect(decision(reviewer, "批准")).to_have_count(0)  # nobody decides twice

        assert page.goto(address).status == 200
        expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
        expect(page.get_by_role("heading", name=HEADING)).to_be_visible()
        expect(page.locator(".document-body")).to_contain_text(PARAGRAPH)
        expect(page.get_by_role("link", name="业务知识")).to_be_visible()
        page.goto("/xuexiziliao/")
        expect(page.get_by_role("link", name=TITLE)).to_be_visible()
        page.goto("/search/?q=想弄清楚的问题")
        expect(page.get_by_role("link", name=TITLE)).to_be_visible()

        editor.goto(f"/admin/pages/{material.pk}/history/")
        for _username, _stage, name in REVIEWERS:
            expect(editor.get_by_role("main")).to_contain_text(name)


class TestSubmittingWhileAutosaveIsOnItsWay:
    def test_makes_one_page(self, person, monkeypatch):
        title = "只应有一页的材料"
        editor = person("bianji")
        column = ColumnPage.objects.get(slug="xuexiziliao")
        post = CreateView.post

        def slow_autosave(view, request, *args, **kwargs):
            if "application/json" in request.headers.get("Accept", ""):
                time.sleep(2)
            return post(view, request, *args, **kwargs)

        monkeypatch.setattr(CreateView, "post", slow_autosave)
        editor.goto(f"/admin/pages/add/learning/studymaterialpage/{column.pk}/")
        editor.wait_for_timeout(3000)  # Wagtail takes what stands there now for the beginning
        with editor.expect_request(lambda request: request.method == "POST" and "/pages/add/" in request.url):
            editor.locator("#id_title").fill(title)
            editor.locator("#id_summary").fill("摘要")
            editor.keyboard.press("Tab")
        editor.get_by_role("button", name="更多动作").click()
        editor.get_by_role("button", name="提交给三审三校").click()
        editor.wait_for_url(f"**/admin/pages/{column.pk}/")
        editor.wait_for_timeout(2500)  # an autosave that was overtaken has arrived by now
        assert StudyMaterialPage.objects.get(title=title).current_workflow_task.name == "初审"


class TestTwoEditorsOnOnePage:
    def edit(self, page, material):
        page.goto(f"/admin/pages/{material.pk}/edit/")
        expect(page.locator("#id_summary")).to_be_visible()

    def save(self, page):
        with page.expect_navigation():
            page.get_by_role("button", name="保存草稿").click()

    def summaries(self, material):
        return [revision.content["summary"] for revision in material.revisions.order_by("created_at", "pk")]

    def test_tells_the_second_and_covers_nothing_unseen(self, person, material):
        first, second = person("bianji"), person("dangwei")
        self.edit(first, material)
        self.edit(second, material)
        second.locator("#w-editing-sessions").get_by_role("button").hover()
        expect(second.get_by_text("丁晓禾").first).to_be_visible()

        first.locator("#id_summary").fill("甲写的摘要")
        self.save(first)
        before = self.summaries(material)
        assert before[-1] == "甲写的摘要"

        second.locator("#id_summary").fill("乙写的摘要")
        self.save(second)
        told = second.get_by_text(re.compile(r"您打开这个页面之后，丁晓禾在 \d\d:\d\d 保存了新的一稿，您的修改还没有保存。"))
        expect(told).to_be_visible()
        expect(second.locator("#id_summary")).to_have_value("乙写的摘要")
        second.wait_for_timeout(1500)  # longer than autosave waits
        assert self.summaries(material) == before

        self.save(second)
        expect(second.get_by_text("已被更新")).to_be_visible()
        assert self.summaries(material)[-1] == "乙写的摘要"
        assert "甲写的摘要" in self.summaries(material)

    def test_is_warned_before_anything_is_sent(self, person, material):
        first, second = person("bianji"), person("dangwei")
        self.edit(first, material)
        self.edit(second, material)
        first.locator("#id_summary").fill("丙写的摘要")
        self.save(first)
        before = self.summaries(material)
        second.locator("#id_summary").fill("丁写的摘要")
        with second.expect_response(lambda answer: "/ping/" in answer.url):
            second.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # Wagtail looks at once instead of in ten seconds
        second.get_by_role("button", name="保存草稿").click()
        warning = second.get_by_role("dialog").filter(has_text=re.compile("丁晓禾 ?保存了新版本"))
        expect(warning).to_be_visible()
        expect(warning).to_contain_text(re.compile("继续.*覆盖.*丁晓禾"))
        assert self.summaries(material) == before
