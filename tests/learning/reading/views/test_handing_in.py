"""What the author does: from the text to handed in, and what became of it."""

import pytest
from wagtail.models import Page

from learning.models import ReadingReviewPage, Reflection, ReviewRound, StaffMember
from learning.reading.choices import Consent, ReflectionState
from learning.reading.services.consent import set_consent
from learning.reading.services.drafts import save_draft
from learning.reading.services.handing_in import hand_in
from tests.factories.pages import make_site, make_user
from tests.factories.programme import RequirementFactory, at
from tests.factories.reading import BookFactory, ReflectionFactory
from tests.factories.reviews import handed_in_reflection, make_review_bureau, make_room, reviewed_reflection
from tests.standing import standing

NOW = at(2026, 11, 25, 9)
SENTENCE = "读书使人明白事理，也使人懂得敬畏；这句话我在下乡的路上想了很久，越想越觉得有分量，值得常常记起。"
LONG = "<p>先说说这本书。</p>" + f"<p>{SENTENCE}</p>"


@standing(now=NOW)
def bureau():
    make_room(make_site())
    return make_review_bureau()


@pytest.fixture
def as_(client):
    def sign_in(person):
        client.force_login(person.user)
        return client

    return sign_in


@pytest.fixture
def draft(bureau):
    return ReflectionFactory(author=bureau.member, book=BookFactory(title="乡土中国"), html=LONG)


def at_hand_in(draft) -> str:
    return f"/my/reflections/{draft.pk}/hand-in/"


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())


