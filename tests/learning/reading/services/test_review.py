"""Claimed, assigned, decided once; by anybody but the author."""

import pytest
from django.core.exceptions import ValidationError
from wagtail.models import ModelLogEntry, Task, TaskState, Workflow, WorkflowState

from cms.inbox.models import Message
from learning.models import ExhibitionPage, PassageComment, ReadingReviewPage, Reflection, ReflectionTask, StaffMember
from learning.reading.choices import Consent, ReflectionState
from learning.reading.reviewers import all_reviewers, may_review
from learning.reading.services.review import ReviewError, StaleReviewError, assign_reviewer, claim_reflection, decide_reflection
from learning.reading.services.workflow import ensure_workflow
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_site, make_user
from tests.factories.programme import at
from tests.factories.reading import reading_room
from tests.factories.reviews import give_right, handed_in_reflection, make_review_bureau, reviewed_reflection
from tests.standing import standing

NOW = at(2026, 11, 25, 9)
THREE = "<p>第一段。</p><p>第二段。</p><p>第三段。</p>"


@standing()
def bureau():
    make_site()
    return make_review_bureau()


@pytest.fixture
def waiting(bureau):
    reflection = handed_in_reflection(author=bureau.member, consent="public", html=THREE)
    Message.objects.all().delete()
    return reflection


def decide(reflection, by, *, is_accepted=True, note="", comments=None, number=1, now=NOW):
    return decide_reflection(
        reflection=reflection, round_number=number, is_accepted=is_accepted, note=note, comments=comments or {}, by=by.user, now=now
    )


def claim(reflection, by, now=NOW):
    return claim_reflection(reflection=reflection, by=by.user, now=now)


def fresh(reflection) -> Reflection:
    return Reflection.objects.get(pk=reflection.pk)


