"""What reviewers do: the queue, one reflection passage by passage, the link of a message."""

import datetime

import pytest
import time_machine

from cms.inbox.models import Message
from learning.models import ReadingReviewPage, Reflection, ReviewRound, StaffMember
from learning.reading.choices import ReflectionState
from learning.reading.review_forms import MOST_COMMENT_FIELDS
from learning.reading.review_links import address_for
from learning.reading.services.drafts import save_draft
from learning.reading.services.handing_in import hand_in
from learning.reading.services.review import assign_reviewer, claim_reflection, decide_reflection
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_site, make_user
from tests.factories.programme import at
from tests.factories.reading import ReflectionFactory
from tests.factories.reviews import handed_in_reflection, make_review_bureau, make_room, reviewed_reflection
from tests.standing import standing

NOW = at(2026, 11, 25, 9)
THREE = "<h2>一</h2><p>第一段。</p><p>第二段。</p>"
NOBODYS_BUSINESS = ("colleague", "head", "secretary", "leader", "member")


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@standing(now=NOW)
def reviewers():
    make_room(make_site())
    return make_review_bureau()


@pytest.fixture
def bureau(reviewers, clock):
    return reviewers


@pytest.fixture
def as_(client):
    def sign_in(person):
        client.force_login(person.user)
        return client

    return sign_in


@pytest.fixture
def waiting(bureau):
    return handed_in_reflection(author=bureau.member, html=THREE, title="读后几点", consent="internal")


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())


def at_review(reflection) -> str:
    return f"/reading/reviews/{reflection.pk}/"


def posted(verdict="accept", number=1, note="", **comments):
    return {"round": number, "verdict": verdict, "note": note, **{f"comment-{key[1:]}": text for key, text in comments.items()}}


class TestReflectionReviews:
    def page(self, client, query="") -> str:
        return text_of(client.get(f"/reading/reviews/{query}"))

    def test_lists_the_own_first_then_what_nobody_has_by_their_day(self, as_, bureau):
        def given(title, day, claimed_by=None):
            one = handed_in_reflection(author=bureau.member, title=title, now=at(2026, 11, day))
            if claimed_by:
                claim_reflection(reflection=one, by=claimed_by.user, now=NOW)

        given("后交的", 20)
        given("先交的", 10)
        given("我认领的", 21, bureau.other_head)
        given("别人认领的", 1, bureau.clerk)
        html = self.page(as_(bureau.other_head))
        places = [html.index(title) for title in ("我认领的", "先交的", "后交的", "别人认领的")]
        assert places == sorted(places)
        assert "由我评阅" in html
        assert "方景行已认领" in html
        assert "已逾期 8 天" in html
        assert "还有 2 天" in html

    def test_leaves_out_the_own_text(self, as_, bureau):
        handed_in_reflection(author=bureau.other_head, title="本人的题目")
        assert "本人的题目" not in self.page(as_(bureau.other_head))
        assert "本人的题目" in self.page(as_(bureau.clerk))

    def test_says_what_was_decided_of_late(self, as_, bureau):
        reviewed_reflection(author=bureau.member, by=bureau.other_head, title="通过的一篇")
        reviewed_reflection(author=bureau.other_head, by=bureau.clerk, title="关于自己的结论", is_accepted=False)
        html = self.page(as_(bureau.other_head))
        assert "通过的一篇" in html
        assert "关于自己的结论" not in html
        assert "没有待评阅的心得" in html

    def test_is_paged(self, as_, bureau):
        for _one in range(21):
            ReflectionFactory(
                author=bureau.member,
                state="waiting",
                first_handed_in_at=NOW,
                handed_in_at=NOW,
                due_on=NOW.date(),
            )
        client = as_(bureau.other_head)
        assert "共 21 篇" in self.page(client)
        assert self.page(client, "?page=2").count('class="due-row"') == 1

    @pytest.mark.once
    def test_is_nobody_elses(self, as_, bureau):
        for role in NOBODYS_BUSINESS:
            assert as_(getattr(bureau, role)).get("/reading/reviews/").status_code == 404

    @pytest.mark.once
    def test_asks_the_anonymous_to_sign_in(self, client, bureau):
        assert client.get("/reading/reviews/").url.startswith("/login/")

    def test_costs_the_same_for_any_number(self, as_, bureau, django_assert_num_queries):
        client = as_(bureau.other_head)
        client.get("/reading/reviews/")
        for more in (1, 6):
            for _one in range(more):
                handed_in_reflection(author=bureau.member)
                reviewed_reflection(author=bureau.member, by=bureau.clerk)
            with django_assert_num_queries(9):
                client.get("/reading/reviews/")


