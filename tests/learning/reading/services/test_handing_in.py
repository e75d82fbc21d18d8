"""From the draft to a round in the hands of the reviewers."""

import datetime
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from wagtail.models import ModelLogEntry, TaskState, WorkflowState

from cms.inbox.models import Message
from learning.models import (
    ComparedText,
    ReadingReviewPage,
    ReadingSettings,
    Reflection,
    ReflectionTask,
    ReviewRound,
    StaffMember,
)
from learning.reading.choices import Consent, ReflectionState
from learning.reading.services.drafts import AuthorLeftError, DraftError, save_draft
from learning.reading.services.handing_in import HandInError, OutdatedError, hand_in
from learning.reading.services.pages import NoReadingRoomError, summary_of
from learning.reading.services.review import decide_reflection
from tests.factories.organisation import PostingFactory
from tests.factories.pages import make_site
from tests.factories.programme import SessionFactory, at
from tests.factories.reading import BookFactory, ReflectionFactory, reading_room
from tests.factories.reviews import handed_in_reflection, make_review_bureau, reviewed_reflection

NOW = at(2026, 11, 25, 9)


@pytest.fixture
def bureau(db):
    reading_room()
    return make_review_bureau()


def give(reflection, *, consent="internal", version=None, by=None, now=NOW):
    return hand_in(reflection=reflection, version=version or reflection.version, consent=consent, by=by or reflection.author.user, now=now)


class TestHandIn:
    def test_makes_a_page_that_nobody_sees_yet(self, bureau):
        book = BookFactory(title="乡土中国", area="science_and_culture")
        given = give(ReflectionFactory(author=bureau.member, book=book, html="<h2>一</h2><p>第一段。</p><blockquote>引文</blockquote>"))
        page = ReadingReviewPage.objects.get()
        assert given.page_id == page.pk
        assert (page.title, page.author_name, page.book_name, page.area) == ("读后的几点想法", "陶思远", "乡土中国", "science_and_culture")
        assert (page.department, page.summary, page.owner) == (bureau.office, "第一段。", bureau.member.user)
        assert page.shown_at == NOW
        assert [block.block_type for block in page.body] == ["heading", "paragraph", "quote"]
        assert not page.live
        assert page.view_restrictions.get().restriction_type == "login"
        assert page.url_path.startswith("/dushu/")

    def test_keeps_the_round_as_it_was_handed_in(self, bureau):
        given = give(ReflectionFactory(author=bureau.member))
        one = ReviewRound.objects.get()
        assert (one.number, one.html, one.characters, one.handed_in_at, one.verdict) == (1, given.html, given.characters, NOW, "")
        assert one.likeness == {"findings": []}
        assert one.revision == given.page.get_latest_revision()
        assert one.revision.user == bureau.member.user
        assert ComparedText.objects.get().reflection == given

    def test_writes_down_when_for_whom_and_by_when(self, bureau):
        ReadingSettings.objects.create(review_days=5)
        given = give(ReflectionFactory(author=bureau.member))
        given.refresh_from_db()
        assert (given.state, given.consent, given.consent_changed_at) == (ReflectionState.WAITING, Consent.INTERNAL, NOW)
        assert given.first_handed_in_at == given.handed_in_at == NOW
        assert (given.due_on, given.department, given.reviewer) == (datetime.date(2026, 11, 30), bureau.office, None)
        assert given.characters == 20

    def test_begins_a_review_in_wagtails_terms(self, bureau):
        given = give(ReflectionFactory(author=bureau.member))
        state = WorkflowState.objects.get()
        assert (state.status, state.content_object.pk) == (WorkflowState.STATUS_IN_PROGRESS, given.page_id)
        assert isinstance(state.current_task_state.task.specific, ReflectionTask)
        assert state.current_task_state.revision == given.rounds.get().revision

    def test_tells_all_reviewers_but_the_author(self, bureau):
        give(ReflectionFactory(author=bureau.member))
        told = Message.objects.filter(subject__startswith="待评阅心得")
        assert set(told.values_list("recipient", flat=True)) == {bureau.other_head.user_id, bureau.clerk.user_id}
        Message.objects.all().delete()
        own = give(ReflectionFactory(author=bureau.other_head))
        assert [message.recipient_id for message in Message.objects.all()] == [bureau.clerk.user_id]
        assert Message.objects.get().url == f"/reading/reviews/{own.pk}/"

    def test_is_logged_without_a_word_of_the_text(self, bureau):
        give(ReflectionFactory(author=bureau.member))
        entry = ModelLogEntry.objects.get(action="reading.hand_in")
        assert (entry.user, entry.data) == (bureau.member.user, {"round": 1})

    def test_keeps_what_it_is_like_for_the_reviewer(self, bureau):
        text = "<p>读书使人明白事理，也使人懂得敬畏；这句话我在下乡的路上想了很久，越想越觉得有分量，值得常常记起。</p>"
        give(ReflectionFactory(author=bureau.colleague, html=text))
        give(ReflectionFactory(author=bureau.member, html=text))
        (finding, *_rest) = ReviewRound.objects.get(reflection__author=bureau.member).likeness["findings"]
        assert finding["kind"] == "archive"
        assert "label" not in finding

    def test_is_on_a_session_or_a_book_of_ones_own(self, bureau):
        on_session = give(ReflectionFactory(author=bureau.member, book=None, session=SessionFactory()))
        on_title = give(ReflectionFactory(author=bureau.member, book=None, book_title="自选的书"))
        assert (on_session.page.book_name, on_session.page.area) == ("", "")
        assert on_title.page.book_name == "自选的书"

    def test_goes_to_the_department_of_that_day(self, bureau):
        bureau.member.postings.update(ended_on=datetime.date(2026, 11, 24))
        PostingFactory(staff=bureau.member, department=bureau.other, started_on=datetime.date(2026, 11, 25))
        assert give(ReflectionFactory(author=bureau.member)).department == bureau.other

    def test_needs_no_department(self, bureau):
        bureau.member.postings.all().delete()
        assert give(ReflectionFactory(author=bureau.member)).department is None


