"""From a file to a page: once, whatever kind of file it is, never over an editor's work, and whole or not at all."""

import base64
import datetime
import html
import io

import docx
import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page
from wagtail.rich_text import RichText

from cms.core.reading import UnreadableDocumentError
from cms.files.models import CustomImage
from cms.files.services import store_document
from learning.library.notice import NotANoticeError
from learning.library.notice_import import ColumnNotFoundError, find_column, import_notice_file
from learning.library.services import EditedSinceImportError
from learning.models import ArticleAttachment, NoticePage
from tests.cms.files.specimens import SVG, half_a_picture, photograph, picture
from tests.factories.pages import make_column, make_user

from .renderings import OUTLINE, RENDERINGS, SECTIONS, TITLE, as_docx, as_txt, notice_text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("column")]


def bring(data=None, filename="通知.txt", **options):
    return import_notice_file(data=as_txt(notice_text()) if data is None else data, filename=filename, **options)


def outline(page) -> list[tuple[str, str]]:
    return [(block.value["level"], block.value["text"]) for block in page.body if block.block_type == "heading"]


def illustrated(*pictures: bytes, text="正文。") -> bytes:
    """A notice in Word with pictures in it."""
    document = docx.Document()
    for paragraph in ("您当前的位置：首页 > 两学一做", "关于展评的通知", "信息来源：办公室 信息时间：2026-04-17 10:13", "各科室：", text):
        document.add_paragraph(paragraph)
    for data in pictures:
        document.add_picture(io.BytesIO(data))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def web_page(*pictures: bytes, alt="") -> bytes:
    """A notice saved from a browser with its pictures inside."""
    images = "".join(f"<img src='data:image/png;base64,{base64.b64encode(data).decode()}' alt='{alt}'>" for data in pictures)
    return f"<p>当前位置：首页 > 两学一做</p><h1>关于展评的通知</h1><p>各科室：</p><p>正文。</p>{images}".encode()


def edit(page, **facts):
    """What an editor does: a new draft by somebody."""
    draft = page.get_latest_revision_as_object()
    for name, value in facts.items():
        setattr(draft, name, value)
    return draft.save_revision(user=make_user("editor"))


def files_below(folder) -> list:
    return [path for path in folder.rglob("*") if path.is_file()]


class TestImport:
    @pytest.mark.parametrize("filename", RENDERINGS)
    def test_makes_the_same_page_of_every_kind_of_file(self, filename, column):
        result = bring(RENDERINGS[filename](notice_text()), filename)
        assert result.outcome == "created"
        page = NoticePage.objects.get()
        assert page == result.page
        assert page.get_parent().specific == column
        assert (page.title, page.source, page.recipients, page.composed_on) == (TITLE, "", "局机关各,局属各单位", None)
        assert timezone.localtime(page.shown_at) == datetime.datetime(2020, 4, 17, 10, 13, tzinfo=timezone.get_default_timezone())
        assert outline(page) == OUTLINE
        assert [entry["text"] for entry in page.contents if entry["level"] == "h2"] == SECTIONS
        assert [(block.value["name"], block.value["date"]) for block in page.body if block.block_type == "signature"] == [("", "2020415")]

    def test_leaves_a_draft_unless_it_is_told_to_publish(self):
        assert not bring().page.live
        assert bring(publish=True).page.live

    def test_makes_no_second_page_of_the_same_notice(self):
        first = bring().page
        for filename, rendering in RENDERINGS.items():
            assert bring(rendering(notice_text()), filename).page == first
        assert NoticePage.objects.count() == 1

    def test_says_that_nothing_has_changed_and_writes_nothing(self):
        page = bring(publish=True).page
        before = (page.revisions.count(), page.last_published_at)
        result = bring(publish=True)
        assert result.outcome == "unchanged"
        assert (result.page.revisions.count(), result.page.last_published_at) == before

    def test_brings_a_page_nobody_has_touched_up_to_date(self):
        page = bring(publish=True).page
        result = bring(as_txt(notice_text().replace("二、目标任务", "二、目标和任务")), publish=True)
        assert (result.outcome, result.page) == ("updated", page)
        assert ("h2", "二、目标和任务") in outline(NoticePage.objects.get())
        assert page.revisions.count() == 2

    def test_brings_one_that_names_no_time_up_to_date_after_its_publication(self):
        lines = notice_text().replace("【信息时间:2020-04-17 10:13", "")
        bring(as_txt(lines), publish=True)
        assert bring(as_txt(lines)).outcome == "unchanged"
        result = bring(as_txt(lines.replace("二、目标任务", "二、目标和任务")), publish=True)
        assert result.outcome == "updated"
        assert result.page.shown_at == result.page.first_published_at.replace(second=0, microsecond=0)

    def test_publishes_later_what_was_brought_up_to_date_as_a_draft(self):
        bring(publish=True)
        changed = as_txt(notice_text().replace("二、目标任务", "二、目标和任务"))
        draft = bring(changed)
        assert draft.page.has_unpublished_changes
        assert ("h2", "二、目标任务") in outline(NoticePage.objects.get())
        assert bring(changed, publish=True).outcome == "unchanged"
        assert ("h2", "二、目标和任务") in outline(NoticePage.objects.get())

    def test_takes_a_notice_of_another_day_for_another_one(self):
        first, second = bring().page, bring(as_txt(notice_text().replace("2020-04-17", "2021-04-17"))).page
        assert first != second
        assert first.slug != second.slug

    @pytest.mark.parametrize("kind", ["real", "illustrated"])
    def test_opens_in_the_editor(self, kind, client):
        page = bring().page if kind == "real" else bring(illustrated(picture()), "a.docx").page
        client.force_login(make_user("boss", is_superuser=True))
        answer = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
        assert answer.status_code == 200
        assert page.title in html.unescape(answer.content.decode())


