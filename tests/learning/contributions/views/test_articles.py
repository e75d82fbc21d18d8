"""Articles on the front end: who gets in, what a form says, that nothing typed is lost."""

import io
import zipfile

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from learning.models import MediaArticle
from tests.factories.contributions import CommissionFactory, PlacementFactory, RuleSetFactory
from tests.factories.pages import make_site, make_user
from tests.factories.programme import SessionFactory, at
from tests.factories.submissions import draft, given_back, handed_in, in_queue, make_newsroom
from tests.standing import standing

NOW = at(2026, 3, 5, 9)
pytestmark = pytest.mark.django_db
NASTY = ("\x00", "9" * 26)
NOTHING = ("", "0", "-1", "x" * 5000, "2026-02-30", "<script>", *NASTY)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


@standing(now=NOW)
def room():
    make_site()
    return make_newsroom()


def text_of(answer) -> str:
    return answer.content.decode()


def at_(name, *args) -> str:
    return reverse(name, args=args)


def written(room, **facts) -> dict:
    return {
        "title": "机关读书会开了",
        "genre": "news",
        "written_on": "2026-03-04",
        "authors": "陶思远",
        "body": "第一段。\n第二段。",
        "departments-TOTAL_FORMS": "6",
        "departments-INITIAL_FORMS": "0",
        "departments-0-department": str(room.office.pk),
    } | facts


def docx(text="文件里的一段。") -> SimpleUploadedFile:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>')
        word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
        archive.writestr(
            "word/document.xml", f'<w:document xmlns:w="{word}"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>'
        )
    return SimpleUploadedFile("稿件.docx", held.getvalue())


class TestWhoGetsIn:
    OPEN = {
        "draft": {"member"},
        "section": {"member", "head", "secretary", "leader", "clerk"},
        "office": {"member", "head", "secretary", "leader", "clerk"},
        "returned": {"member", "head", "secretary", "leader", "clerk"},
    }

    @pytest.mark.parametrize("state", OPEN)
    def test_depends_on_where_the_piece_stands(self, client, room, state):
        article = {"draft": draft, "section": handed_in, "office": in_queue, "returned": given_back}[state](room)
        for name in ("member", "colleague", "head", "other_head", "secretary", "leader", "clerk"):
            client.force_login(getattr(room, name).user)
            answer = client.get(at_("media_article", article.pk))
            assert (answer.status_code == 200) == (name in self.OPEN[state]), name
            assert answer.status_code in (200, 404)
            if name != "member":
                for door in ("edit_article", "hand_in_article", "take_back_article", "discard_article", "article_files"):
                    assert client.get(at_(door, article.pk)).status_code == 404, (name, door)
                    assert client.post(at_(door, article.pk), {}).status_code == 404, (name, door)

    def test_asks_the_anonymous_to_sign_in(self, client, room):
        article = in_queue(room)
        for name in ("contributions", "article_list", "articles_xlsx", "new_article", "contribution_queue"):
            assert client.get(at_(name)).status_code == 302, name
        for name in ("media_article", "edit_article", "review_article", "article_files", "article_file", "remove_article_file"):
            assert client.get(at_(name, article.pk)).status_code == 302, name
            assert client.post(at_(name, article.pk)).status_code in (302, 405), name

    def test_says_why_an_account_of_nobody_cannot_write(self, client, room):
        client.force_login(make_user("guanli"))
        assert client.get(at_("new_article")).status_code == 403
        assert "没有对应的人员" in text_of(client.get(at_("contributions")))
        assert client.get(at_("article_list")).status_code == 200

    def test_never_writes_on_get(self, client, room):
        article = draft(room)
        client.force_login(room.member.user)
        for name in ("hand_in_article", "take_back_article", "discard_article"):
            assert client.get(at_(name, article.pk)).status_code in (200, 302)
        assert MediaArticle.objects.get().state == "draft"


class TestDesk:
    def test_has_one_primary_button(self, client, room):
        handed_in(room)
        for person, words in ((room.member, "写稿件"), (room.head, "写稿件"), (room.secretary, "登记采用")):
            client.force_login(person.user)
            html = text_of(client.get(at_("contributions")))
            assert html.count('class="button"') == 1
            assert f">{words}</a>" in html
        client.force_login(room.head.user)
        assert "待科室审" in text_of(client.get(at_("contributions")))

    def test_asks_the_same_number_of_statements(self, client, room):
        client.force_login(room.secretary.user)
        in_queue(room)

        def asked():
            client.get(at_("contributions"))
            with CaptureQueriesContext(connection) as caught:
                client.get(at_("contributions"))
            return len(caught)

        few = asked()
        for number in range(5):
            in_queue(room, title=f"题{number}")
        assert asked() == few