class TestReviewReflection:
    def test_shows_the_text_with_a_place_for_a_comment_at_each_passage(self, as_, bureau, waiting):
        html = text_of(as_(bureau.other_head).get(at_review(waiting)))
        for words in ("读后几点", "陶思远，办公室", "第一段。", "第二段。", "2026年第四季度"):
            assert words in html
        assert html.count("<details") == 3
        assert html.count('form="review"') == 3

    def test_accepts_in_one_press_and_shows_the_next(self, as_, bureau, waiting):
        other = handed_in_reflection(author=bureau.colleague, title="下一篇的题目")
        answer = as_(bureau.other_head).post(at_review(waiting), posted(note="好。"), follow=True)
        assert answer.redirect_chain == [(at_review(other), 302)]
        assert "“读后几点”通过，已通知作者。这是下一篇。" in text_of(answer)
        assert ReadingReviewPage.objects.get(reflection=waiting).live

    def test_gives_back_with_comments(self, as_, bureau, waiting):
        answer = as_(bureau.other_head).post(at_review(waiting), posted("return", _1="举个例子", _2=""))
        assert answer.status_code == 302
        assert [(one.passage, one.quote, one.text) for one in ReviewRound.objects.get().comments.all()] == [(1, "第一段。", "举个例子")]

    def test_loses_nothing_that_was_typed(self, as_, bureau, waiting):
        client = as_(bureau.other_head)
        answer = client.post(at_review(waiting), posted("return", note=""))
        assert answer.status_code == 400
        assert "退回修改的，请写意见" in text_of(answer)
        answer = client.post(at_review(waiting), posted("return", note="意见", _1="长" * 501, _2="写好的批注"))
        html = text_of(answer)
        assert answer.status_code == 400
        assert "批注最多 500 个字，现在有 501 个" in html
        assert "写好的批注</textarea>" in html
        assert "意见</textarea>" in html
        assert html.count('<details class="write-comment" open') == 2
        answer = client.post(at_review(waiting), {"round": 1, "note": "没有点"})
        assert "请点“通过”或“退回修改”" in text_of(answer)

    def test_shows_what_it_is_like_and_whose_that_is(self, as_, bureau):
        sentence = "读书使人明白事理，也使人懂得敬畏；这句话我在下乡的路上想了很久，越想越觉得有分量，值得常常记起。"
        handed_in_reflection(author=bureau.colleague, html=f"<p>{sentence}</p>", title="先交的一篇")
        later = handed_in_reflection(author=bureau.member, html=f"<p>头一段。</p><p>{sentence}</p>")
        html = text_of(as_(bureau.other_head).get(at_review(later)))
        assert "有 1 处与档案或材料相近" in html
        assert "赵一鸣《先交的一篇》" in html
        assert "不是结论" in html

    def test_shows_what_has_changed_and_what_was_said_before(self, as_, bureau, waiting):
        decide_reflection(
            reflection=waiting,
            round_number=1,
            is_accepted=False,
            note="请具体些",
            comments={1: "举例", 2: "留着"},
            by=bureau.other_head.user,
            now=NOW,
        )
        waiting.refresh_from_db()
        changed = save_draft(
            reflection=waiting,
            version=1,
            title="读后几点",
            html="<h2>一</h2><p>第一段，举例说明。</p><p>第二段。</p>",
            application="",
            book=waiting.book,
            by=bureau.member.user,
            now=NOW,
        )
        hand_in(reflection=changed, version=2, consent="none", by=bureau.member.user, now=NOW)
        html = text_of(as_(bureau.other_head).get(at_review(waiting)))
        assert html.count("有改动</span>") == 1
        assert "改动的 1 段" in html
        assert html.count("这一段已改") == 1
        assert "请具体些" in html
        assert "第 2 稿" in html

    def test_shows_a_newer_round_to_whoever_was_late(self, as_, bureau, waiting):
        Reflection.objects.filter(pk=waiting.pk).update(state="waiting")
        ReviewRound.objects.update(number=2)
        answer = as_(bureau.other_head).post(at_review(waiting), posted("return", number=1, note="写了半天的意见", _1="批注也写了"))
        html = text_of(answer)
        assert answer.status_code == 409
        for words in ("又交了新的一稿", "写了半天的意见", "批注也写了", "第 2 稿"):
            assert words in html
        assert 'name="verdict"' in html

    def test_tells_the_second_of_two(self, as_, bureau, waiting):
        client = as_(bureau.clerk)
        decide_reflection(reflection=waiting, round_number=1, is_accepted=True, note="", comments={}, by=bureau.other_head.user, now=NOW)
        answer = client.post(at_review(waiting), posted("return", note="我的意见"))
        html = text_of(answer)
        assert answer.status_code == 409
        assert "已通过，不用再评阅" in html
        assert "我的意见" in html
        assert 'name="verdict"' not in html
        assert ReviewRound.objects.get().verdict == "accepted"

    def test_leaves_a_claimed_one_to_its_reviewer(self, as_, bureau, waiting):
        claim_reflection(reflection=waiting, by=bureau.clerk.user, now=NOW)
        html = text_of(as_(bureau.other_head).get(at_review(waiting)))
        assert "方景行已认领" in html
        assert 'name="verdict"' not in html
        assert "由我评阅" in html
        assert "由您评阅" in text_of(as_(bureau.clerk).get(at_review(waiting)))

    def test_can_be_read_when_it_is_over(self, as_, bureau):
        for is_accepted in (True, False):
            done = reviewed_reflection(author=bureau.member, by=bureau.clerk, is_accepted=is_accepted, note="评语在此")
            html = text_of(as_(bureau.other_head).get(at_review(done)))
            assert "评语在此" in html
            assert 'name="verdict"' not in html

    def test_never_shows_what_the_author_writes_after_the_return(self, as_, bureau, waiting):
        decide_reflection(reflection=waiting, round_number=1, is_accepted=False, note="改", comments={}, by=bureau.other_head.user, now=NOW)
        Reflection.objects.update(html="<p>还没交的新稿。</p>", application="还没交的运用")
        html = text_of(as_(bureau.other_head).get(at_review(waiting)))
        assert "第一段。" in html
        assert "还没交的" not in html

    def test_shows_words_and_nothing_that_runs(self, as_, bureau):
        evil = handed_in_reflection(
            author=bureau.member, title="<script>alert(1)</script>", html="<p>1 &lt; 2</p>", application="<b>粗</b>"
        )
        html = text_of(as_(bureau.other_head).get(at_review(evil)))
        assert "<script>alert" not in html
        assert "<b>粗</b>" not in html
        assert "1 &lt; 2" in html

    def test_has_room_for_a_very_long_one(self, as_, bureau):
        long = handed_in_reflection(author=bureau.member, html="<p>短。</p>" * 1500)
        client = as_(bureau.other_head)
        assert client.get(at_review(long)).content.decode().count('form="review"') == MOST_COMMENT_FIELDS
        sent = posted("return", note="太碎", **{f"_{number}": "" for number in range(MOST_COMMENT_FIELDS)})
        assert client.post(at_review(long), sent).status_code == 302

    def test_works_for_an_author_who_has_left(self, as_, bureau, waiting):
        StaffMember.objects.filter(pk=bureau.member.pk).update(left_on=at(2026, 11, 23).date(), user=None)
        client = as_(bureau.other_head)
        assert "已离开本单位" in text_of(client.get(at_review(waiting)))
        assert client.post(at_review(waiting), posted()).status_code == 302
        assert Reflection.objects.get(pk=waiting.pk).state == ReflectionState.ACCEPTED

    @pytest.mark.once
    def test_is_nobody_elses(self, as_, bureau, waiting):
        for role in NOBODYS_BUSINESS:
            client = as_(getattr(bureau, role))
            assert client.get(at_review(waiting)).status_code == 404
            assert client.post(at_review(waiting), posted()).status_code == 404

    @pytest.mark.once
    def test_is_not_the_authors_whatever_rights_that_is(self, as_, bureau):
        own = handed_in_reflection(author=bureau.clerk)
        root = StaffMemberFactory(user=make_user("root", is_superuser=True))
        roots = handed_in_reflection(author=root)
        for person, reflection in ((bureau.clerk, own), (root, roots)):
            client = as_(person)
            for part in ("", "claim/", "assign/", "restore/"):
                assert client.get(at_review(reflection) + part).status_code == 404
                assert client.post(at_review(reflection) + part, posted()).status_code == 404

    @pytest.mark.once
    def test_knows_nothing_of_drafts(self, as_, bureau):
        assert as_(bureau.clerk).get(at_review(ReflectionFactory(author=bureau.member))).status_code == 404

    @pytest.mark.once
    def test_asks_the_anonymous_to_sign_in(self, client, waiting):
        assert client.get(at_review(waiting)).url.startswith("/login/")

    def test_says_what_it_counts_for_whoever_reviews_it(self, as_, bureau, waiting):
        html = text_of(as_(bureau.other_head).get(at_review(waiting)))
        part = html.partition('class="counted-in"')[2].partition("</section>")[0]
        assert "有心得体会</strong>陶思远，<span" in part
        assert "/five-haves/" not in part

    def test_costs_the_same_for_a_long_history(self, as_, bureau, waiting, django_assert_num_queries):
        long = reviewed_reflection(author=bureau.member, by=bureau.clerk, html="<p>一段。</p>" * 40, comments={0: "好"})
        ReviewRound.objects.filter(reflection=long).update(number=9)
        for number in range(1, 5):
            one = long.rounds.create(number=number, html=THREE, handed_in_at=NOW, characters=9, verdict="returned", decided_at=NOW)
            one.comments.create(passage=0, quote="一", text="不必")
        client = as_(bureau.other_head)
        client.get(at_review(waiting))
        for one in (waiting, long):
            with django_assert_num_queries(14):
                client.get(at_review(one))