class TestDecideReflection:
    def test_accepts_and_shows_it_as_the_author_says(self, bureau, waiting):
        one = decide(waiting, bureau.other_head, note="写得实在。")
        done = fresh(waiting)
        assert (done.state, done.accepted_at, done.reviewer) == (ReflectionState.ACCEPTED, NOW, bureau.other_head.user)
        assert (one.verdict, one.note, one.decided_at, one.decided_by) == ("accepted", "写得实在。", NOW, bureau.other_head.user)
        assert done.page.live
        assert not done.page.view_restrictions.exists()

    @pytest.mark.parametrize(("consent", "is_live", "closed"), [("none", False, 1), ("internal", True, 1), ("public", True, 0)])
    def test_goes_live_only_as_far_as_consent_goes(self, bureau, consent, is_live, closed):
        done = reviewed_reflection(author=bureau.member, by=bureau.other_head, consent=consent)
        assert done.state == ReflectionState.ACCEPTED
        assert (done.page.live, done.page.view_restrictions.count()) == (is_live, closed)

    def test_is_wagtails_moderation_too(self, bureau, waiting):
        decide(waiting, bureau.other_head, is_accepted=False, note="太短，请展开", comments={})
        state, task = WorkflowState.objects.get(), TaskState.objects.get()
        assert (state.status, task.status, task.finished_by) == ("needs_changes", "rejected", bureau.other_head.user)
        assert task.comment == ""
        assert fresh(waiting).state == ReflectionState.RETURNED
        assert not fresh(waiting).page.live

    def test_publishes_the_very_revision_that_was_read(self, bureau, waiting):
        decide(waiting, bureau.other_head)
        assert WorkflowState.objects.get().status == "approved"
        assert fresh(waiting).page.live_revision == waiting.rounds.get().revision

    def test_keeps_what_was_said_to_the_passages(self, bureau, waiting):
        decide(waiting, bureau.other_head, is_accepted=False, comments={2: " 举个例子 ", 0: "", 9: "没有这一段"})
        assert list(PassageComment.objects.values_list("passage", "quote", "text")) == [(2, "第三段。", "举个例子")]

    def test_gives_nothing_back_without_a_word(self, bureau, waiting):
        with pytest.raises(ReviewError, match="请写意见"):
            decide(waiting, bureau.other_head, is_accepted=False, note="  ", comments={0: " "})
        assert fresh(waiting).state == ReflectionState.WAITING

    def test_tells_the_author(self, bureau, waiting):
        decide(waiting, bureau.other_head, is_accepted=False, note="太短", comments={0: "展开"})
        message = Message.objects.get()
        assert (message.recipient, message.url) == (bureau.member.user, f"/my/reflections/{waiting.pk}/")
        assert message.subject == "心得退回修改：读后的几点想法"
        assert message.text == "太短\n\n有 1 处批注，请点开看。"

    def test_is_never_the_authors(self, bureau):
        own = handed_in_reflection(author=bureau.other_head)
        for act in (lambda: decide(own, bureau.other_head), lambda: claim(own, bureau.other_head)):
            with pytest.raises(ReviewError, match="不由您评阅"):
                act()
        root = make_user("guanli", is_superuser=True)
        author = StaffMemberFactory(user=root)
        with pytest.raises(ReviewError, match="不由您评阅"):
            decide(handed_in_reflection(author=author), author)

    def test_is_nobodys_without_the_right(self, bureau, waiting):
        for person in (bureau.colleague, bureau.head, bureau.leader, bureau.secretary):
            with pytest.raises(ReviewError, match="不由您评阅"):
                decide(waiting, person)

    def test_happens_once(self, bureau, waiting):
        seen_by_the_other = fresh(waiting)
        decide(waiting, bureau.other_head)
        with pytest.raises(StaleReviewError, match="已通过，不用再评阅"):
            decide(seen_by_the_other, bureau.clerk, is_accepted=False, note="不同意")
        assert TaskState.objects.count() == 1
        assert fresh(waiting).rounds.get().verdict == "accepted"

    def test_is_of_the_round_that_was_read(self, bureau, waiting):
        decide(waiting, bureau.other_head, is_accepted=False, note="请展开")
        waiting.refresh_from_db()
        with pytest.raises(StaleReviewError, match="退回修改，不用再评阅"):
            decide(waiting, bureau.other_head)
        Reflection.objects.filter(pk=waiting.pk).update(state=ReflectionState.WAITING)
        waiting.rounds.create(number=2, html=THREE, handed_in_at=NOW, characters=12)
        with pytest.raises(StaleReviewError, match="新的一稿"):
            decide(waiting, bureau.other_head)

    def test_is_left_to_who_has_claimed_it(self, bureau, waiting):
        claim(waiting, bureau.clerk)
        with pytest.raises(StaleReviewError, match="已由方景行认领"):
            decide(waiting, bureau.other_head)

    def test_works_for_an_author_who_has_left(self, bureau, waiting):
        StaffMember.objects.filter(pk=bureau.member.pk).update(left_on=at(2026, 11, 22).date())
        bureau.member.user.delete()
        decide(fresh(waiting), bureau.other_head)
        assert fresh(waiting).page.live
        assert not Message.objects.exists()

    def test_works_for_an_account_that_was_switched_off(self, bureau, waiting):
        bureau.member.user.is_active = False
        bureau.member.user.save()
        decide(fresh(waiting), bureau.other_head, is_accepted=False, note="请展开")
        assert fresh(waiting).state == ReflectionState.RETURNED

    def test_makes_the_page_anew_where_it_was_deleted(self, bureau, waiting):
        ReadingReviewPage.objects.get().delete()
        decide(fresh(waiting), bureau.other_head)
        done = fresh(waiting)
        assert done.page.live
        assert done.rounds.get().revision == done.page.live_revision
        assert "第三段" in str(done.page.body)

    def test_gives_back_what_has_no_page_and_no_room(self, bureau, waiting):
        reading_room().delete()
        with pytest.raises(ValidationError, match="还没有“读书园地”"):
            decide(fresh(waiting), bureau.other_head)
        assert fresh(waiting).state == ReflectionState.WAITING
        decide(fresh(waiting), bureau.other_head, is_accepted=False, note="请展开")
        assert fresh(waiting).state == ReflectionState.RETURNED

    def test_does_not_need_wagtails_workflow_to_be_switched_on(self, bureau, waiting):
        Workflow.objects.get(name="读书心得评阅").deactivate()
        Task.objects.get(name="读书心得评阅").specific.deactivate()
        assert not WorkflowState.objects.active().exists()
        decide(fresh(waiting), bureau.other_head)
        assert fresh(waiting).page.live
        assert TaskState.objects.order_by("pk").last().status == "approved"

    def test_is_logged(self, bureau, waiting):
        decide(waiting, bureau.other_head, note="内部意见")
        entry = ModelLogEntry.objects.get(action="reading.accept")
        assert (entry.user, entry.data) == (bureau.other_head.user, {"round": 1})


