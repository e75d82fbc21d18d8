"""What the department and the office decide."""

import datetime

import pytest
from wagtail.models import ModelLogEntry, TaskState, Workflow, WorkflowState

from cms.inbox.models import Message
from learning.contributions.bylines import AuthorLine, DepartmentLine
from learning.contributions.choices import ArticleState, Step
from learning.contributions.services import events
from learning.contributions.services.articles import hand_in_article, save_article, take_back_article
from learning.contributions.services.locking import lock_article
from learning.contributions.services.review import (
    MovedError,
    ReviewError,
    pass_article,
    return_article,
    send_article,
    set_aside_article,
)
from learning.contributions.services.steps import record_step
from learning.contributions.services.workflow import ensure_workflow
from learning.models import ArticleTask, CreditableEvent, MediaArticle
from tests.factories.contributions import CommissionFactory, MediaArticleFactory, OutletFactory, PlacementFactory
from tests.factories.programme import at
from tests.factories.submissions import draft, given_back, handed_in, in_queue, make_newsroom
from tests.standing import standing

NOW = at(2026, 3, 5, 9)
TODAY = datetime.date(2026, 3, 5)


@standing()
def room():
    return make_newsroom()


def send(article, room, *outlets, sent_on=TODAY, now=NOW, by=None):
    return send_article(article=article, outlets=outlets or [OutletFactory()], sent_on=sent_on, by=by or room.officer, now=now)


def stored(article) -> MediaArticle:
    return MediaArticle.objects.get(pk=article.pk)


class TestPassArticle:
    def test_sends_it_to_the_office_with_its_reviewer(self, room):
        passed = pass_article(article=handed_in(room), note="写得实。", secrecy_checked_by=" 梁静宜 ", by=room.head.user, now=NOW)
        passed = stored(passed)
        assert (passed.state, passed.submitted_on, passed.reviewer_name, passed.reviewed_on) == ("office", TODAY, "梁静宜", TODAY)
        assert (passed.secrecy_checked_by, passed.secrecy_checked_on) == ("梁静宜", TODAY)
        assert [(one.step, one.note) for one in passed.steps.all()] == [("hand_in", ""), ("pass", "写得实。")]
        told = set(Message.objects.filter(created_at=NOW).values_list("recipient__username", "subject"))
        assert told == {("shuji", "待宣传科审：机关里的读书会"), ("zhigong", "科室审核通过：机关里的读书会")}
        assert WorkflowState.objects.get().current_task_state.task.name == "宣传科审"
        assert not passed.live

    @pytest.mark.parametrize("name", ["member", "colleague", "other_head", "leader", "clerk"])
    def test_is_for_the_head_of_the_first_department(self, room, name):
        given = handed_in(room)
        with pytest.raises(ReviewError, match=r"不由您审核|由别人审核"):
            pass_article(article=given, by=getattr(room, name).user, now=NOW)

    def test_may_be_done_by_the_office_for_a_head_who_is_away(self, room):
        assert pass_article(article=handed_in(room), by=room.officer, now=NOW).state == "office"

    def test_is_never_done_by_whoever_wrote_it(self, room):
        given = handed_in(room, by=room.officer, author=room.secretary)
        assert given.state == "section"
        with pytest.raises(ReviewError, match="由别人审核"):
            pass_article(article=given, by=room.officer, now=NOW)

    def test_refuses_another_version_than_was_read(self, room):
        given = handed_in(room)
        back = take_back_article(article=given, by=room.member.user, now=NOW)
        changed = save_article(
            article=back,
            version=1,
            title="改过的",
            written_on=back.written_on,
            body="改了。",
            authors=[AuthorLine(room.member.name, room.member)],
            departments=[DepartmentLine(room.office)],
            by=room.member.user,
            now=NOW,
        )
        hand_in_article(article=changed, by=room.member.user, now=NOW)
        with pytest.raises(MovedError, match="下面已是最新"):
            pass_article(article=given, version=1, by=room.head.user, now=NOW)

    @pytest.mark.parametrize(
        ("facts", "said"),
        [
            ({"note": "长" * 301}, "最多 300 个字"),
            ({"secrecy_checked_by": "长" * 51}, "最多 50 个字"),
            ({"secrecy_checked_on": TODAY}, "请写保密审查人"),
            ({"secrecy_checked_by": "甲", "secrecy_checked_on": datetime.date(2026, 3, 6)}, "不能晚于今天"),
        ],
    )
    def test_refuses_with_the_remedy(self, room, facts, said):
        with pytest.raises(ReviewError, match=said):
            pass_article(article=handed_in(room), by=room.head.user, now=NOW, **facts)

    def test_refuses_what_stands_elsewhere(self, room):
        with pytest.raises(MovedError, match="撤回"):
            pass_article(article=draft(room), by=room.head.user, now=NOW)
        with pytest.raises(MovedError, match="现在是“宣传科审”"):
            pass_article(article=in_queue(room), by=room.head.user, now=NOW)

    def test_keeps_the_first_day_it_reached_the_office(self, room):
        back = return_article(article=in_queue(room), reason="facts", by=room.officer, now=NOW)
        again = hand_in_article(article=back, by=room.member.user, now=at(2026, 4, 1))
        assert pass_article(article=again, by=room.head.user, now=at(2026, 4, 2)).submitted_on == datetime.date(2026, 3, 4)

    def test_goes_on_where_the_workflow_was_switched_off(self, room):
        given = handed_in(room)
        Workflow.objects.get(name="稿件审核").deactivate()
        ArticleTask.objects.update(active=False)
        assert pass_article(article=given, by=room.head.user, now=NOW).state == "office"
        assert WorkflowState.objects.get(status="in_progress").current_task_state.task.name == "宣传科审"

    def test_goes_on_where_the_workflow_was_deleted(self, room):
        given = handed_in(room)
        Workflow.objects.all().delete()
        ArticleTask.objects.all().delete()
        assert pass_article(article=given, by=room.head.user, now=NOW).state == "office"
        assert send(given, room).live


