import datetime
import io
import threading
import uuid

import pytest
from django.db import connections

from learning.models import ReadingSettings, Reflection, ReflectionCopy, ReflectionFile
from learning.reading.services.drafts import (
    MAX_CHARACTERS,
    AuthorLeftError,
    DraftClosedError,
    DraftConflictError,
    DraftError,
    discard_draft,
    drop_copy,
    missing_for_hand_in,
    open_draft,
    put_text,
    save_draft,
    use_copy,
)
from learning.reading.services.files import add_photo
from learning.reading.services.typed import MAX_DRAFT_LENGTH, DraftTooLongError
from tests.cms.files.specimens import picture
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.programme import at
from tests.factories.reading import BookFactory, ReflectionFactory

NOW = at(2026, 11, 25, 14, 5)
LATER = NOW + datetime.timedelta(minutes=10)
WORD = """<html><head><style>p{color:red}</style></head><body><p class=MsoNormal style='mso-x:1'><b>要点</b><span lang=EN-US>一<o:p></o:p></span></p>
<p><del cite="mailto:x">删去的</del><ins>加上的</ins></p><script>alert(1)</script></body></html>"""


@pytest.fixture
def author(db):
    return StaffMemberFactory(name="陶思远", user=make_user("zhigong"))


@pytest.fixture
def draft(author):
    return ReflectionFactory(author=author, title="题目", html="<p>第一稿。</p>")


def opened(author, **facts):
    values = {"token": uuid.uuid4(), "title": "题目", "html": "<p>正文。</p>", "by": author.user, "now": NOW}
    return open_draft(author=author, **(values | facts))


def saved(draft, **facts):
    values = {"version": draft.version, "title": draft.title, "html": draft.html, "application": "", "book": draft.book}
    return save_draft(reflection=draft, by=draft.author.user, now=LATER, **(values | facts))


def handed_in(draft):
    draft.state, draft.first_handed_in_at, draft.handed_in_at = "waiting", NOW, NOW
    draft.save()
    return draft


def at_once(*calls):
    """What each returns, run in threads that begin together."""
    gate, outcomes = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number, call):
        try:
            gate.wait(10)
            outcomes[number] = call()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(calls)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return outcomes


class TestOpenDraft:
    def test_keeps_what_it_is_about(self, author):
        book = BookFactory()
        draft = opened(author, book=book, book_title="不用", meant_for=datetime.date(2026, 10, 1), application=" 改了流程 ")
        assert (draft.book, draft.book_title, draft.application, draft.version) == (book, "", "改了流程", 1)
        assert (draft.state, draft.characters, draft.saved_at) == ("draft", 3, NOW)

    def test_takes_a_title_the_room_does_not_have(self, author):
        assert opened(author, book_title="《自己的书》").book_name == "自己的书"

    def test_cleans_what_was_pasted_from_word(self, author):
        assert opened(author, html=WORD).html == "<p><strong>要点</strong>一</p><p>加上的</p>"

    def test_is_one_reflection_when_the_form_is_sent_twice(self, author):
        token = uuid.uuid4()
        first, second = opened(author, token=token), opened(author, token=token)
        assert first == second
        assert Reflection.objects.count() == 1
        assert second.version == 1

    def test_keeps_another_text_under_the_same_token_beside_the_first(self, author):
        token = uuid.uuid4()
        first = opened(author, token=token)
        with pytest.raises(DraftConflictError) as caught:
            opened(author, token=token, html="<p>又写了。</p>")
        assert caught.value.reflection == first
        assert first.copies.get().html == "<p>又写了。</p>"

    @pytest.mark.django_db(transaction=True)
    def test_is_one_reflection_when_both_arrive_at_once(self):
        author, token = StaffMemberFactory(user=make_user("zhigong")), uuid.uuid4()
        found = at_once(lambda: opened(author, token=token).pk, lambda: opened(author, token=token).pk)
        assert found[0] == found[1] == Reflection.objects.get().pk

    def test_refuses_the_form_of_somebody_else(self, author):
        token = uuid.uuid4()
        opened(author, token=token)
        other = StaffMemberFactory(user=make_user("other"))
        with pytest.raises(DraftError, match="已经用过"):
            opened(other, token=token)

    def test_refuses_to_write_for_somebody_else(self, author):
        with pytest.raises(DraftError, match="只能写自己的"):
            opened(author, by=make_user("other"))

    @pytest.mark.parametrize(("left_on", "is_refused"), [("2026-11-24", True), ("2026-11-25", False), ("2026-11-26", False)])
    def test_is_for_whoever_has_not_left(self, author, left_on, is_refused):
        author.left_on = datetime.date.fromisoformat(left_on)
        if not is_refused:
            assert opened(author).pk
            return
        with pytest.raises(AuthorLeftError, match=f"{left_on} 离开本单位"):
            opened(author)

    @pytest.mark.parametrize(
        ("facts", "message"),
        [
            ({"title": "题" * 121}, "题目最多 120 个字，现有 121 个"),
            ({"application": "用" * 1001}, "最多 1000 个字"),
            ({"book_title": "书" * 121}, "书名最多 120 个字"),
        ],
    )
    def test_says_which_field_is_too_long(self, author, facts, message):
        with pytest.raises(DraftError, match=message) as caught:
            opened(author, **facts)
        assert set(caught.value.error_dict) == set(facts)


