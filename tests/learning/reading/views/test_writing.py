import datetime
import io
import re
import uuid

import pytest
from django.urls import reverse

from learning.models import PassageComment, Reflection, ReviewRound
from learning.reading.services.files import add_photo
from learning.reading.services.typed import MAX_DRAFT_LENGTH
from tests.cms.core.reading.papers import docx_of, repacked
from tests.cms.files.specimens import picture
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_site, make_user
from tests.factories.programme import SessionFactory, at
from tests.factories.reading import BookFactory, InterestGroupFactory, ListedBookFactory, ReadingEntryFactory, ReflectionFactory
from tests.standing import standing

NOW = at(2026, 11, 25, 14, 5)
NEW = "/my/reflections/new/"


@standing(now=NOW)
def author():
    make_site()
    return StaffMemberFactory(name="陶思远", user=make_user("zhigong", display_name="陶思远"))


@pytest.fixture
def own(client, author):
    client.force_login(author.user)
    return client


@pytest.fixture
def draft(author):
    return ReflectionFactory(author=author, title="题目", html="<p>第一稿。</p>")


def address(reflection, name="write_reflection", *more):
    return reverse(name, args=[reflection.pk, *more])


def typed(draft=None, **facts):
    values = (
        {"version": draft.version, "title": draft.title, "text": "第一稿。", "book": draft.book_id} if draft else {"token": uuid.uuid4()}
    )
    return {"application": "", "book_title": "", "act": "save"} | values | facts


def handed_in(draft, state="waiting", **facts):
    for name, value in {"state": state, "first_handed_in_at": NOW, "handed_in_at": NOW, **facts}.items():
        setattr(draft, name, value)
    draft.save()
    return draft


class TestMyReflections:
    def test_is_in_words_with_one_button_each(self, own, author):
        book = BookFactory(title="论读书")
        ReflectionFactory(author=author, title="草稿一篇", book=book, characters=1234)
        handed_in(ReflectionFactory(author=author, title="交了的", meant_for=datetime.date(2026, 7, 1)))
        handed_in(ReflectionFactory(author=author, title="退回的"), "returned")
        handed_in(ReflectionFactory(author=author, title="通过的"), "accepted", accepted_at=NOW)
        ReflectionFactory(title="别人的")
        html = own.get("/my/reflections/").content.decode()
        rows = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in re.findall(r'<li class="due-row">.*?</li>', html, re.DOTALL)]
        assert len(rows) == 4
        drafted, returned = next(row for row in rows if "草稿一篇" in row), next(row for row in rows if "退回的" in row)
        assert "– 草稿" in drafted
        assert "《论读书》，1234 字" in drafted
        assert "继续写" in drafted
        assert "去改" in returned
        assert "◐ 退回修改" in returned
        waiting = next(row for row in rows if "交了的" in row)
        assert "待评阅 迟交" in waiting
        assert "2026年11月25日提交" in waiting
        assert "2026年11月25日通过" in next(row for row in rows if "通过的" in row)
        assert html.count("迟交") == 1
        assert "别人的" not in html

    def test_costs_the_same_for_one_and_for_many(self, own, author, django_assert_num_queries):
        ReflectionFactory(author=author)
        own.get("/my/reflections/")
        with django_assert_num_queries(9):
            own.get("/my/reflections/")
        for _number in range(24):
            ReflectionFactory(author=author)
        with django_assert_num_queries(9):
            answer = own.get("/my/reflections/")
        assert answer.content.decode().count('class="due-row"') == 20
        assert own.get("/my/reflections/?page=2").content.decode().count('class="due-row"') == 5

    @pytest.mark.once
    def test_begins_with_a_button(self, own):
        html = own.get("/my/reflections/").content.decode()
        assert "还没有写过心得" in html
        assert f'href="{NEW}"' in html

    @pytest.mark.once
    @pytest.mark.parametrize("path", ["/my/reflections/", NEW])
    def test_tells_an_account_that_is_nobodys(self, client, author, path):
        client.force_login(make_user("waiban"))
        assert "还没有对应到人员名册" in client.get(path).content.decode()