class TestHandInReflection:
    def test_takes_consent_and_one_button(self, as_, bureau, draft):
        client = as_(bureau.member)
        html = text_of(client.get(at_hand_in(draft)))
        assert "乡土中国" in html
        assert "2026年第四季度" in html
        assert html.count('type="radio"') == 3
        answer = client.post(at_hand_in(draft), {"version": 1, "consent": "internal"}, follow=True)
        assert answer.redirect_chain == [(f"/my/reflections/{draft.pk}/", 302)]
        assert "已提交，等待评阅" in text_of(answer)
        draft.refresh_from_db()
        assert (draft.state, draft.consent) == (ReflectionState.WAITING, Consent.INTERNAL)

    def test_shows_the_author_what_is_like_other_texts(self, as_, bureau, draft):
        handed_in_reflection(author=bureau.colleague, html=f"<p>{SENTENCE}</p>", title="别人的一篇")
        html = text_of(as_(bureau.member).get(at_hand_in(draft)))
        assert "有 1 处" in html
        assert "档案中另一篇心得" in html
        assert "别人的一篇" not in html
        assert "赵一鸣" not in html
        assert "%" not in html

    def test_changes_nothing_by_looking(self, as_, bureau, draft):
        as_(bureau.member).get(at_hand_in(draft))
        assert not ReadingReviewPage.objects.exists()
        assert not ReviewRound.objects.exists()

    def test_remembers_the_consent_of_the_last_one(self, as_, bureau, draft):
        handed_in_reflection(author=bureau.member, consent="public")
        html = as_(bureau.member).get(at_hand_in(draft)).content.decode()
        assert 'value="public" id="id_consent_2" required checked' in html or ('value="public"' in html and "checked" in html)
        checked = [line for line in html.split("<input") if "checked" in line]
        assert [line for line in checked if 'value="public"' in line] == checked

    def test_says_what_is_missing_and_leads_back(self, as_, bureau):
        empty = ReflectionFactory(author=bureau.member, title="", html="")
        client = as_(bureau.member)
        html = text_of(client.get(at_hand_in(empty)))
        assert "还没有题目" in html
        assert "还没有正文" in html
        assert 'type="radio"' not in html
        assert f'href="/my/reflections/{empty.pk}/write/"' in html or "回去写" in html
        answer = client.post(at_hand_in(empty), {"version": 1, "consent": "none"})
        assert answer.status_code == 400
        assert "还没有题目" in text_of(answer)

    def test_says_that_it_will_be_late(self, as_, bureau, draft):
        Reflection.objects.update(meant_for=at(2026, 7, 1).date())
        html = text_of(as_(bureau.member).get(at_hand_in(draft)))
        assert "迟交" in html
        assert "2026年第四季度" in html

    def test_asks_for_a_choice(self, as_, bureau, draft):
        answer = as_(bureau.member).post(at_hand_in(draft), {"version": 1})
        assert answer.status_code == 400
        assert "请在不公开、局内、公开里选一种。" in text_of(answer)

    def test_shows_the_newest_text_where_another_tab_was_faster(self, as_, bureau, draft):
        save_draft(
            reflection=draft,
            version=1,
            title="改过的",
            html="<p>别处写的一段。</p>",
            application="",
            book=draft.book,
            by=bureau.member.user,
            now=NOW,
        )
        client = as_(bureau.member)
        answer = client.post(at_hand_in(draft), {"version": 1, "consent": "public"})
        html = text_of(answer)
        assert answer.status_code == 409
        assert "别处又改过" in html
        assert "别处写的一段。" in html
        assert 'name="version" value="2"' in html
        assert client.post(at_hand_in(draft), {"version": 2, "consent": "public"}).status_code == 302

    def test_is_over_once_it_is_handed_in(self, as_, bureau, draft):
        client = as_(bureau.member)
        for _press in range(2):
            client.post(at_hand_in(draft), {"version": 1, "consent": "none"})
        assert ReviewRound.objects.count() == 1
        assert client.get(at_hand_in(draft)).url == f"/my/reflections/{draft.pk}/"
        answer = client.post(at_hand_in(draft), {"version": 7, "consent": "none"}, follow=True)
        assert "不用再提交" in text_of(answer)

    def test_says_so_where_there_is_no_room(self, as_, bureau, draft):
        Page.objects.get(slug="dushu").delete()
        answer = as_(bureau.member).post(at_hand_in(draft), {"version": 1, "consent": "none"})
        assert answer.status_code == 400
        assert "还没有“读书园地”" in text_of(answer)

    def test_says_so_to_an_author_who_has_left(self, as_, bureau, draft):
        StaffMember.objects.filter(pk=bureau.member.pk).update(left_on=at(2026, 11, 20).date())
        answer = as_(bureau.member).post(at_hand_in(draft), {"version": 1, "consent": "none"})
        assert answer.status_code == 400
        assert "离开本单位" in text_of(answer)

    @pytest.mark.once
    def test_is_nobody_elses(self, as_, bureau, draft):
        for role in ("colleague", "other_head", "clerk", "leader"):
            client = as_(getattr(bureau, role))
            assert client.get(at_hand_in(draft)).status_code == 404
            assert client.post(at_hand_in(draft), {"version": 1, "consent": "public"}).status_code == 404

    @pytest.mark.once
    def test_asks_the_anonymous_to_sign_in(self, client, draft):
        assert client.get(at_hand_in(draft)).url.startswith("/login/")

    def test_costs_the_same_for_a_long_text(self, as_, bureau, draft, django_assert_num_queries):
        long = ReflectionFactory(author=bureau.member, html="<p>各说各的一句话。</p>" * 60)
        client = as_(bureau.member)
        client.get(at_hand_in(draft))
        for one in (draft, long):
            with django_assert_num_queries(15):
                client.get(at_hand_in(one))