class TestSaveDraft:
    def test_counts_versions_and_characters(self, draft):
        stored = saved(draft, html="<p>第二稿，写了 3 句。</p>", application="用上了")
        assert (stored.version, stored.characters, stored.saved_at) == (draft.version + 1, 9, LATER)
        draft.refresh_from_db()
        assert (draft.html, draft.application) == ("<p>第二稿，写了 3 句。</p>", "用上了")

    def test_leaves_what_is_there_already_alone(self, draft):
        stored = saved(draft)
        assert (stored.version, stored.saved_at) == (draft.version, draft.saved_at)

    def test_changes_the_book_alone(self, draft):
        stored = saved(draft, book=None, book_title="另一本")
        assert (stored.book, stored.book_title, stored.version) == (None, "另一本", draft.version + 1)

    def test_keeps_what_the_older_tab_typed(self, draft):
        saved(draft, html="<p>手机上写的。</p>")
        with pytest.raises(DraftConflictError, match=r"另一处.*14:15改过.*没有丢") as caught:
            saved(draft, html="<p>电脑上写的。</p>", title="另一个题目", application="也写了")
        copy = draft.copies.get()
        assert (copy.title, copy.html, copy.application) == ("另一个题目", "<p>电脑上写的。</p>", "也写了")
        assert caught.value.copy == copy
        draft.refresh_from_db()
        assert draft.html == "<p>手机上写的。</p>"

    def test_goes_on_in_the_same_copy(self, draft):
        saved(draft, html="<p>手机上写的。</p>")
        key = None
        for html in ("<p>一</p>", "<p>一二</p>", "<p>一二三</p>"):
            with pytest.raises(DraftConflictError) as caught:
                saved(draft, html=html, copy=key)
            key = caught.value.copy.pk
        assert draft.copies.get().html == "<p>一二三</p>"

    def test_never_writes_into_a_copy_of_another_reflection(self, draft):
        foreign = ReflectionFactory(author=draft.author).copies.create(title="", html="<p>别篇的</p>", saved_at=NOW)
        saved(draft, html="<p>新</p>")
        with pytest.raises(DraftConflictError):
            saved(draft, html="<p>旧</p>", copy=foreign.pk)
        foreign.refresh_from_db()
        assert foreign.html == "<p>别篇的</p>"
        assert draft.copies.get().html == "<p>旧</p>"

    def test_says_nothing_when_both_have_the_same_text(self, draft):
        newest = saved(draft, html="<p>同样的。</p>")
        assert saved(draft, html="<p>同样的。</p>").version == newest.version
        assert not ReflectionCopy.objects.exists()

    def test_keeps_the_same_losing_text_once(self, draft):
        saved(draft, html="<p>新</p>")
        for _time in range(2):
            with pytest.raises(DraftConflictError):
                saved(draft, html="<p>旧</p>")
        assert draft.copies.count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_keeps_both_texts_when_two_windows_save_at_once(self):
        author = StaffMemberFactory(user=make_user("zhigong"))
        draft = ReflectionFactory(author=author, html="<p>第一稿。</p>")

        def window(html):
            try:
                return saved(draft, html=html).html
            except DraftConflictError as error:
                return error.copy.html

        outcomes = at_once(lambda: window("<p>窗口0</p>"), lambda: window("<p>窗口1</p>"))
        assert sorted(outcomes) == ["<p>窗口0</p>", "<p>窗口1</p>"]
        assert {Reflection.objects.get().html, ReflectionCopy.objects.get().html} == set(outcomes)

    def test_refuses_what_has_been_handed_in(self, draft):
        handed_in(draft)
        with pytest.raises(DraftClosedError, match="已在另一处提交"):
            saved(draft, html="<p>晚了</p>")
        assert saved(draft).html == draft.html  # nothing new: nothing to say

    def test_goes_on_after_it_was_returned(self, draft):
        draft.state, draft.first_handed_in_at, draft.handed_in_at = "returned", NOW, NOW
        draft.save()
        assert saved(draft, html="<p>改了。</p>").html == "<p>改了。</p>"

    def test_is_the_authors_alone(self, draft):
        with pytest.raises(DraftError, match="只能写自己的"):
            save_draft(reflection=draft, version=1, title="", html="", application="", by=make_user("other"), now=NOW)

    @pytest.mark.parametrize("characters", [200_000, MAX_DRAFT_LENGTH])
    def test_takes_a_very_long_draft(self, draft, characters):
        assert saved(draft, html=f"<p>{'长' * characters}</p>").characters == characters

    def test_says_what_to_do_with_what_is_longer_still(self, draft):
        with pytest.raises(DraftTooLongError, match=r"300,001 个字符，一篇草稿最多 300,000 个.*复制到 Word"):
            saved(draft, html=f"<p>{'长' * (MAX_DRAFT_LENGTH + 1)}</p>")
        draft.refresh_from_db()
        assert draft.html == "<p>第一稿。</p>"

    @pytest.mark.once
    @pytest.mark.parametrize("html", ["<div>" * 3_000 + "深", "<p>多</p>" * 40_000])
    def test_refuses_mark_up_that_no_document_has(self, draft, html):
        with pytest.raises(DraftError, match="格式太多，读不出来"):
            saved(draft, html=html)

    def test_costs_few_statements(self, draft, django_assert_num_queries):
        with django_assert_num_queries(5):  # savepoint, lock, read, write, release
            saved(draft, html="<p>新</p>")