class TestNewArticle:
    def test_fills_in_who_writes_and_for_what(self, client, room):
        call = CommissionFactory(topic="春季读书", to=[room.office])
        session = SessionFactory(title="周二学习", starts_at=at(2026, 3, 3, 15), ends_at=at(2026, 3, 3, 17), planned_on="2026-03-03")
        client.force_login(room.member.user)
        html = text_of(client.get(at_("new_article"), {"call": call.pk, "session": session.pk}))
        assert f'<option value="{call.pk}" selected' in html
        assert f'<option value="{session.pk}" selected' in html
        assert f'<option value="{room.office.pk}" selected' in html
        assert 'value="陶思远"' in html
        assert not MediaArticle.objects.exists()

    def test_saves_a_draft(self, client, room):
        client.force_login(room.member.user)
        answer = client.post(
            at_("new_article"),
            written(room, authors="陶思远 60%、外单位的人 40%", **{"departments-1-department": str(room.other.pk)}),
            follow=True,
        )
        article = MediaArticle.objects.get()
        assert answer.redirect_chain == [(at_("edit_article", article.pk), 302)]
        assert "不在本单位名册里、按外单位作者记的：外单位的人" in text_of(answer)
        assert [(one.name, one.staff_id, one.share) for one in article.authors.all()] == [
            ("陶思远", room.member.pk, 60),
            ("外单位的人", None, 40),
        ]
        assert [one.department for one in article.departments.all()] == [room.office, room.other]
        assert article.body == "第一段。\n第二段。"

    def test_saves_and_hands_in(self, client, room):
        client.force_login(room.member.user)
        answer = client.post(at_("new_article"), written(room, act="hand_in"), follow=True)
        article = MediaArticle.objects.get()
        assert article.state == "section"
        assert answer.redirect_chain == [(at_("media_article", article.pk), 302)]

    def test_keeps_the_draft_where_something_is_missing(self, client, room):
        client.force_login(room.member.user)
        answer = client.post(at_("new_article"), written(room, act="hand_in", body=""), follow=True)
        article = MediaArticle.objects.get()
        assert (article.state, answer.redirect_chain) == ("draft", [(at_("edit_article", article.pk), 302)])
        assert "还没有提交。还没有正文" in text_of(answer)

    def test_leads_a_picture_to_its_pictures(self, client, room):
        client.force_login(room.member.user)
        answer = client.post(at_("new_article"), written(room, act="hand_in", genre="picture"))
        assert answer.url == at_("article_files", MediaArticle.objects.get().pk)

    def test_reads_a_document(self, client, room):
        client.force_login(room.member.user)
        client.post(at_("new_article"), written(room, document=docx()))
        article = MediaArticle.objects.get()
        assert article.body == "第一段。\n第二段。\n文件里的一段。"
        assert article.files.get().original_name == "稿件.docx"

    def test_refuses_what_is_no_document_and_keeps_what_was_typed(self, client, room):
        client.force_login(room.member.user)
        answer = client.post(at_("new_article"), written(room, document=SimpleUploadedFile("稿件.doc", b"x")))
        assert answer.status_code == 400
        assert "另存为 .docx" in text_of(answer)
        assert "第二段。" in text_of(answer)
        assert not MediaArticle.objects.exists()

    @pytest.mark.parametrize(
        ("facts", "words"),
        [
            ({"title": ""}, "请写标题"),
            ({"title": "长" * 121}, "多出 1 个"),
            ({"body": "长" * 20_001}, "最多 20,000 个字"),
            ({"genre": "诗"}, "体裁"),
            ({"written_on": "2026-03-06"}, "不能晚于今天"),
            ({"written_on": "昨天"}, "日期请写成"),
            ({"authors": ""}, "至少一位作者"),
            ({"authors": "陶思远 60%、赵一鸣"}, "只有 1 个写了比例"),
            ({"authors": "60%"}, "前面没有姓名"),
            ({"authors": "甲、甲"}, "写了两次"),
            ({"departments-0-department": ""}, "请选供稿"),
            ({"departments-1-department": "0"}, "请从列表里选"),
            ({"departments-1-share": "40"}, "请选科室"),
            ({"commission": "77"}, "请从列表里选"),
            ({"session": "77"}, "请从列表里选"),
        ],
    )
    def test_says_the_place_and_the_remedy(self, client, room, facts, words):
        client.force_login(room.member.user)
        answer = client.post(at_("new_article"), written(room, **facts))
        assert answer.status_code == 400
        assert words in text_of(answer)
        assert not MediaArticle.objects.exists()

    def test_answers_no_call_of_others(self, client, room):
        call = CommissionFactory(to=[room.other])
        client.force_login(room.member.user)
        assert client.post(at_("new_article"), written(room, commission=str(call.pk))).status_code == 400

    @pytest.mark.parametrize("value", NOTHING)
    def test_survives_whatever_is_sent(self, client, room, value):
        client.force_login(room.member.user)
        names = (*written(room), "token", "version", "commission", "session", "topic", "is_reprint", "act", "departments-0-share")
        assert client.post(at_("new_article"), dict.fromkeys(names, value)).status_code in (302, 400)
        for name in names if value in NASTY else ():
            assert client.post(at_("new_article"), written(room, **{name: value})).status_code in (302, 400), name
        assert client.get(at_("new_article"), {"call": value, "session": value}).status_code == 200

    def test_makes_one_of_a_form_sent_twice(self, client, room):
        client.force_login(room.member.user)
        sent = written(room, token="0d2f7b46-1a8b-4a53-93a5-0f4ad2a1c111")
        assert client.post(at_("new_article"), sent).url == client.post(at_("new_article"), sent).url
        assert MediaArticle.objects.count() == 1