class TestHandInTwice:
    def test_is_one_round(self, bureau):
        draft = ReflectionFactory(author=bureau.member)
        stale = Reflection.objects.get(pk=draft.pk)
        give(draft)
        again = give(stale)
        assert again.state == ReflectionState.WAITING
        assert ReviewRound.objects.count() == ReadingReviewPage.objects.count() == WorkflowState.objects.count() == 1
        assert Message.objects.count() == 2

    def test_is_refused_once_it_is_accepted(self, bureau):
        accepted = reviewed_reflection(author=bureau.member, by=bureau.other_head)
        with pytest.raises(HandInError, match="已通过，不用再提交"):
            give(accepted)

    def test_refuses_the_version_that_another_tab_has_changed(self, bureau):
        draft = ReflectionFactory(author=bureau.member)
        old = Reflection.objects.get(pk=draft.pk)
        save_draft(
            reflection=draft,
            version=1,
            title="新题目",
            html="<p>新的一段。</p>",
            application="",
            book=draft.book,
            by=bureau.member.user,
            now=NOW,
        )
        with pytest.raises(OutdatedError, match="别处又改过"):
            give(old)
        with pytest.raises(OutdatedError):
            give(Reflection.objects.get(pk=draft.pk), version=1)
        assert not ReviewRound.objects.exists()
        assert give(Reflection.objects.get(pk=draft.pk)).title == "新题目"


class TestHandInAfterAReturn:
    def test_is_a_new_round_of_the_same_page_for_the_same_reviewer(self, bureau):
        returned = reviewed_reflection(author=bureau.member, by=bureau.other_head, is_accepted=False, note="请展开", now=at(2026, 9, 30))
        Message.objects.all().delete()
        changed = save_draft(
            reflection=returned,
            version=1,
            title="改过的题目",
            html="<p>展开以后的一段。</p>",
            application="",
            book=returned.book,
            by=bureau.member.user,
            now=NOW,
        )
        given = give(changed)
        assert given.page_id == returned.page_id
        page = ReadingReviewPage.objects.get()
        assert (page.title, page.draft_title, page.shown_at) == ("改过的题目", "改过的题目", at(2026, 9, 30))
        assert "展开以后" in page.body.raw_data[0]["value"]
        assert not page.live
        assert [one.number for one in given.rounds.order_by("number")] == [1, 2]
        assert given.first_handed_in_at == at(2026, 9, 30)
        assert given.handed_in_at == NOW
        message = Message.objects.get()
        assert (message.recipient_id, given.reviewer) == (bureau.other_head.user_id, bureau.other_head.user)
        assert "修改后再交" in message.subject
        assert message.url.startswith("/reading/reviews/link/")

    def test_goes_on_with_the_review_that_was_given_back(self, bureau):
        returned = reviewed_reflection(author=bureau.member, by=bureau.other_head, is_accepted=False)
        give(returned)
        state = WorkflowState.objects.get()
        assert state.status == WorkflowState.STATUS_IN_PROGRESS
        assert [one.status for one in TaskState.objects.order_by("pk")] == ["rejected", "in_progress"]
        assert state.current_task_state.revision == returned.rounds.get(number=2).revision

    def test_is_everybodys_where_the_reviewer_may_not_any_more(self, bureau):
        returned = reviewed_reflection(author=bureau.member, by=bureau.other_head, is_accepted=False)
        bureau.other_head.user.is_active = False
        bureau.other_head.user.save()
        given = give(Reflection.objects.get(pk=returned.pk))
        assert given.reviewer is given.claimed_at is None

    def test_makes_a_new_page_where_the_old_one_was_deleted(self, bureau):
        returned = reviewed_reflection(author=bureau.member, by=bureau.other_head, is_accepted=False)
        returned.page.delete()
        given = give(Reflection.objects.get(pk=returned.pk))
        assert ReadingReviewPage.objects.get() == given.page
        decide_reflection(reflection=given, round_number=2, is_accepted=True, note="", comments={}, by=bureau.other_head.user, now=NOW)
        assert ReadingReviewPage.objects.get().live