class TestNew:
    def test_fills_in_what_the_address_names_and_writes_nothing(self, own, author):
        book, session, group = BookFactory(title="论读书"), SessionFactory(title="读书交流"), InterestGroupFactory(name="文学")
        group.memberships.create(staff=author, joined_on=NOW.date())
        html = own.get(f"{NEW}?book={book.pk}&session={session.pk}&quarter=2026-07-01&group={group.pk}").content.decode()
        assert re.search(rf'<option value="{book.pk}"\s+selected', html)
        assert 'value="读《论读书》有感"' in html
        assert "读书交流" in html
        assert "文学小组" in html
        assert f'name="session" value="{session.pk}"' in html
        assert 'name="quarter" value="2026-07-01"' in html
        assert not Reflection.objects.exists()

    @pytest.mark.parametrize(
        "query",
        ["book=9999", "book=x&session=-1&group=1e3", "quarter=2026-13-01", "quarter=2027-01-01", "group={group}", "session={session}"],
    )
    def test_passes_over_what_leads_nowhere(self, own, query):
        keys = {"group": InterestGroupFactory().pk, "session": SessionFactory(state="cancelled", reason="防汛").pk}
        answer = own.get(f"{NEW}?{query.format(**keys)}")
        html = answer.content.decode()
        assert answer.status_code == 200
        assert not re.search(r'name="(session|group|quarter)" value=', html)

    def test_offers_this_months_books_and_the_own_ones(self, own, author):
        listed, read = ListedBookFactory(book__title="本月的书").book, ReadingEntryFactory(staff=author, book__title="读着的书").book
        ReadingEntryFactory(staff=author, book=None, title="自己的书")
        BookFactory(title="别的书")
        html = own.get(NEW).content.decode()
        assert [int(key) for key in re.findall(r'<option value="(\d+)"', html)] == [listed.pk, read.pk]
        assert '<option value="自己的书">' in html

    def test_keeps_what_was_typed(self, own, author):
        book, session = BookFactory(title="论读书"), SessionFactory()
        answer = own.post(NEW, typed(book=book.pk, session=session.pk, quarter="2026-08-15", title="", text="第一段\r\n\r\n第二段 <b>"))
        draft = Reflection.objects.get()
        assert answer.headers["Location"] == address(draft)
        assert (draft.author, draft.book, draft.session, draft.meant_for) == (author, book, session, datetime.date(2026, 7, 1))
        assert (draft.title, draft.html) == ("读《论读书》有感", "<p>第一段</p><p>第二段 &lt;b&gt;</p>")
        assert "草稿已保存（14:05）" in own.get(address(draft)).content.decode()

    def test_leads_a_second_time_to_the_first(self, own):
        sent = typed(text="写了。")
        assert own.post(NEW, sent).headers["Location"] == own.post(NEW, sent).headers["Location"]
        assert Reflection.objects.count() == 1

    def test_takes_200_000_characters(self, own):
        assert own.post(NEW, typed(text="长" * 200_000)).status_code == 302
        assert Reflection.objects.get().characters == 200_000

    def test_gives_back_what_is_longer_than_any_draft(self, own):
        text = "长" * (MAX_DRAFT_LENGTH + 1)
        answer = own.post(NEW, typed(text=text, title="很长的", application="用了"))
        html = answer.content.decode()
        assert answer.status_code == 413
        assert "最多 300,000 个" in html
        assert text in html
        assert 'value="很长的"' in html
        assert "用了</textarea>" in html
        assert not Reflection.objects.exists()

    @pytest.mark.once
    def test_gives_back_a_title_that_is_too_long(self, own):
        answer = own.post(NEW, typed(title="题" * 121, text="正文在"))
        html = answer.content.decode()
        assert answer.status_code == 400
        assert "题目最多 120 个字，现有 121 个" in html
        assert "正文在</textarea>" in html

    @pytest.mark.once
    def test_gives_the_text_back_to_an_account_that_is_nobodys(self, client, author):
        client.force_login(make_user("waiban"))
        answer = client.post(NEW, typed(text="写了很久"))
        assert answer.status_code == 403
        assert "写了很久</textarea>" in answer.content.decode()