class TestReflection:
    def page(self, client, reflection) -> str:
        return text_of(client.get(f"/my/reflections/{reflection.pk}/"))

    def test_leads_to_the_desk_while_it_is_a_draft(self, as_, bureau, draft):
        answer = as_(bureau.member).get(f"/my/reflections/{draft.pk}/")
        assert answer.status_code == 302
        assert answer.url != f"/my/reflections/{draft.pk}/"

    def test_says_that_it_waits_and_for_whom(self, as_, bureau):
        waiting = handed_in_reflection(author=bureau.member, now=NOW)
        html = self.page(as_(bureau.member), waiting)
        assert "待评阅" in html
        assert "2026年12月2日前" in html
        assert "通过评阅以后才展示" in html

    def test_shows_what_was_said_beside_what_it_was_said_of(self, as_, bureau):
        returned = reviewed_reflection(
            author=bureau.member,
            by=bureau.other_head,
            is_accepted=False,
            note="还可以更具体。",
            comments={1: "举个例子"},
            html="<p>甲。</p><p>乙。</p>",
        )
        html = self.page(as_(bureau.member), returned)
        assert "还可以更具体。" in html
        assert html.index("乙。") < html.index("举个例子")
        assert "去改" in html
        assert f"/my/reflections/{returned.pk}/hand-in/" in html
        assert "退回期间暂不计入" in html

    def test_keeps_the_rounds(self, as_, bureau):
        returned = reviewed_reflection(
            author=bureau.member, by=bureau.other_head, is_accepted=False, note="第一稿的意见", comments={0: "请展开"}, html="<p>甲。</p>"
        )
        again = save_draft(
            reflection=returned,
            version=1,
            title="题",
            html="<p>甲展开了。</p>",
            application="",
            book=returned.book,
            by=bureau.member.user,
            now=NOW,
        )
        hand_in(reflection=again, version=2, consent="none", by=bureau.member.user, now=NOW)
        html = self.page(as_(bureau.member), returned)
        assert "以前各稿的评阅" in html
        assert "第一稿的意见" in html
        assert "这一段已改" in html

    def test_says_what_it_counts_for(self, as_, bureau):
        RequirementFactory(name="每季度一篇学习心得", evidence="reading.reflection", owed_by="staff")
        RequirementFactory(name="不相干的要求", evidence="reading.log", owed_by="staff")
        plain = handed_in_reflection(author=bureau.member, now=NOW)
        html = self.page(as_(bureau.member), plain)
        assert "2026年第四季度" in html
        assert "每季度一篇学习心得" in html
        assert "不相干的要求" not in html
        assert "有心得体会" in html
        assert "有收获运用" not in html
        applied = handed_in_reflection(author=bureau.member, application="改了台账", now=NOW)
        assert "有收获运用" in self.page(as_(bureau.member), applied)

    def test_says_that_it_was_late(self, as_, bureau):
        late = handed_in_reflection(author=bureau.member, meant_for=at(2026, 7, 1).date(), now=NOW)
        html = self.page(as_(bureau.member), late)
        assert "迟交" in html
        assert "2026年第四季度" in html

    def test_leads_to_the_page_others_read(self, as_, bureau):
        shown = reviewed_reflection(author=bureau.member, by=bureau.other_head, consent="internal")
        assert shown.page.url in self.page(as_(bureau.member), shown)
        hidden = reviewed_reflection(author=bureau.member, by=bureau.other_head, consent="none")
        assert "看展示的页面" not in self.page(as_(bureau.member), hidden)

    def test_says_that_somebody_has_taken_it_off(self, as_, bureau):
        shown = reviewed_reflection(author=bureau.member, by=bureau.other_head, consent="public")
        shown.page.unpublish(user=make_user("root", is_superuser=True))
        assert "已撤下" in self.page(as_(bureau.member), shown)
        shown.page.delete()
        assert "已撤下" in self.page(as_(bureau.member), shown)

    @pytest.mark.once
    def test_is_nobody_elses(self, as_, bureau):
        waiting = handed_in_reflection(author=bureau.member)
        for role in ("colleague", "other_head", "clerk", "leader"):
            assert as_(getattr(bureau, role)).get(f"/my/reflections/{waiting.pk}/").status_code == 404

    def test_costs_the_same_however_often_it_came_back(self, as_, bureau, django_assert_num_queries):
        once = reviewed_reflection(author=bureau.member, by=bureau.other_head)
        often = reviewed_reflection(author=bureau.member, by=bureau.other_head)
        ReviewRound.objects.filter(reflection=often).update(number=9)
        for number in range(1, 5):
            one = often.rounds.create(number=number, html=LONG, handed_in_at=NOW, characters=9, verdict="returned", decided_at=NOW)
            one.comments.create(passage=0, quote="先说说这本书。", text="不必")
        client = as_(bureau.member)
        self.page(client, once)
        for one in (once, often):
            with django_assert_num_queries(14):
                self.page(client, one)