class TestEditArticle:
    def test_shows_what_is_stored(self, client, room):
        article = given_back(room, note="导语太长。")
        client.force_login(room.member.user)
        html = text_of(client.get(at_("edit_article", article.pk)))
        assert "退回的原因：文字需要修改。" in html
        assert "本报讯" in html

    def test_loses_nothing_when_another_window_was_faster(self, client, room):
        article = draft(room)
        client.force_login(room.member.user)
        client.post(at_("edit_article", article.pk), written(room, version="1", title="甲窗口的题目"))
        answer = client.post(at_("edit_article", article.pk), written(room, version="1", title="乙窗口的题目"))
        html = text_of(answer)
        assert answer.status_code == 409
        assert "在别处（另一个窗口，或合写的人）改过" in html
        assert "甲窗口的题目" in html
        assert 'value="乙窗口的题目"' in html
        assert 'name="version" value="2"' in html
        client.post(at_("edit_article", article.pk), written(room, version="2", title="乙窗口的题目"))
        assert MediaArticle.objects.get().title == "乙窗口的题目"

    def test_leads_away_from_what_is_in_review(self, client, room):
        article = handed_in(room)
        client.force_login(room.member.user)
        assert client.get(at_("edit_article", article.pk)).url == at_("media_article", article.pk)
        answer = client.post(at_("edit_article", article.pk), written(room, version="1"))
        assert answer.status_code == 400
        assert "没有保存，请先复制留存" in text_of(answer)

    def test_keeps_a_share_of_a_department(self, client, room):
        article = draft(room)
        client.force_login(room.member.user)
        shares = {"departments-1-department": str(room.other.pk), "departments-0-share": "60", "departments-1-share": "30"}
        answer = client.post(at_("edit_article", article.pk), written(room, version="1", **shares))
        assert answer.status_code == 400
        assert "比例合计是 90%" in text_of(answer)
        client.post(at_("edit_article", article.pk), written(room, version="1", **shares | {"departments-1-share": "40"}))
        assert [one.share for one in article.departments.all()] == [60, 40]
        assert 'value="60.00"' in text_of(client.get(at_("edit_article", article.pk)))