class TestWrite:
    def test_is_the_authors_alone(self, own, draft, client):
        assert own.get(address(draft)).status_code == 200
        StaffMemberFactory(user=make_user("tongshi"))
        client.force_login(make_user("other", is_superuser=True))
        for name in ("write_reflection", "add_reflection_files", "autosave_reflection", "discard_reflection"):
            assert client.post(address(draft, name), typed(draft, text="别人写的")).status_code == 404
        assert client.get(address(draft)).status_code == 404
        draft.refresh_from_db()
        assert draft.html == "<p>第一稿。</p>"

    def test_gives_the_text_back_to_whoever_was_signed_out(self, client, draft):
        assert client.get(address(draft)).headers["Location"].startswith("/login/")
        answer = client.post(address(draft), typed(draft, text="写了很久"))
        html = answer.content.decode()
        assert answer.status_code == 401
        assert "登录已过期" in html
        assert "写了很久</textarea>" in html

    def test_stores_what_word_pasted_without_what_acts(self, own, draft):
        html = "<p class=MsoNormal style='x'><b>粗</b><script>alert(1)</script><del>删</del></p><p onclick='x()'>二</p>"
        own.post(address(draft), typed(draft, html=html))
        draft.refresh_from_db()
        assert draft.html == "<p><strong>粗</strong></p><p>二</p>"
        assert "alert(1)" not in own.get(address(draft)).content.decode()

    def test_leaves_the_formatting_where_the_text_area_came_back_unchanged(self, own, author):
        html = "<h2>标题</h2><p>有<strong>粗</strong>字</p><ul><li>一</li></ul>"
        draft = ReflectionFactory(author=author, html=html)
        shown = own.get(address(draft)).content.decode()
        assert "改了文字再保存，全文变成普通段落" in shown
        assert "标题\n有粗字\n一</textarea>" in shown
        own.post(address(draft), typed(draft, text="标题\r\n有粗字\r\n一", application="另一栏改了"))
        draft.refresh_from_db()
        assert (draft.html, draft.application) == (html, "另一栏改了")
        own.post(address(draft), typed(draft, text="标题\r\n有粗字\r\n二"))
        draft.refresh_from_db()
        assert draft.html == "<p>标题</p><p>有粗字</p><p>二</p>"
        assert "data-plain-hint" not in own.get(address(draft)).content.decode()

    def test_shows_both_texts_where_two_windows_wrote(self, own, draft):
        own.post(address(draft), typed(draft, text="第一稿。\n手机上的。"))
        answer = own.post(address(draft), typed(draft, text="第一稿。\n电脑上的。"), follow=True)
        html = answer.content.decode()
        assert "没有丢，请选用一份" in html
        assert "手机上的。</textarea>" in html
        assert "<p>电脑上的。</p>" in html
        assert "……（与现在的相同）" in html
        copy = draft.copies.get()
        draft.refresh_from_db()
        own.post(address(draft), typed(draft, text="第一稿。\n手机上的。", act=f"use:{copy.pk}"))
        draft.refresh_from_db()
        assert draft.html == "<p>第一稿。</p><p>电脑上的。</p>"
        own.post(address(draft), typed(draft, text="第一稿。\n电脑上的。", act=f"drop:{draft.copies.get().pk}"))
        assert not draft.copies.exists()

    def test_stores_what_was_typed_before_it_changes_the_copy(self, own, draft):
        copy = draft.copies.create(html="<p>另一稿</p>", saved_at=NOW)
        own.post(address(draft), typed(draft, text="刚写的", act=f"use:{copy.pk}"))
        draft.refresh_from_db()
        assert (draft.html, draft.copies.get().html) == ("<p>另一稿</p>", "<p>刚写的</p>")

    @pytest.mark.once
    @pytest.mark.parametrize("act", ["use:999", "drop:x", "remove:", "nonsense"])
    def test_stores_the_text_whatever_the_button_says(self, own, draft, act):
        assert own.post(address(draft), typed(draft, text="刚写的", act=act)).status_code == 302
        draft.refresh_from_db()
        assert draft.html == "<p>刚写的</p>"

    def test_goes_on_to_the_hand_in_with_what_was_typed(self, own, draft):
        answer = own.post(address(draft), typed(draft, text="写完了。", act="hand_in"))
        assert answer.headers["Location"] == reverse("hand_in_reflection", args=[draft.pk])
        draft.refresh_from_db()
        assert draft.html == "<p>写完了。</p>"

    def test_is_closed_while_it_is_with_a_reviewer(self, own, draft):
        handed_in(draft)
        assert own.get(address(draft)).status_code == 404
        answer = own.post(address(draft), typed(draft, text="来不及的话"))
        assert answer.status_code == 409
        assert "来不及的话</textarea>" in answer.content.decode()

    def test_says_what_the_reviewer_said(self, own, draft):
        handed_in(draft, "returned")
        review = ReviewRound.objects.create(
            reflection=draft, number=1, html=draft.html, handed_in_at=NOW, characters=3, verdict="returned", note="请补例子", decided_at=NOW
        )
        PassageComment.objects.create(round=review, passage=0, quote="第一稿。", text="这里太短")
        html = own.get(address(draft)).content.decode()
        assert "修改心得" in html
        assert "请补例子" in html
        assert "这里太短" in html
        assert "删除这份草稿" not in html

    def test_gives_whoever_has_left_the_text_and_the_reason(self, own, author, draft):
        author.left_on = datetime.date(2026, 11, 20)
        author.save()
        shown = own.get(address(draft))
        assert (shown.status_code, "第一稿。</textarea>" in shown.content.decode()) == (403, True)
        answer = own.post(address(draft), typed(draft, text="最后写的"))
        html = answer.content.decode()
        assert answer.status_code == 403
        assert "2026-11-20 离开本单位" in html
        assert "最后写的</textarea>" in html
        assert own.get(NEW).status_code == 403

    def test_says_that_the_quarter_is_over(self, own, author):
        draft = ReflectionFactory(author=author, meant_for=datetime.date(2026, 7, 1))
        assert "原定2026年第三季度，现在提交计入2026年第四季度，并注明“迟交”" in own.get(address(draft)).content.decode()

    def test_costs_the_same_however_much_lies_beside_it(self, own, author, draft, django_assert_num_queries):
        handed_in(draft, "returned")
        ReviewRound.objects.create(reflection=draft, number=1, html="", handed_in_at=NOW, characters=3)
        own.get(address(draft))
        with django_assert_num_queries(14):
            own.get(address(draft))
        for number in range(5):
            draft.copies.create(html=f"<p>{number}</p>", saved_at=NOW)
            draft.files.create(kind="photo", original_name=f"{number}.jpg", sha256=str(number), added_at=NOW)
            ListedBookFactory(monthly_list__month=datetime.date(2026, 11 - number, 1))
            ReadingEntryFactory(staff=author)
        with django_assert_num_queries(14):
            own.get(address(draft))


