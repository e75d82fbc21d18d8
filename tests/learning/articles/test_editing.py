"""Writing an article in the admin: what the editor gets wrong is said in Chinese, and nothing is lost or half-written."""

import json

import pytest
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from cms.review.services import ensure_workflow
from cms.users.roles import ensure_groups
from learning.models import StudyMaterialPage
from tests.factories.pages import make_article, make_column, make_site, make_user
from tests.standing import standing


@standing()
def column():
    home = make_site()
    ensure_groups()
    ensure_workflow()
    return make_column(home, "学习资料", "xuexiziliao")


@pytest.fixture
def editor(client, column):
    client.force_login(make_user("editor", "编辑", display_name="甲编辑"))
    return client


def written(**facts) -> dict:
    return nested_form_data(
        {
            "title": "怎样读一份文件",
            "slug": "",
            "author": "",
            "source": "",
            "shown_at": "",
            "department": "",
            "area": "professional",
            "summary": "",
            "pinned_until": "",
            "body": streamfield([("heading", {"text": "一、先问", "level": "h2"}), ("paragraph", rich_text("<p>先写下三个问题。</p>"))]),
            "update_notes": streamfield([]),
            "attachments": inline_formset([]),
            "related_pages": inline_formset([]),
            "comments": inline_formset([]),
            **facts,
        }
    )


def create(client, column, **facts):
    return client.post(reverse("wagtailadmin_pages:add", args=["learning", "studymaterialpage", column.pk]), written(**facts))


class TestCreating:
    def test_names_the_address_after_the_sound_of_the_title(self, editor, column):
        create(editor, column)
        page = StudyMaterialPage.objects.get()
        assert page.slug == "zen-yang-du-yi-fen-wen-jian"
        assert not page.live
        assert page.owner.display_name == "甲编辑"

    def test_takes_no_chinese_address(self, editor, column):
        create(editor, column, slug="中文")
        assert StudyMaterialPage.objects.get().slug.isascii()

    def test_numbers_a_second_page_of_the_same_title(self, editor, column):
        create(editor, column)
        create(editor, column)
        assert set(StudyMaterialPage.objects.values_list("slug", flat=True)) == {
            "zen-yang-du-yi-fen-wen-jian",
            "zen-yang-du-yi-fen-wen-jian-2",
        }

    def test_cuts_no_title_that_is_too_long_but_says_so(self, editor, column):
        answer = create(editor, column, title="题" * 300)
        assert answer.status_code == 200
        text = answer.content.decode()
        assert "255" in text
        assert "300" in text
        assert "题" * 300 in text, "what was typed is still in the form"
        assert not StudyMaterialPage.objects.exists()

    @pytest.mark.parametrize(
        ("facts", "said"),
        [
            ({"title": ""}, "必需字段"),
            ({"shown_at": "昨天"}, "输入一个有效的日期/时间"),
            ({"pinned_until": "2026-02-30"}, "输入一个有效的日期"),
            ({"area": "astrology"}, "选择一个有效的选项"),
            ({"summary": "摘" * 301}, "300"),
        ],
        ids=["no title", "no time", "no such day", "no such area", "long summary"],
    )
    def test_says_what_is_wrong_and_keeps_the_rest(self, editor, column, facts, said):
        answer = create(editor, column, **facts)
        assert answer.status_code == 200
        text = answer.content.decode()
        assert said in text
        assert json.dumps("一、先问")[1:-1] in text, "what was typed is still in the form"
        assert not StudyMaterialPage.objects.exists()

    def test_is_for_staff_alone_unless_the_type_is_public(self, editor, column):
        create(editor, column)
        assert not StudyMaterialPage.objects.get().get_view_restrictions().exists()


class TestSavingAtTheSameTime:
    @pytest.fixture
    def page(self, column):
        return make_article(column, "两人同改的一篇", publish=False, area="professional")

    def save(self, client, page, title):
        return client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), written(title=title, slug=page.slug))

    def test_keeps_both_versions_with_their_authors(self, client, page):
        for name in ("first", "second"):
            client.force_login(make_user(name, "编辑"))
            assert self.save(client, page, f"{name} 的标题").status_code == 302
        titles = [revision.content["title"] for revision in page.revisions.order_by("created_at")][-2:]
        assert titles == ["first 的标题", "second 的标题"]
        authors = page.revisions.order_by("created_at").values_list("user__username", flat=True)
        assert list(authors)[-2:] == ["first", "second"]

    def test_asks_whoever_would_cover_a_newer_draft_and_takes_the_second_answer(self, client, page):
        loaded = page.latest_revision
        seen = {"loaded_revision_id": loaded.pk, "loaded_revision_created_at": loaded.created_at.isoformat()}
        client.force_login(make_user("first", "编辑", display_name="先存的编辑"))
        client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), written(title="先存的标题", slug=page.slug, **seen))
        client.force_login(make_user("second", "编辑"))
        refused = client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), written(title="后存的标题", slug=page.slug, **seen))
        assert refused.status_code == 200
        text = refused.content.decode()
        assert "先存的编辑在" in text
        assert "后存的标题" in text, "what was typed is still in the form"
        assert page.revisions.order_by("-created_at").first().content["title"] == "先存的标题"
        newer = page.revisions.order_by("-created_at").first()
        seen = {"loaded_revision_id": newer.pk, "loaded_revision_created_at": newer.created_at.isoformat()}
        client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), written(title="后存的标题", slug=page.slug, **seen))
        assert page.revisions.order_by("-created_at").first().content["title"] == "后存的标题"

    def test_asks_nobody_about_the_own_draft(self, client, page):
        loaded = page.latest_revision
        seen = {"loaded_revision_id": loaded.pk, "loaded_revision_created_at": loaded.created_at.isoformat()}
        client.force_login(make_user("first", "编辑"))
        for title in ("第一次", "第二次"):
            answer = client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), written(title=title, slug=page.slug, **seen))
            assert answer.status_code == 302