class TestAnEditedPage:
    def test_is_not_written_over(self):
        page = bring().page
        edit(page, title="关于印发方案的通知（修订）")
        with pytest.raises(EditedSinceImportError, match="导入后有人修改过，没有覆盖。确实要用文件替换，请加 --replace"):
            bring(as_txt(notice_text().replace("二、", "三、")))
        assert NoticePage.objects.get().get_latest_revision_as_object().title == "关于印发方案的通知（修订）"

    def test_is_not_written_over_in_its_body_either(self):
        page = bring().page
        draft = page.get_latest_revision_as_object()
        edit(page, body=[*((child.block_type, child.value) for child in draft.body), ("paragraph", RichText("<p>补充。</p>"))])
        with pytest.raises(EditedSinceImportError):
            bring()
        assert page.revisions.count() == 2

    def test_is_replaced_on_demand_and_stays_in_the_history(self):
        page = bring().page
        edited = edit(page, title="关于印发方案的通知（修订）")
        result = bring(replace=True)
        assert result.outcome == "updated"
        assert result.page.get_latest_revision_as_object().title == TITLE
        assert edited in page.revisions.all()
        assert bring().outcome == "unchanged"

    def test_keeps_what_an_import_knows_nothing_of(self):
        page = bring(publish=True).page
        draft = page.get_latest_revision_as_object()
        draft.summary, draft.area = "摘要", "political_theory"
        draft.attachments = [ArticleAttachment(document=store_document(data=b"a", title="书目", name="书目.txt"), sort_order=0)]
        draft.save_revision().publish()
        assert bring().outcome == "unchanged"
        assert bring(as_txt(notice_text().replace("二、目标任务", "二、目标和任务")), publish=True).outcome == "updated"
        page = NoticePage.objects.get()
        assert (page.summary, page.area, page.attachments.count()) == ("摘要", "political_theory", 1)