class TestReflectionConsent:
    def say(self, client, reflection, **posted):
        return client.post(f"/my/reflections/{reflection.pk}/consent/", posted, follow=True)

    def test_is_one_press_of_the_author(self, as_, bureau):
        shown = reviewed_reflection(author=bureau.member, by=bureau.other_head, consent="public")
        answer = self.say(as_(bureau.member), shown, consent="none")
        assert "已改为不公开" in text_of(answer)
        assert not ReadingReviewPage.objects.get().live

    def test_is_stored_for_what_is_not_accepted(self, as_, bureau):
        waiting = handed_in_reflection(author=bureau.member)
        answer = self.say(as_(bureau.member), waiting, consent="public")
        assert "通过以后按“公开”展示" in text_of(answer)
        assert not ReadingReviewPage.objects.get().live

    def test_needs_a_choice(self, as_, bureau):
        waiting = handed_in_reflection(author=bureau.member)
        assert "选一种" in text_of(self.say(as_(bureau.member), waiting, consent="all"))

    def test_changes_nothing_when_it_is_only_asked_for(self, as_, bureau):
        shown = reviewed_reflection(author=bureau.member, by=bureau.other_head, consent="public")
        answer = as_(bureau.member).get(f"/my/reflections/{shown.pk}/consent/")
        assert answer.url == f"/my/reflections/{shown.pk}/"
        assert ReadingReviewPage.objects.get().live

    def test_is_narrowed_by_a_clerk_with_a_reason(self, as_, bureau):
        shown = reviewed_reflection(author=bureau.member, by=bureau.other_head, consent="public")
        client = as_(bureau.clerk)
        assert "写明原因" in text_of(self.say(client, shown, consent="none", reason=""))
        assert ReadingReviewPage.objects.get().live
        answer = self.say(client, shown, consent="none", reason="作者已调离")
        assert answer.redirect_chain[-1][0] == f"/reading/reviews/{shown.pk}/"
        assert "已通知作者" in text_of(answer)
        assert not ReadingReviewPage.objects.get().live

    @pytest.mark.once
    def test_is_widened_by_no_clerk(self, as_, bureau):
        hidden = reviewed_reflection(author=bureau.member, by=bureau.other_head, consent="internal")
        self.say(as_(bureau.clerk), hidden, consent="public", reason="展评")
        hidden.refresh_from_db()
        assert hidden.consent == Consent.INTERNAL
        set_consent(reflection=hidden, consent="none", by=bureau.member.user, now=NOW)
        assert as_(bureau.clerk).post(f"/my/reflections/{hidden.pk}/consent/", {"consent": "internal", "reason": "x"}).status_code == 404

    @pytest.mark.once
    def test_is_nobody_elses(self, as_, bureau):
        shown = reviewed_reflection(author=bureau.member, by=bureau.other_head, consent="public")
        for role in ("colleague", "other_head", "leader"):
            answer = as_(getattr(bureau, role)).post(f"/my/reflections/{shown.pk}/consent/", {"consent": "none", "reason": "x"})
            assert answer.status_code == 404
            assert ReadingReviewPage.objects.get().live

    @pytest.mark.once
    def test_a_draft_is_unknown_to_clerks(self, as_, bureau, draft):
        Reflection.objects.update(consent=Consent.PUBLIC)
        answer = as_(bureau.clerk).post(f"/my/reflections/{draft.pk}/consent/", {"consent": "none", "reason": "x"})
        assert answer.status_code == 404


class TestReadingReviewPage:
    """The page that others read."""

    def read(self, client, reflection) -> str:
        return text_of(client.get(ReadingReviewPage.objects.get(pk=reflection.page_id).url))

    def test_says_who_wrote_it_on_what_and_what_came_of_it(self, client, bureau):
        book = BookFactory(title="乡土中国", author="某著者")
        shown = reviewed_reflection(
            author=bureau.member, by=bureau.other_head, consent="public", book=book, application="改了台账", note="只给作者看的意见"
        )
        html = self.read(client, shown)
        for words in ("作者：陶思远（办公室）", "《乡土中国》", "某著者", "改了台账", "20 字", f'href="/reading/books/{book.pk}/"'):
            assert words in html, words
        assert "只给作者看的意见" not in html
        assert html.count("application/rss+xml") == 1  # the room is no column with a feed of its own

    def test_costs_the_same_with_photographs(self, client, bureau, django_assert_num_queries):
        shown = reviewed_reflection(author=bureau.member, by=bureau.other_head, consent="public")
        self.read(client, shown)
        for number in range(2):
            for photo in range(number * 3):
                shown.files.create(
                    kind="photo", file="x.png", original_name="x.png", sha256=f"{photo:064d}", added_at=shown.first_handed_in_at
                )
            with django_assert_num_queries(10):
                html = self.read(client, shown)
        assert html.count("<img") == 3
        assert "手写照片" in html