class TestAutosave:
    def save(self, own, path, **sent):
        answer = own.post(path, typed(**sent))
        return answer.status_code, answer.json()

    def test_makes_a_draft_of_a_new_page_once(self, own, author):
        token = uuid.uuid4()
        status, said = self.save(own, f"{NEW}autosave/", token=token, html="<p>写了。</p>", title="")
        draft = Reflection.objects.get()
        assert status == 200
        assert said == {
            "version": 1,
            "saved_at": "14:05",
            "characters": 3,
            "url": address(draft),
            "autosave": address(draft, "autosave_reflection"),
        }
        assert (draft.author, draft.title) == (author, "")
        assert self.save(own, f"{NEW}autosave/", token=token, html="<p>写了。</p>")[1]["url"] == said["url"]
        assert Reflection.objects.count() == 1

    def test_counts_on(self, own, draft):
        status, said = self.save(own, address(draft, "autosave_reflection"), draft=draft, html="<p>第二稿，长。</p>")
        assert (status, said["version"], said["characters"]) == (200, 2, 6)

    def test_tells_the_older_tab(self, own, draft):
        path = address(draft, "autosave_reflection")
        self.save(own, path, draft=draft, html="<p>新</p>")
        status, said = self.save(own, path, draft=draft, html="<p>旧</p>")
        assert status == 409
        assert "14:05改过" in said["message"]
        assert (said["copy"], said["url"]) == (draft.copies.get().pk, address(draft))
        self.save(own, path, draft=draft, html="<p>旧的接着写</p>", copy=said["copy"])
        assert draft.copies.get().html == "<p>旧的接着写</p>"

    @pytest.mark.parametrize(
        ("sent", "status", "message"),
        [
            ({"html": f"<p>{'长' * (MAX_DRAFT_LENGTH + 1)}</p>"}, 413, "最多 300,000 个"),
            ({"title": "题" * 121, "html": ""}, 400, "题目最多 120 个字"),
        ],
    )
    def test_says_what_cannot_be_stored(self, own, draft, sent, status, message):
        answered, said = self.save(own, address(draft, "autosave_reflection"), draft=draft, **sent)
        assert answered == status
        assert message in said["message"]

    def test_drops_what_no_database_takes(self, own):
        sent = dict.fromkeys(("title", "book_title", "application", "html", "quarter", "document_mode"), "甲\x00乙")
        assert self.save(own, f"{NEW}autosave/", **sent)[0] == 200
        draft = Reflection.objects.get()
        assert (draft.title, draft.book_title, draft.application, draft.html) == ("甲乙", "甲乙", "甲乙", "<p>甲乙</p>")

    def test_says_that_it_was_handed_in_meanwhile(self, own, draft):
        handed_in(draft)
        assert self.save(own, address(draft, "autosave_reflection"), draft=draft, html="<p>晚了</p>")[0] == 410

    def test_tells_whoever_has_left(self, own, author, draft):
        author.left_on = datetime.date(2026, 11, 20)
        author.save()
        for path in (address(draft, "autosave_reflection"), f"{NEW}autosave/"):
            status, said = self.save(own, path, html="<p>写了</p>")
            assert (status, "离开本单位" in said["message"]) == (400, True)

    @pytest.mark.once
    def test_sends_away_whoever_is_signed_out_and_writes_nothing_when_looked_at(self, client, author, draft):
        path = address(draft, "autosave_reflection")
        assert client.post(path, typed(draft)).headers["Location"].startswith("/login/")
        client.force_login(author.user)
        assert client.get(path).headers["Location"] == address(draft)
        assert client.get(f"{NEW}autosave/").headers["Location"] == NEW
        client.force_login(make_user("waiban"))
        assert client.post(f"{NEW}autosave/", typed()).status_code == 400