class TestUseCopy:
    @pytest.fixture
    def copy(self, draft):
        return draft.copies.create(title="另一题", html="<p>另一稿，长一点。</p>", application="用了", saved_at=NOW)

    def test_changes_places_with_the_text(self, draft, copy):
        stored = use_copy(copy=copy, by=draft.author.user, now=LATER)
        assert (stored.title, stored.html, stored.application) == ("另一题", "<p>另一稿，长一点。</p>", "用了")
        assert (stored.version, stored.characters) == (draft.version + 1, 8)
        kept = stored.copies.get()
        assert (kept.title, kept.html) == ("题目", "<p>第一稿。</p>")
        assert kept.pk != copy.pk  # the older tab, still writing into its copy, must not meet this one

    def test_is_done_once(self, draft, copy):
        use_copy(copy=copy, by=draft.author.user, now=LATER)
        with pytest.raises(DraftError, match="已经用过"):
            use_copy(copy=copy, by=draft.author.user, now=LATER)

    def test_is_the_authors_alone(self, copy):
        with pytest.raises(DraftError):
            use_copy(copy=copy, by=make_user("other"), now=NOW)

    def test_changes_nothing_that_was_handed_in(self, draft, copy):
        handed_in(draft)
        with pytest.raises(DraftClosedError):
            use_copy(copy=copy, by=draft.author.user, now=LATER)