class TestFindColumn:
    def test_takes_the_address_before_the_title(self, column):
        assert find_column(slug="tongzhigonggao", title="两学一做").title == "通知公告"
        assert find_column(slug=None, title="两学一做") == column

    @pytest.mark.parametrize(
        ("slug", "title", "problem"),
        [
            ("weizhi", "两学一做", "没有地址名为“weizhi”的栏目。"),
            (None, "未知", "没有名为“未知”的栏目。"),
            (None, "", "文件没有写明栏目。"),
        ],
    )
    def test_names_the_columns_there_are(self, slug, title, problem):
        with pytest.raises(ColumnNotFoundError) as caught:
            find_column(slug=slug, title=title)
        assert str(caught.value) == f"{problem}请用 --parent 指定：tongzhigonggao（通知公告）、liangxueyizuo（两学一做）。"

    def test_does_not_choose_between_two_of_one_name(self, column):
        make_column(column, "两学一做", "lxyz")
        with pytest.raises(ColumnNotFoundError, match="有不止一个名为“两学一做”的栏目"):
            find_column(slug=None, title="两学一做")

    def test_says_that_there_is_none_at_all(self, column):
        for page in Page.objects.filter(depth=3):
            page.delete()
        with pytest.raises(ColumnNotFoundError, match="文件没有写明栏目。网站还没有任何栏目，请先建立。"):
            find_column(slug=None, title="")


class TestPictures:
    def test_come_with_the_notice_once(self):
        page = bring(illustrated(picture(), photograph(), picture()), "a.docx").page
        figures = [block.value["image"] for block in page.body if block.block_type == "figure"]
        assert figures[0] == figures[2] != figures[1]
        assert CustomImage.objects.count() == 2
        assert bring(illustrated(picture(), photograph(), picture()), "a.docx").outcome == "unchanged"

    def test_that_cannot_be_kept_are_reported_and_stop_nothing(self, media):
        result = bring(web_page(picture(), half_a_picture("PNG"), SVG), "a.html")
        assert [block.block_type for block in result.page.body] == ["paragraph", "figure"]
        assert "".join(map(str, result.findings)).count("图片没有导入：") == 2
        assert len(files_below(media)) == 1

    def test_leave_no_file_behind_when_the_page_is_not_written(self, media):
        page = bring(illustrated(picture()), "a.docx").page
        edit(page, title="改过的标题")
        before = files_below(media)
        with pytest.raises(EditedSinceImportError):
            bring(illustrated(picture(), photograph(), text="新正文。"), "a.docx")
        assert files_below(media) == before
        assert CustomImage.objects.count() == 1

    def test_with_a_description_too_long_for_the_editor_get_a_shorter_one(self):
        page = bring(web_page(picture(), alt="长" * 300), "a.html").page
        (figure,) = (block for block in page.body if block.block_type == "figure")
        assert len(figure.value["alt_text"]) == 200


class TestARefusedFile:
    @pytest.mark.parametrize(
        ("filename", "data", "error", "message"),
        [
            ("空.txt", b"", UnreadableDocumentError, "文件是空的"),
            ("通知.doc", b"\xd0\xcf\x11\xe0", UnreadableDocumentError, "不支持“.doc”文件。请另存为 .docx"),
            ("通知.docx", b"<html>", UnreadableDocumentError, "文件已损坏"),
            ("通知.txt", ("长" * 300).encode(), NotANoticeError, "标题有 300 个字"),
            ("通知.txt", "关于读书的通知".encode(), ColumnNotFoundError, "文件没有写明栏目"),
        ],
    )
    def test_writes_nothing(self, filename, data, error, message, media):
        pages = Page.objects.count()
        with pytest.raises(error, match=message):
            bring(data, filename)
        assert Page.objects.count() == pages
        assert not files_below(media)

    def test_that_breaks_off_half_way_leaves_nothing(self, media, monkeypatch):
        def fail(**_facts):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("learning.library.notice_import.import_notice", fail)
        with pytest.raises(OSError, match="No space left"):
            bring(illustrated(picture()), "a.docx")
        assert not files_below(media)
        assert not CustomImage.objects.exists()


class TestBrokenNumbering:
    def test_makes_a_page_all_the_same_and_is_reported(self):
        result = bring(as_docx(notice_text().replace("二、目标任务", "四、目标任务")), "通知.docx")
        assert [text for level, text in outline(result.page) if level == "h2"][1] == "四、目标任务"
        assert "序号不连续：“四、目标任务”之前应是第 2 项。" in "\n".join(map(str, result.findings))