class TestArticle:
    def test_has_the_buttons_of_whoever_looks(self, client, room):
        article = handed_in(room)
        for person, has, has_not in (
            (room.member, "撤回来改", "审核</a>"),
            (room.head, "审核</a>", "撤回来改"),
            (room.leader, "本报讯", "审核</a>"),
        ):
            client.force_login(person.user)
            html = text_of(client.get(at_("media_article", article.pk)))
            assert has in html
            assert has_not not in html

    def test_shows_the_author_why(self, client, room):
        article = given_back(room, reason="wording", note="导语太长。")
        client.force_login(room.member.user)
        html = text_of(client.get(at_("media_article", article.pk)))
        assert "退回的原因：文字需要修改。" in html
        assert "导语太长。" in html

    def test_says_where_it_counts_or_why_not_yet(self, client, room):
        article = in_queue(room)
        client.force_login(room.member.user)
        assert "自动记进作者的五有档案" in text_of(client.get(at_("media_article", article.pk)))
        use = PlacementFactory(article=article, confirmed_at=None)
        MediaArticle.objects.filter(pk=article.pk).update(state="adopted")
        assert "采用还没有确认" in text_of(client.get(at_("media_article", article.pk)))
        type(use).objects.filter(pk=use.pk).update(confirmed_at=NOW)
        html = text_of(client.get(at_("media_article", article.pk)))
        assert html.count("这条算进了") == 1
        assert f"/five-haves/2026/{room.member.pk}/" in html
        assert "没有要求用它计数" in html

    def test_shows_its_scores_in_the_same_place(self, client, room):
        article = in_queue(room)
        RuleSetFactory()
        PlacementFactory(article=article, is_rescored=True)
        client.force_login(room.officer)
        html = text_of(client.get(at_("media_article", article.pk)))
        part = html.partition('class="counted-in"')[2].partition("</section>")[0]
        assert "计分</h3>" in part
        assert "scored-table" in part

    def test_escapes_what_was_typed(self, client, room):
        article = in_queue(room, title="<b>题</b>", body="<script>x</script>")
        client.force_login(room.officer)
        html = text_of(client.get(at_("media_article", article.pk)))
        assert "<script>x" not in html
        assert "<b>题" not in html

    def test_asks_the_same_number_of_statements(self, client, room):
        article = in_queue(room)
        client.force_login(room.officer)

        def asked():
            client.get(at_("media_article", article.pk))
            with CaptureQueriesContext(connection) as caught:
                client.get(at_("media_article", article.pk))
            return len(caught)

        few = asked()
        for number in range(5):
            article.authors.create(name=f"外人{number}", sort_order=number + 1)
            article.steps.create(step="send", state="sent", at=NOW, by=room.officer, by_name="沈")
        assert asked() == few


class TestHandInAndTakeBack:
    def test_walks_there_and_back(self, client, room):
        article = draft(room)
        client.force_login(room.member.user)
        answer = client.post(at_("hand_in_article", article.pk), {"version": "1"}, follow=True)
        assert "现在是“科室审”" in text_of(answer)
        answer = client.post(at_("take_back_article", article.pk), follow=True)
        assert answer.redirect_chain == [(at_("edit_article", article.pk), 302)]
        assert MediaArticle.objects.get().state == "draft"

    def test_hands_in_no_text_that_was_not_seen(self, client, room):
        article = draft(room)
        client.force_login(room.member.user)
        client.post(at_("edit_article", article.pk), written(room, version="1", title="改过的"))
        answer = client.post(at_("hand_in_article", article.pk), {"version": "1"}, follow=True)
        assert "在别处又改过，还没有提交" in text_of(answer)
        assert MediaArticle.objects.get().state == "draft"

    def test_says_why_it_cannot_be_taken_back(self, client, room):
        article = in_queue(room)
        client.force_login(room.member.user)
        assert "已有人审核" in text_of(client.post(at_("take_back_article", article.pk), follow=True))


class TestDiscard:
    def test_asks_first(self, client, room):
        article = draft(room)
        client.force_login(room.member.user)
        assert "不能恢复" in text_of(client.get(at_("discard_article", article.pk)))
        assert client.post(at_("discard_article", article.pk)).url == at_("contributions")
        assert client.get(at_("media_article", article.pk)).status_code == 404

    def test_keeps_what_was_handed_in(self, client, room):
        article = handed_in(room)
        client.force_login(room.member.user)
        assert client.get(at_("discard_article", article.pk)).url == at_("media_article", article.pk)
        client.post(at_("discard_article", article.pk))
        assert MediaArticle.objects.exists()


class TestArticleList:
    @pytest.mark.parametrize("value", NOTHING)
    def test_survives_whatever_is_asked(self, client, room, value):
        in_queue(room)
        client.force_login(room.officer)
        names = ("state", "department", "person", "from", "to", "period", "q", "page")
        for door in ("article_list", "articles_xlsx"):
            assert client.get(at_(door), dict.fromkeys(names, value)).status_code == 200
            for name in names if value in NASTY else ():
                assert client.get(at_(door), {name: value}).status_code == 200, (door, name)

    def test_says_why_it_is_empty(self, client, room):
        client.force_login(room.member.user)
        assert "还没有稿件" in text_of(client.get(at_("article_list")))
        draft(room)
        html = text_of(client.get(at_("article_list"), {"q": "没有这样的"}))
        assert "没有这样的稿件" in html
        assert 'value="没有这样的"' in html


class TestArticlesXlsx:
    def test_is_what_the_list_shows(self, client, room):
        in_queue(room, title="=SUM(1)")
        draft(room, title="草稿")
        client.force_login(room.officer)
        answer = client.get(at_("articles_xlsx"), {"state": "office"})
        rows = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
        assert rows[0][0] == "筛选：状态：宣传科审"
        assert rows[1][:3] == ("报送日期", "标题", "体裁")
        assert (rows[2][0].date().isoformat(), rows[2][1], len(rows)) == ("2026-03-04", "=SUM(1)", 3)