class TestDropCopy:
    def test_leaves_the_text(self, draft):
        copy = draft.copies.create(html="<p>另一稿</p>", saved_at=NOW)
        with pytest.raises(DraftError):
            drop_copy(copy=copy, by=make_user("other"), now=NOW)
        drop_copy(copy=copy, by=draft.author.user, now=NOW)
        assert not draft.copies.exists()


class TestPutText:
    def test_follows_what_is_written(self, draft):
        stored = put_text(reflection=draft, html="<p>文件里的。</p>", is_replacing=False, by=draft.author.user, now=LATER)
        assert stored.html == "<p>第一稿。</p><p>文件里的。</p>"

    def test_keeps_what_it_replaces(self, draft):
        stored = put_text(reflection=draft, html="<p>文件里的。</p>", is_replacing=True, by=draft.author.user, now=LATER)
        assert (stored.html, stored.copies.get().html) == ("<p>文件里的。</p>", "<p>第一稿。</p>")


class TestDiscardDraft:
    def test_takes_copies_and_files_along(self, draft, django_capture_on_commit_callbacks):
        draft.copies.create(html="<p>另一稿</p>", saved_at=NOW)
        file = add_photo(reflection=draft, file=io.BytesIO(picture("JPEG")), name="a.jpg", by=draft.author.user, now=NOW).file
        with django_capture_on_commit_callbacks(execute=True):
            discard_draft(reflection=draft, by=draft.author.user, now=LATER)
        assert not Reflection.objects.exists()
        assert not ReflectionFile.objects.exists()
        assert not file.storage.exists(file.name)

    def test_keeps_what_was_ever_handed_in(self, draft):
        handed_in(draft)
        draft.state = "returned"
        draft.save()
        with pytest.raises(DraftError, match="不能删除"):
            discard_draft(reflection=draft, by=draft.author.user, now=LATER)

    def test_is_the_authors_alone(self, draft):
        with pytest.raises(DraftError, match="自己的草稿"):
            discard_draft(reflection=draft, by=make_user("other"), now=NOW)


class TestMissingForHandIn:
    OFF, ON = ReadingSettings(), ReadingSettings(minimum_characters=800)

    def missing(self, draft, settings=OFF, **facts):
        for name, value in facts.items():
            setattr(draft, name, value)
        return missing_for_hand_in(draft, settings)

    def test_is_nothing_by_default_however_short(self, draft):
        assert self.missing(draft, html="<p>短。</p>") == []

    def test_asks_for_title_and_text(self, draft):
        title, text = self.missing(draft, title=" ", html="")
        assert "请写一个题目" in title
        assert "还没有正文" in text

    def test_says_how_much_is_lacking_where_a_minimum_is_set(self, draft):
        assert self.missing(draft, self.ON, html=f"<p>{'字' * 500}</p>") == ["正文现有 500 字，要求不少于 800 字，还差 300 字。"]
        assert self.missing(draft, self.ON, html=f"<p>{'字' * 800}</p>") == []

    def test_wants_a_summary_beside_photographs_and_no_more(self, draft):
        add_photo(reflection=draft, file=io.BytesIO(picture("JPEG")), name="a.jpg", by=draft.author.user, now=NOW)
        (summary,) = self.missing(draft, self.ON, html="<p>见照片</p>")
        assert "不少于 30 字，现有 3 字" in summary
        assert self.missing(draft, self.ON, html=f"<p>{'提' * 30}</p>") == []

    def test_says_how_much_is_too_much(self, draft):
        (long,) = self.missing(draft, html=f"<p>{'长' * (MAX_CHARACTERS + 5)}</p>")
        assert "现有 30,005 字，最多 30,000 字，多出 5 字" in long
        assert "没有丢" in long