class TestFiles:
    def send(self, own, draft, **files):
        """As the page does: what was typed comes along."""
        return own.post(address(draft, "add_reflection_files"), typed(draft, text="边写边传", act="files", **files), follow=True)

    def test_are_kept_with_the_text(self, own, draft):
        photos = [named("一.jpg", picture("JPEG")), named("二.png", picture("PNG"))]
        html = self.send(own, draft, photos=photos).content.decode()
        draft.refresh_from_db()
        assert draft.html == "<p>边写边传</p>"
        assert sorted(draft.files.values_list("original_name", flat=True)) == ["一.jpg", "二.png"]
        assert "已存 2 张照片。" in html
        assert html.count('alt="手写照片：') == 2

    def test_of_40_megabytes_are_refused_with_a_remedy_and_nothing_else_is_lost(self, own, draft):
        html = self.send(own, draft, photos=[named("大.jpg", bytes(40 * 1024 * 1024)), named("小.jpg", picture("JPEG"))]).content.decode()
        assert "超过上限 10.0" in html
        assert "缩小" in html
        assert "边写边传</textarea>" in html
        assert draft.files.get().original_name == "小.jpg"

    def test_of_word_become_text(self, own, draft):
        html = self.send(own, draft, document=named("心得.docx", docx_of("文件里的"))).content.decode()
        assert "边写边传\n文件里的</textarea>" in html
        assert "已读入“心得.docx”的文字" in html
        again = typed(draft, version=3, text="边写边传\n文件里的", document_mode="replace")
        own.post(address(draft, "add_reflection_files"), again | {"document": named("另.docx", docx_of("换成这些"))})
        draft.refresh_from_db()
        assert draft.html == "<p>换成这些</p>"
        assert draft.copies.get().html == "<p>边写边传</p><p>文件里的</p>"

    def test_with_macros_are_refused_and_the_text_is_kept(self, own, draft):
        data = repacked(docx_of("甲"), add=[("word/vbaProject.bin", b"x")])
        html = self.send(own, draft, document=named("心得.docx", data)).content.decode()
        assert "宏" in html
        assert "边写边传</textarea>" in html

    def test_come_with_a_new_page_too(self, own):
        own.post(NEW, typed(text="提要", act="files", photos=[named("一.jpg", picture("JPEG"))]))
        assert Reflection.objects.get().files.count() == 1

    @pytest.mark.once
    def test_hold_up_the_hand_in_where_one_was_refused(self, own, draft):
        answer = own.post(address(draft), typed(draft, act="hand_in", photos=[named("坏.jpg", b"x")]))
        assert answer.headers["Location"] == address(draft)

    @pytest.mark.once
    def test_are_asked_for_where_none_was_chosen(self, own, draft):
        assert "还没有选文件" in self.send(own, draft).content.decode()
        assert own.get(address(draft, "add_reflection_files")).headers["Location"] == address(draft)

    def test_are_given_to_the_author_alone_before_the_hand_in(self, client, author, draft):
        file = add_photo(reflection=draft, file=named("一.jpg", picture("JPEG")), name="一.jpg", by=author.user, now=NOW)
        path = address(draft, "reflection_file", file.pk)
        assert client.get(path).headers["Location"].startswith("/login/")
        client.force_login(make_user("guanli", is_superuser=True))
        assert client.get(path).status_code == 404
        client.force_login(author.user)
        answer = client.get(path)
        assert b"".join(answer.streaming_content)[:2] == b"\xff\xd8"
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Content-Disposition"].startswith("inline")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer.headers["Cache-Control"]
        assert client.get(address(ReflectionFactory(author=author), "reflection_file", file.pk)).status_code == 404

    def test_of_word_are_given_out_as_they_came(self, own, draft):
        self.send(own, draft, document=named("心得.docx", docx_of("文件里的")))
        answer = own.get(address(draft, "reflection_file", draft.files.get().pk))
        assert b"".join(answer.streaming_content) == docx_of("文件里的")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Content-Type"] == "application/octet-stream"

    def test_are_removed_after_a_question(self, own, author, draft, client):
        file = add_photo(reflection=draft, file=named("一.jpg", picture("JPEG")), name="一.jpg", by=author.user, now=NOW)
        path = address(draft, "remove_reflection_file", file.pk)
        assert own.post(address(draft), typed(draft, text="刚写的", act=f"remove:{file.pk}")).headers["Location"] == path
        assert "一.jpg" in own.get(path).content.decode()
        assert draft.files.exists()
        own.post(path)
        assert not draft.files.exists()
        draft.refresh_from_db()
        assert draft.html == "<p>刚写的</p>"

    @pytest.mark.once
    def test_are_removed_by_their_author_from_a_draft_only(self, client, author, draft):
        file = add_photo(reflection=draft, file=named("一.jpg", picture("JPEG")), name="一.jpg", by=author.user, now=NOW)
        path = address(draft, "remove_reflection_file", file.pk)
        client.force_login(make_user("other"))
        assert client.post(path).status_code == 404
        handed_in(draft)
        client.force_login(author.user)
        assert client.post(path).status_code == 404
        assert draft.files.exists()


def named(name, data):
    file = io.BytesIO(data)
    file.name = name
    return file


class TestDiscard:
    def test_asks_and_then_it_is_gone(self, own, draft):
        path = address(draft, "discard_reflection")
        assert "删除后不能恢复" in own.get(path).content.decode()
        assert Reflection.objects.exists()
        assert own.post(path).headers["Location"] == "/my/reflections/"
        assert not Reflection.objects.exists()

    def test_is_not_for_what_was_handed_in(self, own, draft):
        handed_in(draft, "returned")
        path = address(draft, "discard_reflection")
        assert (own.get(path).status_code, own.post(path).status_code) == (404, 404)