class TestClaimReflection:
    def test_is_one_press(self, as_, bureau, waiting):
        answer = as_(bureau.other_head).post(at_review(waiting) + "claim/", follow=True)
        assert "由您评阅" in text_of(answer)
        assert Reflection.objects.get(pk=waiting.pk).reviewer == bureau.other_head.user

    def test_changes_nothing_when_it_is_only_asked_for(self, as_, bureau, waiting):
        assert as_(bureau.other_head).get(at_review(waiting) + "claim/").url == at_review(waiting)
        assert Reflection.objects.get(pk=waiting.pk).reviewer is None

    def test_says_why_not(self, as_, bureau):
        done = reviewed_reflection(author=bureau.member, by=bureau.clerk)
        assert "不用再评阅" in text_of(as_(bureau.other_head).post(at_review(done) + "claim/", follow=True))

    @pytest.mark.once
    def test_is_nobody_elses(self, as_, bureau, waiting):
        for role in NOBODYS_BUSINESS:
            assert as_(getattr(bureau, role)).post(at_review(waiting) + "claim/").status_code == 404


class TestAssignReviewer:
    def assign(self, client, reflection, name):
        return client.post(at_review(reflection) + "assign/", {"user": name}, follow=True)

    def test_asks_somebody_of_the_bureau(self, as_, bureau, waiting):
        client = as_(bureau.clerk)
        assert "赵一鸣（办公室）" in text_of(client.get(at_review(waiting)))
        assert "已请赵一鸣评阅" in text_of(self.assign(client, waiting, "赵一鸣"))
        link = Message.objects.get(recipient=bureau.colleague.user).url
        colleague = as_(bureau.colleague)
        assert colleague.get(link).url == at_review(waiting)
        html = text_of(colleague.get(at_review(waiting)))
        assert "由您评阅" in html
        assert "请别人评阅" not in html
        assert "回我的学习" in html
        assert colleague.post(at_review(waiting), posted()).url == "/my/"
        assert colleague.get("/reading/reviews/").status_code == 404

    @pytest.mark.parametrize(
        ("name", "said"),
        [("没有这个人", "本单位没有"), ("", "请写姓名"), ("陶思远", "作者本人不能评阅"), ("无账号的人", "没有登录账号")],
    )
    def test_says_who_cannot_be_asked(self, as_, bureau, waiting, name, said):
        StaffMemberFactory(name="无账号的人", posted_to=bureau.office)
        answer = self.assign(as_(bureau.clerk), waiting, name)
        assert answer.status_code == 400
        assert said in text_of(answer)

    @pytest.mark.once
    def test_is_a_clerks(self, as_, bureau, waiting):
        for role in ("other_head", *NOBODYS_BUSINESS):
            client = as_(getattr(bureau, role))
            assert client.post(at_review(waiting) + "assign/", {"user": "赵一鸣"}).status_code == 404
            if role == "other_head":
                assert "请别人评阅" not in text_of(client.get(at_review(waiting)))

    def test_changes_nothing_when_it_is_only_asked_for(self, as_, bureau, waiting):
        assert as_(bureau.clerk).get(at_review(waiting) + "assign/").url == at_review(waiting)