class TestReturnArticle:
    def test_tells_the_author_why(self, room):
        back = stored(given_back(room, reason="wording", note="导语太长。"))
        assert (back.state, back.reason, back.reason_note, back.is_being_written) == ("returned", "wording", "导语太长。", True)
        told = Message.objects.get(recipient=room.member.user)
        assert (told.subject, told.text) == ("稿件退回：机关里的读书会", "原因：文字需要修改。\n\n导语太长。")
        assert WorkflowState.objects.get().status == "needs_changes"

    def test_may_be_done_by_the_office(self, room):
        back = return_article(article=in_queue(room), reason="facts", by=room.officer, now=NOW)
        assert (back.state, back.submitted_on) == ("returned", datetime.date(2026, 3, 4))

    @pytest.mark.parametrize(
        ("reason", "note", "said"),
        [("", "", "请选一个原因"), ("怪", "", "请选一个原因"), ("other", " ", "请写明"), ("facts", "长" * 301, "最多 300 个字")],
    )
    def test_asks_for_a_reason_of_the_list(self, room, reason, note, said):
        with pytest.raises(ReviewError, match=said):
            return_article(article=handed_in(room), reason=reason, note=note, by=room.head.user, now=NOW)

    def test_is_refused_to_others(self, room):
        with pytest.raises(ReviewError, match="由宣传科办理"):
            return_article(article=in_queue(room), reason="facts", by=room.head.user, now=NOW)

    def test_refuses_what_was_sent_out(self, room):
        sent = send(in_queue(room), room)
        with pytest.raises(MovedError, match="现在是“投出”"):
            return_article(article=sent, reason="facts", by=room.officer, now=NOW)

    def test_leaves_what_was_said_out_of_the_log(self, room):
        given_back(room, note="导语太长。")
        assert "导语太长" not in str(list(ModelLogEntry.objects.values_list("data", "label")))


