"""What a reader sees of an article (R1–R10)."""

import datetime
import re

import pytest
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction
from wagtail.rich_text import RichText

from cms.files.services import store_document
from learning.models import ArticleAttachment, NoticePage, RelatedPage, Topic
from tests.factories.pages import make_article, make_column, make_notice


@pytest.fixture
def full_article(column):
    """An article with everything on it that an article can have."""
    older = make_article(column, "更早的一篇", days_ago=2)
    newer = make_article(column, "更新的一篇", days_ago=0)
    article = make_notice(
        column,
        "关于读书的通知",
        days_ago=1,
        source="机关党委",
        recipients="局机关各科室",
        issuing_body="示范市教育局",
        document_number="示教〔2026〕5号",
        index_number="A-2026-5",
        composed_on=datetime.date(2026, 4, 15),
        area="political_theory",
        body=[
            ("heading", {"text": "一、总体要求", "level": "h2"}),
            ("paragraph", RichText("<p>每月读一本书。</p>")),
            ("heading", {"text": "二、安排", "level": "h2"}),
        ],
        update_notes=[("note", {"noted_on": datetime.date(2026, 5, 1), "text": "更正了时间"})],
    )
    page = article.get_latest_revision_as_object()
    document = store_document(data="附件内容".encode(), title="书目", name="书目.txt")
    page.attachments = [ArticleAttachment(document=document, sort_order=0)]
    page.related_pages = [RelatedPage(related=Page.objects.get(pk=older.pk), sort_order=0)]
    page.topics = [Topic.objects.create(area="political_theory", name="经典著作")]
    page.save_revision().publish()
    article = NoticePage.objects.get(pk=article.pk)
    article.older, article.newer = older, newer
    return article


def read(client, page):
    answer = client.get(page.url)
    assert answer.status_code == 200
    return answer.content.decode()


def plain(html):
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", html))


class TestArticlePage:
    def test_shows_everything_a_document_has(self, client, full_article):
        text = plain(read(client, full_article))
        for part in (
            "您当前的位置：首页两学一做正文",
            "信息来源：机关党委",
            "发文机关示范市教育局",
            "发文字号示教〔2026〕5号",
            "索引号A-2026-5",
            "成文日期2026年4月15日",
            "局机关各科室：",
            "目录",
            "附件书目",
            "更新说明2026-05-01更正了时间",
            "内容领域：政治理论经典著作",
            "上一篇更新的一篇",
            "下一篇更早的一篇",
            "相关内容更早的一篇",
            "我要打印",
            "关闭",
        ):
            assert part in text

    def test_shows_no_label_without_a_value(self, client, column):
        text = plain(read(client, make_notice(column)))
        for label in ("信息来源", "发文机关", "发文字号", "索引号", "成文日期", "附件", "相关内容", "更新说明", "内容领域", "上一篇"):
            assert label not in text

    def test_links_each_ancestor_in_the_breadcrumb(self, client, home, column):
        deep = make_article(make_column(column, "专题", "zhuanti"), "深处的一篇")
        html = read(client, deep)
        breadcrumb = html[html.index('class="breadcrumb"') :]
        for page in (home, column):
            assert f'href="{page.url}">{page.title}</a>' in breadcrumb

    def test_takes_eight_statements_at_most(self, client, full_article, django_assert_max_num_queries):
        client.get(full_article.url)
        with django_assert_max_num_queries(8):
            client.get(full_article.url)

    def test_says_its_facts_in_the_meta_tags_of_government_sites(self, client, full_article):
        html = read(client, full_article)
        for tag in (
            '<meta name="ArticleTitle" content="关于读书的通知">',
            '<meta name="ColumnName" content="两学一做">',
            '<meta name="ContentSource" content="机关党委">',
            f'<meta name="PubDate" content="{timezone.localtime(full_article.shown_at):%Y-%m-%d %H:%M}">',
        ):
            assert tag in html

    def test_shows_the_reading_number_without_javascript(self, client, full_article):
        url = f"/readings/{full_article.pk}/?again=1"
        client.post(url, headers={"X-Requested-With": "readership", "User-Agent": "Firefox"})
        assert "阅读次数：1" in plain(read(client, full_article))

    def test_hides_the_reading_number_before_the_first_reading(self, client, full_article):
        assert re.search(r"data-reading-count[^>]* hidden", read(client, full_article))

    def test_leads_nobody_to_what_they_may_not_read(self, client, full_article):
        for page in (full_article.older, full_article.newer):
            PageViewRestriction.objects.create(page=page, restriction_type="login")
        html = read(client, full_article)
        assert "更早的一篇" not in html
        assert "更新的一篇" not in html

    def test_asks_for_sign_in_where_the_page_is_for_staff(self, client, full_article):
        PageViewRestriction.objects.create(page=full_article, restriction_type="login")
        answer = client.get(full_article.url)
        assert answer.status_code == 302
        assert answer.url.startswith("/login/")


class TestShownAt:
    def test_is_the_first_publication_when_the_editor_names_none(self, column):
        page = make_article(column, "无时间", shown_at=None)
        page.refresh_from_db()
        assert page.shown_at == page.first_published_at.replace(second=0, microsecond=0)

    def test_stays_through_later_edits(self, column, time_machine):
        time_machine.move_to("2026-04-17 10:13 +0800")
        page = make_article(column, "旧闻", shown_at=None)
        time_machine.move_to("2026-06-01 09:00 +0800")
        later = page.get_latest_revision_as_object()
        later.title = "旧闻（更正）"
        later.save_revision().publish()
        page.refresh_from_db()
        assert page.title == "旧闻（更正）"
        assert f"{timezone.localtime(page.shown_at):%Y-%m-%d %H:%M}" == "2026-04-17 10:13"

    def test_changes_when_the_editor_says_so(self, column):
        page = make_article(column, "旧闻")
        later = page.get_latest_revision_as_object()
        later.shown_at = datetime.datetime(2025, 1, 2, 3, 4, tzinfo=datetime.UTC)
        later.save_revision().publish()
        page.refresh_from_db()
        assert page.shown_at == later.shown_at


class TestPdf:
    def test_holds_title_and_text(self, client, full_article):
        answer = client.get(f"/articles/{full_article.pk}/pdf/")
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content).startswith(b"%PDF-")

    def test_says_which_library_is_missing(self, client, full_article, monkeypatch):
        monkeypatch.setattr("learning.articles.pdf.weasyprint", None)
        answer = client.get(f"/articles/{full_article.pk}/pdf/")
        assert answer.status_code == 503
        assert "libpango" in answer.content.decode()

    def test_is_nobodys_who_may_not_read_the_page(self, client, full_article):
        PageViewRestriction.objects.create(page=full_article, restriction_type="login")
        assert client.get(f"/articles/{full_article.pk}/pdf/").status_code == 404