class TestRestoreReflection:
    @pytest.fixture
    def withdrawn(self, bureau):
        shown = reviewed_reflection(author=bureau.member, by=bureau.other_head, consent="public")
        shown.page.unpublish(user=make_user("root", is_superuser=True))
        return shown

    def test_is_one_press_of_a_clerk(self, as_, bureau, withdrawn):
        client = as_(bureau.clerk)
        assert "恢复展示" in text_of(client.get(at_review(withdrawn)))
        assert client.get(at_review(withdrawn) + "restore/").status_code == 302
        assert not ReadingReviewPage.objects.get().live
        assert "已恢复展示" in text_of(client.post(at_review(withdrawn) + "restore/", follow=True))
        assert ReadingReviewPage.objects.get().live
        assert "没有被撤下" in text_of(client.post(at_review(withdrawn) + "restore/", follow=True))

    @pytest.mark.once
    def test_is_nobody_elses(self, as_, bureau, withdrawn):
        for role in ("other_head", *NOBODYS_BUSINESS):
            assert as_(getattr(bureau, role)).post(at_review(withdrawn) + "restore/").status_code == 404


@pytest.mark.once
class TestReviewLink:
    @pytest.fixture
    def link(self, bureau, waiting):
        """Sent to somebody without the right to review."""
        done = assign_reviewer(reflection=waiting, user=bureau.colleague.user, by=bureau.clerk.user, now=NOW)
        return address_for(bureau.colleague.user, done, 1)

    def test_opens_the_review_for_the_account_it_was_sent_to(self, as_, bureau, waiting, link):
        assert as_(bureau.colleague).get(link).url == at_review(waiting)

    def test_asks_to_sign_in_and_comes_back(self, client, bureau, link):
        answer = client.get(link)
        assert answer.status_code == 302
        assert answer.url == f"/login/?next={link.replace(':', '%3A')}" or answer.url.startswith("/login/?next=/reading/reviews/link/")

    def test_opens_nothing_for_another_account(self, as_, bureau, waiting, link):
        for person in (bureau.secretary, bureau.member):
            client = as_(person)
            answer = client.get(link)
            assert answer.status_code == 403
            assert "发给别人的" in text_of(answer)
            assert "读后几点" not in text_of(answer)
            assert client.get(at_review(waiting)).status_code == 404

    def test_is_over_in_two_weeks(self, as_, bureau, link, clock):
        clock.shift(datetime.timedelta(days=14, seconds=1))
        answer = as_(bureau.colleague).get(link)
        assert answer.status_code == 410
        assert "链接已过期" in text_of(answer)

    def test_is_over_with_its_round(self, as_, bureau, waiting, link):
        decide_reflection(reflection=waiting, round_number=1, is_accepted=False, note="改", comments={}, by=bureau.colleague.user, now=NOW)
        answer = as_(bureau.colleague).get(link)
        assert answer.status_code == 410
        assert "退回修改" in text_of(answer)
        again = Reflection.objects.get(pk=waiting.pk)
        hand_in(reflection=again, version=1, consent="none", by=bureau.member.user, now=NOW)
        answer = as_(bureau.colleague).get(link)
        assert answer.status_code == 410
        assert "新的一稿" in text_of(answer)

    def test_is_over_when_somebody_else_has_it(self, as_, bureau, waiting, link):
        claim_reflection(reflection=waiting, by=bureau.other_head.user, now=NOW)
        answer = as_(bureau.colleague).get(link)
        assert answer.status_code == 403
        assert "不用您评阅了" in text_of(answer)

    def test_says_so_when_it_was_cut_off(self, as_, bureau, link):
        answer = as_(bureau.colleague).get(f"{link[:-4]}/")
        assert answer.status_code == 404
        assert "链接不完整" in text_of(answer)

    def test_says_so_when_the_reflection_is_gone(self, as_, bureau, waiting, link):
        Reflection.objects.all().delete()
        assert as_(bureau.colleague).get(link).status_code == 404