class TestSendArticle:
    def test_keeps_where_it_went_and_publishes_the_text(self, room):
        first, second = OutletFactory(name="样报甲"), OutletFactory(name="样报乙")
        sent = send(in_queue(room), room, first, second)
        sent = stored(sent)
        assert (sent.state, sent.live, sent.has_unpublished_changes) == ("sent", True, False)
        assert sent.live_revision == sent.latest_revision
        assert [(one.outlet, one.sent_on) for one in sent.dispatches.all()] == [(first, TODAY), (second, TODAY)]
        assert sent.steps.last().note == "投给样报甲、样报乙。"
        assert (sent.reviewer_name, sent.submitted_on, sent.handed_in_at.day) == ("梁静宜", datetime.date(2026, 3, 4), 3)
        assert WorkflowState.objects.get().status == "approved"
        assert [one.department for one in sent.departments.all()] == [room.office]
        assert {label[:2] for label in ModelLogEntry.objects.values_list("label", flat=True)} == {"稿件"}

    def test_goes_to_more_outlets_later(self, room):
        first, second = OutletFactory(), OutletFactory()
        sent = send(in_queue(room), room, first)
        send(sent, room, first, second, sent_on=datetime.date(2026, 3, 6), now=at(2026, 3, 6))
        assert [one.sent_on.day for one in sent.dispatches.all()] == [5, 6]
        with pytest.raises(ReviewError, match="都已投过"):
            send(sent, room, first)
        assert TaskState.objects.filter(status="approved", task__name="宣传科审").count() == 1

    def test_of_a_piece_that_was_adopted_leaves_it_adopted(self, room):
        assert send(MediaArticleFactory(state="adopted"), room).state == "adopted"

    def test_of_a_piece_that_was_set_aside_takes_it_up_again(self, room):
        unused = set_aside_article(article=in_queue(room), reason="no_outlet", by=room.officer, now=NOW)
        sent = stored(send(unused, room))
        assert (sent.state, sent.reason, sent.live) == ("sent", "", True)

    def test_answers_a_call_once(self, room, monkeypatch):
        asked = []
        monkeypatch.setattr(events, "rescore", lambda pks, *, now: asked.append((list(pks), now)))
        call = CommissionFactory(topic="春季读书", to=[room.office])
        sent = send(in_queue(room, commission=call), room)
        event = CreditableEvent.objects.get()
        assert (event.kind, event.article, event.happened_on, event.note) == ("commission", sent, TODAY, "应约：春季读书")
        assert asked == [([sent.pk], NOW)]
        send(sent, room)
        assert CreditableEvent.objects.count() == 1

    @pytest.mark.parametrize(
        ("day", "said"), [(datetime.date(2026, 3, 6), "不能晚于今天"), (datetime.date(2026, 3, 1), "不能早于成稿日期")]
    )
    def test_refuses_other_days(self, room, day, said):
        with pytest.raises(ReviewError, match=said):
            send(in_queue(room), room, sent_on=day)

    def test_refuses_no_outlet_and_a_closed_one(self, room):
        queued = in_queue(room)
        with pytest.raises(ReviewError, match="请选投给"):
            send_article(article=queued, outlets=[], sent_on=TODAY, by=room.officer, now=NOW)
        with pytest.raises(ReviewError, match="已停办"):
            send(queued, room, OutletFactory(closed_on=datetime.date(2026, 3, 4)))

    def test_is_the_offices(self, room):
        with pytest.raises(ReviewError, match="由宣传科办理"):
            send(in_queue(room), room, by=room.head.user)

    def test_refuses_what_has_not_reached_the_office(self, room):
        for article in (draft(room), handed_in(room)):
            with pytest.raises(MovedError):
                send(article, room)


class TestSetAsideArticle:
    def test_tells_the_author_why(self, room):
        aside = set_aside_article(article=in_queue(room), reason="no_news", note="同题的已发过。", by=room.officer, now=NOW)
        assert (aside.state, aside.reason) == ("unused", "no_news")
        assert Message.objects.get(subject__startswith="稿件未用").recipient == room.member.user
        assert WorkflowState.objects.get().status == "cancelled"

    def test_of_what_was_sent_without_success(self, room):
        aside = set_aside_article(article=send(in_queue(room), room), reason="outlet_refused", by=room.officer, now=NOW)
        assert stored(aside).live

    def test_refuses_what_was_used(self, room):
        sent = send(in_queue(room), room)
        PlacementFactory(article=sent)
        with pytest.raises(ReviewError, match="已登记了采用"):
            set_aside_article(article=sent, reason="no_news", by=room.officer, now=NOW)

    def test_asks_for_a_reason(self, room):
        with pytest.raises(ReviewError, match="请选一个原因"):
            set_aside_article(article=in_queue(room), reason="", by=room.officer, now=NOW)


class TestRecordStep:
    def test_of_an_adoption_publishes_what_was_handed_in(self, room):
        article = lock_article(in_queue(room, commission=CommissionFactory()).pk)
        record_step(article, step=Step.ADOPT, state=ArticleState.ADOPTED, by=room.officer, now=NOW)
        article = stored(article)
        assert (article.state, article.live, article.events.get().kind) == ("adopted", True, "commission")

    def test_of_an_adoption_straight_from_the_department(self, room):
        article = lock_article(handed_in(room).pk)
        article.submitted_on = TODAY
        article.save(update_fields=["submitted_on"])
        record_step(article, step=Step.ADOPT, state=ArticleState.ADOPTED, by=room.officer, now=NOW)
        assert stored(article).live
        assert list(TaskState.objects.order_by("pk").values_list("status", flat=True)) == ["cancelled", "skipped", "approved"]

    def test_of_what_the_office_entered_itself(self, room):
        article = lock_article(MediaArticleFactory(state="adopted").pk)
        record_step(article, step=Step.REGISTER, state=ArticleState.ADOPTED, by=None, now=NOW)
        article = stored(article)
        assert (article.live, article.steps.get().by_name) == (True, "")

    def test_leaves_what_is_live_already(self, room):
        article = lock_article(MediaArticleFactory(state="adopted", live=True).pk)
        record_step(article, step=Step.REGISTER, state=ArticleState.ADOPTED, by=room.officer, now=NOW)
        assert not WorkflowState.objects.exists()


class TestEnsureWorkflow:
    def test_makes_one_and_switches_it_on_again(self, room):
        made = ensure_workflow()
        assert [one.task.name for one in made.workflow_tasks.order_by("sort_order")] == ["科室审", "宣传科审"]
        Workflow.objects.update(active=False)
        assert ensure_workflow().active
        assert Workflow.objects.filter(name="稿件审核").count() == 1