class TestClaimReflection:
    def test_is_seen_by_all_and_told_to_nobody(self, bureau, waiting):
        claim(waiting, bureau.other_head)
        done = claim(waiting, bureau.other_head, now=at(2026, 11, 26))
        assert (done.reviewer, done.claimed_at) == (bureau.other_head.user, NOW)
        assert not Message.objects.exists()
        assert ModelLogEntry.objects.filter(action="reading.claim").count() == 1

    def test_takes_it_over_and_tells_the_one_before(self, bureau, waiting):
        claim(waiting, bureau.other_head)
        assert claim(waiting, bureau.clerk).reviewer == bureau.clerk.user
        message = Message.objects.get()
        assert message.recipient == bureau.other_head.user
        assert "方景行" in message.text

    def test_needs_the_right_and_something_that_waits(self, bureau, waiting):
        with pytest.raises(ReviewError, match="不由您"):
            claim(waiting, bureau.colleague)
        decide(waiting, bureau.clerk)
        with pytest.raises(ReviewError, match="不用再评阅"):
            claim(waiting, bureau.other_head)


class TestAssignReviewer:
    def assign(self, reflection, user, by, now=NOW):
        return assign_reviewer(reflection=reflection, user=user, by=by.user, now=now)

    def test_lets_somebody_review_this_one_alone(self, bureau, waiting):
        other = handed_in_reflection(author=bureau.member)
        assert not may_review(bureau.colleague.user, waiting)
        done = self.assign(waiting, bureau.colleague.user, bureau.clerk)
        assert may_review(bureau.colleague.user, done)
        assert not may_review(bureau.colleague.user, other)
        decide(done, bureau.colleague)
        assert fresh(waiting).state == ReflectionState.ACCEPTED

    def test_sends_a_link(self, bureau, waiting):
        self.assign(waiting, bureau.colleague.user, bureau.clerk)
        message = Message.objects.get(recipient=bureau.colleague.user)
        assert message.subject == "请您评阅心得：陶思远《读后的几点想法》"
        assert message.url.startswith("/reading/reviews/link/")

    def test_ends_with_the_next_one(self, bureau, waiting):
        self.assign(waiting, bureau.colleague.user, bureau.clerk)
        done = self.assign(waiting, bureau.head.user, bureau.clerk, now=at(2026, 11, 26))
        assert not may_review(bureau.colleague.user, done)
        assert Message.objects.filter(recipient=bureau.colleague.user, subject__startswith="不用您评阅了").exists()

    def test_is_a_clerks(self, bureau, waiting):
        with pytest.raises(ReviewError, match="机关党委"):
            self.assign(waiting, bureau.colleague.user, bureau.other_head)

    def test_is_never_the_author_nor_the_authors(self, bureau, waiting):
        with pytest.raises(ReviewError, match="作者本人"):
            self.assign(waiting, bureau.member.user, bureau.clerk)
        own = handed_in_reflection(author=bureau.clerk)
        with pytest.raises(ReviewError, match="不由您"):
            self.assign(own, bureau.colleague.user, bureau.clerk)

    def test_needs_a_working_account(self, bureau, waiting):
        off = make_user("tingyong", display_name="停用的人", is_active=False)
        with pytest.raises(ReviewError, match="停用的人的账号已停用"):
            self.assign(waiting, off, bureau.clerk)


class TestMayReview:
    def test_goes_by_the_right_or_by_being_asked_and_never_the_author(self, bureau, waiting):
        give_right(bureau.member, "review_reflections")
        root = make_user("guanli", is_superuser=True)
        allowed = {bureau.other_head.user, bureau.clerk.user, root}
        people = {one.user for one in StaffMember.objects.exclude(user=None)} | {root}
        assert {user for user in people if may_review(user, waiting)} == allowed
        assert root not in all_reviewers()


class TestEnsureWorkflow:
    def test_is_safe_to_make_again(self, db):
        assert ensure_workflow() == ensure_workflow()
        assert Workflow.objects.filter(name="读书心得评阅").count() == ReflectionTask.objects.count() == 1
        assert list(ensure_workflow().tasks) == list(Task.objects.filter(name="读书心得评阅"))

    def test_switches_on_what_was_switched_off(self, db):
        ensure_workflow().deactivate()
        assert ensure_workflow().active

    def test_keeps_out_of_the_way_of_the_other_pages_of_the_room(self, bureau):
        room = reading_room()
        before = room.get_workflow()
        ensure_workflow()
        exhibition = ExhibitionPage(title="展评", slug="zhanping", quarter_first=at(2026, 10, 1).date())
        room.add_child(instance=exhibition)
        assert exhibition.get_workflow() == before


class TestConsentBetweenRounds:
    def test_is_what_counts_when_it_is_accepted(self, bureau, waiting):
        Reflection.objects.filter(pk=waiting.pk).update(consent=Consent.INTERNAL)
        decide(waiting, bureau.other_head)
        page = ReadingReviewPage.objects.get()
        assert page.live
        assert page.view_restrictions.get().restriction_type == "login"
