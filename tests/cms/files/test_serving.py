"""A document is as public as the pages that give it out, at the moment it is asked for (A3)."""

from io import BytesIO
from types import SimpleNamespace

import pytest
from django.http import Http404
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction
from wagtail.rich_text import RichText

from cms.files.models import CustomDocument
from cms.files.services import store_document
from cms.files.serving import hand_out
from cms.users.roles import ensure_groups
from learning.models import ArticleAttachment, LectureRecordPage
from tests.factories.pages import make_article, make_column, make_site, make_user
from tests.standing import standing

pytestmark = pytest.mark.django_db


@standing()
def column():
    ensure_groups()
    return make_column(make_site())


@pytest.fixture
def document():
    return store_document(data="名单内容".encode(), title="名单", name="名单.txt")


def attach(document, page):
    page = page.specific
    page.attachments.add(ArticleAttachment(document=document))
    page.save()
    return page


def readers():
    return {"anonymous": None, "职工": make_user("staff", "职工"), "编辑": make_user("editor", "编辑")}


def answers(client, document, **headers) -> dict[str, int]:
    """Status by reader; the same address for all."""
    statuses = {}
    for name, user in readers().items():
        client.logout()
        if user:
            client.force_login(user)
        answer = client.get(document.url, headers=headers)
        b"".join(answer.streaming_content) if answer.streaming else b""
        statuses[name] = answer.status_code
        if user:
            user.delete()
    return statuses


class TestServing:
    def test_gives_an_attachment_of_a_public_page_to_everybody(self, client, column, document):
        attach(document, make_article(column, "公开的"))
        assert answers(client, document) == {"anonymous": 200, "职工": 200, "编辑": 200}

    def test_gives_an_attachment_of_a_page_for_staff_to_staff(self, client, column, document):
        attach(document, make_article(column, "内部讲座", model=LectureRecordPage))
        assert answers(client, document) == {"anonymous": 302, "职工": 200, "编辑": 200}
        client.logout()
        assert client.get(document.url)["Location"].startswith("/login/?next=/documents/")

    def test_knows_links_in_the_text_too(self, client, column, document):
        body = [("paragraph", RichText(f'<p><a linktype="document" id="{document.pk}">名单</a></p>'))]
        make_article(column, "正文里有链接", body=body)
        assert answers(client, document)["anonymous"] == 200

    def test_gives_what_no_published_page_holds_to_those_who_work_with_files(self, client, column, document):
        attach(document, make_article(column, "草稿", publish=False))
        unused = store_document(data=b"unused", title="b", name="b.txt")
        for each in (document, unused):
            assert answers(client, each) == {"anonymous": 404, "职工": 404, "编辑": 200}

    def test_takes_it_back_with_the_page(self, client, column, document):
        page = attach(document, make_article(column, "公开的"))
        PageViewRestriction.objects.create(page=Page.objects.get(pk=page.pk), restriction_type="login")
        assert answers(client, document)["anonymous"] == 302
        page.unpublish()
        assert answers(client, document) == {"anonymous": 404, "职工": 404, "编辑": 200}

    def test_needs_only_one_page_that_may_be_read(self, client, column, document):
        attach(document, make_article(column, "内部讲座", model=LectureRecordPage))
        attach(document, make_article(column, "公开的"))
        assert answers(client, document)["anonymous"] == 200

    def test_tells_nothing_to_whoever_knows_the_checksum(self, client, column, document):
        attach(document, make_article(column, "内部讲座", model=LectureRecordPage))
        document = CustomDocument.objects.get(pk=document.pk)
        client.logout()
        for tag in (f'"{document.get_file_hash()}"', f'"{document.sha256}"', "*"):
            assert client.get(document.url, headers={"If-None-Match": tag}).status_code == 302
            assert client.head(document.url, headers={"If-None-Match": tag}).status_code == 302

    def test_answers_a_wrong_name_as_it_answers_a_wrong_number(self, client, column, document):
        attach(document, make_article(column, "内部讲座", model=LectureRecordPage))
        wrong_name = client.get(f"/documents/{document.pk}/{timezone.now():%Y}.txt")
        wrong_number = client.get("/documents/99999/a.txt")
        assert (wrong_name.status_code, wrong_number.status_code) == (404, 404)


class TestHandOut:
    def row(self, name, opened=None):
        def file(mode):
            if opened is None:
                raise FileNotFoundError
            return BytesIO(opened)

        return SimpleNamespace(file=SimpleNamespace(open=file), original_name=name)

    @pytest.mark.parametrize(
        ("name", "is_picture", "disposition", "kind"),
        [
            ("a.png", True, "inline", "image/png"),
            ("a.JPG", True, "inline", "image/jpeg"),
            ("a.png", False, "attachment", "application/octet-stream"),
            ("a.svg", True, "attachment", "application/octet-stream"),
            ("a.html", True, "attachment", "application/octet-stream"),
            ("a", True, "attachment", "application/octet-stream"),
        ],
    )
    def test_shows_pictures_and_has_the_rest_saved(self, name, is_picture, disposition, kind):
        response = hand_out(self.row(name, b"bytes"), is_picture=is_picture)
        assert b"".join(response.streaming_content) == b"bytes"
        assert response.headers["Content-Disposition"].partition(";")[0] == disposition
        assert response.headers["Content-Type"] == kind
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "private, no-store"

    def test_knows_no_file_whose_bytes_are_gone(self):
        with pytest.raises(Http404):
            hand_out(self.row("a.png"), is_picture=True)