class TestWhatKeepsItFromBeingHandedIn:
    def refused(self, reflection, error=HandInError, **facts) -> str:
        with pytest.raises(error) as refusal:
            give(reflection, **facts)
        reflection = Reflection.objects.get(pk=reflection.pk)
        assert reflection.state == ReflectionState.DRAFT
        assert not ReadingReviewPage.objects.exists()
        assert not Message.objects.exists()
        return " ".join(refusal.value.messages)

    def test_what_is_missing(self, bureau):
        ReadingSettings.objects.create(minimum_characters=800)
        said = self.refused(ReflectionFactory(author=bureau.member, title="", html="<p>太短</p>"))
        assert "题目" in said
        assert "800 字" in said

    def test_a_consent_nobody_knows(self, bureau):
        assert "选一种" in self.refused(ReflectionFactory(author=bureau.member), consent="everybody")

    def test_somebody_elses_text(self, bureau):
        assert "自己的" in self.refused(ReflectionFactory(author=bureau.member), DraftError, by=bureau.clerk.user)

    def test_an_author_who_has_left(self, bureau):
        StaffMember.objects.filter(pk=bureau.member.pk).update(left_on=datetime.date(2026, 11, 20))
        bureau.member.refresh_from_db()
        assert "2026-11-20" in self.refused(ReflectionFactory(author=bureau.member), AuthorLeftError)

    def test_a_room_that_is_not_there(self, bureau):
        reading_room().delete()
        assert "还没有“读书园地”" in self.refused(ReflectionFactory(author=bureau.member), NoReadingRoomError)


class TestSummaryOf:
    def test_is_the_beginning_without_headings_and_quotations(self):
        html = f"<h2>一</h2><blockquote>引</blockquote><p>{'好' * 130}</p>"
        assert summary_of(html) == "好" * 120 + "……"
        assert summary_of("<p>短，</p><p>的</p>") == "短，的"


def at_once(*acts):
    """What each of `acts`, begun in the same instant, returned or raised."""
    ready, outcomes = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number, act):
        try:
            ready.wait(10)
            outcomes[number] = act()
        except Exception as error:
            outcomes[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_the_same_thing_twice_is_one_round_and_two_people_are_two_pages(self):
        make_site()
        reading_room()
        bureau = make_review_bureau()
        own, other = ReflectionFactory(author=bureau.member), ReflectionFactory(author=bureau.colleague)
        outcomes = at_once(lambda: give(own), lambda: give(Reflection.objects.get(pk=own.pk)), lambda: give(other))
        assert [type(one) for one in outcomes] == [Reflection] * 3, outcomes
        assert sorted(ReviewRound.objects.values_list("reflection", "number")) == sorted([(own.pk, 1), (other.pk, 1)])
        assert ReadingReviewPage.objects.count() == WorkflowState.objects.count() == 2
        assert ReflectionTask.objects.count() == 1

    def test_two_reviewers_do_not_both_decide(self):
        make_site()
        bureau = make_review_bureau()
        given = handed_in_reflection(author=bureau.member)

        def decide(person, is_accepted):
            return decide_reflection(
                reflection=Reflection.objects.get(pk=given.pk),
                round_number=1,
                is_accepted=is_accepted,
                note="看过了",
                comments={},
                by=person.user,
                now=NOW,
            )

        outcomes = at_once(lambda: decide(bureau.other_head, True), lambda: decide(bureau.clerk, False))
        assert sorted(isinstance(one, ValidationError) for one in outcomes) == [False, True], outcomes
        assert TaskState.objects.exclude(status="in_progress").count() == 1
