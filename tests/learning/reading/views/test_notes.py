"""The own notes on the site: whoever else asks for one is told that there is none."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import PageViewRestriction

from learning.models import Reflection, StudyNote
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_article, make_column, make_notice, make_site, make_user
from tests.factories.programme import SessionFactory, at
from tests.factories.reading import BookFactory, StudyNoteFactory
from tests.standing import standing

NOW = at(2026, 11, 25, 9)
LIST = "/my/notes/"

pytestmark = pytest.mark.usefixtures("home")


@standing(now=NOW)
def home():
    return make_site()


@pytest.fixture
def reader():
    return StaffMemberFactory(user=make_user("zhigong")).user


@pytest.fixture
def as_reader(client, reader):
    client.force_login(reader)
    return client


@pytest.fixture
def article(home):
    return make_article(make_column(home), "一份材料")


def note_of(user, **facts):
    return StudyNoteFactory(owner=user, **facts)


def form(**facts):
    return {"about": "一份材料", "quote": "", "text": "想到一点。"} | facts


class TestStudyNotes:
    def test_lists_the_own_ones_newest_first(self, as_reader, reader):
        note_of(reader, about="先记的", text="甲")
        note_of(reader, about="后记的", text="乙", updated_at=NOW)
        note_of(make_user("other"), about="别人的")
        html = as_reader.get(LIST).content.decode()
        assert html.index("后记的") < html.index("先记的")
        assert "别人的" not in html

    def test_finds_every_word_wherever_it_stands(self, as_reader, reader):
        note_of(reader, about="公文写作", quote="简明", text="少用套话")
        note_of(reader, about="另一条", text="公文也要好读")
        note_of(make_user("other"), text="别人的公文")
        assert [note.about for note in as_reader.get(LIST, {"q": " 公文  简明 "}).context["page"]] == ["公文写作"]
        answer = as_reader.get(LIST, {"q": "公文"})
        assert answer.context["page"].paginator.count == 2
        assert "没有这样的笔记" in as_reader.get(LIST, {"q": "什么也不是"}).content.decode()
        assert as_reader.get(LIST, {"q": "公文\x00"}).context["page"].paginator.count == 2

    def test_shows_those_beside_one_thing(self, as_reader, reader, article):
        session, book = SessionFactory(), BookFactory()
        note_of(reader, about="材料旁的", page=article)
        note_of(reader, about="学习旁的", session=session)
        note_of(reader, about="书旁的", book=book)
        for query, about in ((f"beside={article.pk}", "材料旁的"), (f"session={session.pk}", "学习旁的"), (f"book={book.pk}", "书旁的")):
            assert [note.about for note in as_reader.get(f"{LIST}?{query}").context["page"]] == [about]
        for wrong in ("beside=x", "session=-1", f"book={'9' * 5000}", "beside=%00"):
            assert as_reader.get(f"{LIST}?{wrong}").context["page"].paginator.count == 3

    @pytest.mark.parametrize("number", [1, 25])
    def test_takes_eight_statements_whatever_there_is(self, as_reader, reader, number, django_assert_num_queries):
        for _ in range(number):
            note_of(reader)
        as_reader.get(LIST)
        with django_assert_num_queries(8):
            assert as_reader.get(LIST).status_code == 200

    def test_keeps_the_words_on_the_next_page(self, as_reader, reader):
        for _ in range(21):
            note_of(reader, text="同一个词")
        answer = as_reader.get(LIST, {"q": "同一个", "page": 2})
        assert len(answer.context["page"]) == 1
        assert "q=%E5%90%8C%E4%B8%80%E4%B8%AA&amp;page=1" in answer.content.decode()

    def test_is_not_kept_by_any_cache(self, as_reader):
        assert "no-store" in as_reader.get(LIST)["Cache-Control"]


class TestNewStudyNote:
    URL = "/my/notes/new/"

    def test_stands_beside_a_page_and_leads_back_to_it(self, as_reader, reader, article):
        address = f"{self.URL}?page={article.pk}"
        assert 'value="一份材料"' in as_reader.get(address).content.decode()
        answer = as_reader.post(address, form(), follow=True)
        assert answer.redirect_chain == [(article.url, 302)]
        assert "笔记已保存，只有您自己看得到" in answer.content.decode()
        note = StudyNote.objects.get()
        assert (note.owner, note.page_id, note.about, note.created_at) == (reader, article.pk, "一份材料", NOW)

    def test_needs_nothing_but_the_text(self, as_reader, article):
        as_reader.post(f"{self.URL}?page={article.pk}", {"text": "只有一句"})
        assert StudyNote.objects.get().about == "一份材料"
        assert as_reader.post(self.URL, {"text": "随记"}).headers["Location"] == LIST

    def test_stands_beside_a_book_or_a_session(self, as_reader):
        book, session = BookFactory(), SessionFactory()
        assert as_reader.post(f"{self.URL}?book={book.pk}", form()).headers["Location"] == reverse("reading_book", args=[book.pk])
        assert as_reader.post(f"{self.URL}?session={session.pk}", form()).headers["Location"] == reverse("session", args=[session.pk])

    @pytest.mark.parametrize("value", ["0", "99999", "x", "-1", "1" * 30])
    @pytest.mark.parametrize("name", ["page", "book", "session"])
    def test_is_beside_nothing_that_is_not_there(self, as_reader, name, value):
        assert as_reader.get(self.URL, {name: value}).status_code == 404
        assert as_reader.post(f"{self.URL}?{name}={value}", form()).status_code == 404
        assert not StudyNote.objects.exists()

    def test_is_beside_no_page_that_the_reader_may_not_see(self, as_reader, article):
        restriction = PageViewRestriction.objects.create(page=article, restriction_type="groups")
        assert as_reader.get(f"{self.URL}?page={article.pk}").status_code == 404
        restriction.delete()
        article.unpublish()
        assert as_reader.get(f"{self.URL}?page={article.pk}").status_code == 404

    def test_says_what_is_wrong_and_keeps_what_was_typed(self, as_reader):
        answer = as_reader.post(self.URL, form(text="字" * 10_001, quote="摘" * 1_001))
        html = answer.content.decode()
        assert answer.status_code == 400
        assert "最多 10000 个字，现在有 10001 个" in html
        assert "字" * 10_001 in html

    def test_shows_what_was_typed_when_the_session_ran_out(self, client):
        assert client.get(self.URL).headers["Location"] == "/login/?next=/my/notes/new/"
        assert client.post(self.URL, {"text": ""}).status_code == 302
        answer = client.post(f"{self.URL}?page=3", form(text="别丢了我 <b>"))
        html = answer.content.decode()
        assert answer.status_code == 401
        assert "别丢了我 &lt;b&gt;" in html
        assert "/login/?next=/my/notes/new/%3Fpage%3D3" in html
        assert not StudyNote.objects.exists()


class TestStudyNote:
    def test_is_changed_by_its_owner(self, as_reader, reader, article):
        note = note_of(reader, page=article, about="一份材料")
        html = as_reader.get(f"{LIST}{note.pk}/").content.decode()
        assert f'href="{article.url}"' in html
        assert as_reader.post(f"{LIST}{note.pk}/", form(text="改过了")).headers["Location"] == LIST
        note.refresh_from_db()
        assert (note.text, note.updated_at) == ("改过了", NOW)

    def test_names_a_page_that_is_closed_by_now_and_leads_nowhere(self, as_reader, reader, article):
        note = note_of(reader, page=article, about="一份材料")
        PageViewRestriction.objects.create(page=article, restriction_type="groups")
        html = as_reader.get(f"{LIST}{note.pk}/").content.decode()
        assert article.url not in html
        assert 'value="一份材料"' in html

    def test_takes_eight_statements(self, as_reader, reader, article, django_assert_num_queries):
        note = note_of(reader, page=article)
        as_reader.get(f"{LIST}{note.pk}/")
        with django_assert_num_queries(8):
            as_reader.get(f"{LIST}{note.pk}/")

    @pytest.mark.parametrize("name", ["study_note", "delete_study_note", "note_to_reflection"])
    @pytest.mark.parametrize("who", ["other", "clerk", "root"])
    def test_is_not_there_for_anybody_else(self, client, reader, name, who):
        note = note_of(reader, text="只有我知道")
        groups = ["机关党委办事员"] if who == "clerk" else []
        client.force_login(make_user(who, *groups, is_superuser=who == "root"))
        address = reverse(name, args=[note.pk])
        assert client.get(address).status_code == 404
        assert client.post(address, form()).status_code == 404
        note.refresh_from_db()
        assert (note.text, note.reflection) == ("只有我知道", None)

    def test_asks_the_anonymous_to_sign_in(self, client, reader):
        note = note_of(reader)
        for name in ("study_note", "delete_study_note", "note_to_reflection"):
            assert client.get(reverse(name, args=[note.pk])).headers["Location"].startswith("/login/")
            assert client.post(reverse(name, args=[note.pk])).headers["Location"].startswith("/login/")


class TestDeleteStudyNote:
    def test_asks_before(self, as_reader, reader):
        note = note_of(reader)
        assert "找不回来" in as_reader.get(f"{LIST}{note.pk}/delete/").content.decode()
        assert StudyNote.objects.exists()
        assert as_reader.post(f"{LIST}{note.pk}/delete/").headers["Location"] == LIST
        assert not StudyNote.objects.exists()


class TestNoteToReflection:
    def address(self, note):
        return reverse("note_to_reflection", args=[note.pk])

    def test_is_one_press(self, as_reader, reader):
        note = note_of(reader, book=BookFactory(title="某书"), text="想到的")
        answer = as_reader.post(self.address(note))
        made = Reflection.objects.get()
        assert answer.headers["Location"] == reverse("write_reflection", args=[made.pk])
        assert (made.author, made.book, made.html) == (reader.staff_member, note.book, "<p>想到的</p>")
        assert as_reader.post(self.address(note)).headers["Location"] == reverse("write_reflection", args=[made.pk])
        assert Reflection.objects.count() == 1

    def test_takes_what_stands_in_the_form(self, as_reader, reader):
        note = note_of(reader, text="旧的")
        assert as_reader.post(self.address(note), form(text="")).status_code == 400
        assert not Reflection.objects.exists()
        as_reader.post(self.address(note), form(text="新的", quote="原文"))
        note.refresh_from_db()
        assert note.text == "新的"
        assert Reflection.objects.get().html == "<blockquote><p>原文</p></blockquote><p>新的</p>"

    def test_leads_to_what_has_been_handed_in(self, as_reader, reader):
        note = note_of(reader)
        as_reader.post(self.address(note))
        Reflection.objects.update(state="waiting", first_handed_in_at=NOW, handed_in_at=NOW)
        made = Reflection.objects.get()
        assert as_reader.post(self.address(note)).headers["Location"] == reverse("reflection", args=[made.pk])

    def test_changes_nothing_when_it_is_only_looked_at(self, as_reader, reader):
        note = note_of(reader)
        assert as_reader.get(self.address(note)).headers["Location"] == f"{LIST}{note.pk}/"
        assert not Reflection.objects.exists()

    def test_says_why_where_it_cannot_be(self, client):
        user = make_user("bianji")
        note = note_of(user)
        client.force_login(user)
        answer = client.post(self.address(note), follow=True)
        assert "人员名册" in answer.content.decode()
        assert not Reflection.objects.exists()


class TestPanelOnAnArticle:
    def test_is_on_every_kind_of_article_for_whoever_is_signed_in(self, as_reader, article, home):
        notice = make_notice(make_column(home, "通知", "tongzhi"))
        for page in (article, notice):
            html = as_reader.get(page.url).content.decode()
            assert f'action="/my/notes/new/?page={page.pk}"' in html
            assert f'href="/my/notes/?beside={page.pk}"' in html
            assert "csrfmiddlewaretoken" in html

    def test_leaves_the_page_of_the_anonymous_as_it_was(self, client, article, django_assert_max_num_queries):
        client.get(article.url)
        with django_assert_max_num_queries(8):
            answer = client.get(article.url)
        html = answer.content.decode()
        assert "记笔记" not in html
        assert "csrfmiddlewaretoken" not in html
        assert not answer.cookies
        assert answer["Cache-Control"] == "public, max-age=0, s-maxage=60"

    def test_costs_a_reader_no_statement(self, as_reader, reader, article):
        note_of(reader, page=article)
        as_reader.get(article.url)
        with CaptureQueriesContext(connection) as captured:
            as_reader.get(article.url)
        assert not [query for query in captured if "studynote" in query["sql"]]

    def test_is_beside_a_session_and_a_book_by_link(self, client, reader):
        session, book = SessionFactory(), BookFactory()
        assert "记笔记" not in client.get(reverse("reading_book", args=[book.pk])).content.decode()
        client.force_login(reader)
        for name, one, query in (("session", session, "session"), ("reading_book", book, "book")):
            html = client.get(reverse(name, args=[one.pk])).content.decode()
            assert f'href="/my/notes/new/?{query}={one.pk}"' in html
            assert f'href="/my/notes/?{query}={one.pk}"' in html
