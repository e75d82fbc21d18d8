"""An article in its authors' hands."""

import datetime
import uuid
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from wagtail.models import ModelLogEntry, TaskState, WorkflowState

from cms.inbox.models import Message
from learning.contributions.bylines import AuthorLine, DepartmentLine
from learning.contributions.services.articles import (
    ArticleError,
    OutdatedError,
    discard_article,
    hand_in_article,
    may_discard,
    may_take_back,
    save_article,
    take_back_article,
)
from learning.contributions.services.review import return_article
from learning.models import ArticleFile, MediaArticle
from tests.factories.contributions import MediaArticleFactory, PlacementFactory
from tests.factories.organisation import DepartmentFactory, PostingFactory, StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.programme import at
from tests.factories.submissions import HANDED_IN_AT, WRITTEN, draft, given_back, handed_in, in_queue, make_newsroom
from tests.standing import standing

NOW = at(2026, 3, 2, 9)


@standing()
def room():
    return make_newsroom()


def again(article, **facts):
    """The stored draft as its writer changes it."""
    written = {
        "version": article.version,
        "title": article.title,
        "body": article.body,
        "written_on": article.written_on,
        "authors": [AuthorLine(one.name, one.staff, one.share) for one in article.authors.select_related("staff")],
        "departments": [DepartmentLine(one.department, one.share) for one in article.departments.select_related("department")],
        "by": article.created_by,
        "now": NOW,
    }
    return save_article(article=article, **written | facts)


def refusals(caught) -> dict:
    error = caught.value
    return error.message_dict if hasattr(error, "error_dict") else {"": error.messages}


class TestSaveArticle:
    def test_makes_a_draft_that_is_its_authors(self, room):
        made = MediaArticle.objects.get(pk=draft(room, title="  读书会 \n 开了 ", body="甲\r\n乙\x00").pk)
        assert (made.title, made.body, made.state, made.live, made.version) == ("读书会 开了", "甲\n乙", "draft", False, 1)
        assert (made.created_by, made.saved_at, made.submitted_on) == (room.member.user, NOW, None)
        author = made.authors.get()
        assert (author.staff, author.name, author.department) == (room.member, "陶思远", room.office)
        assert [one.department for one in made.departments.all()] == [room.office]
        assert not ModelLogEntry.objects.exists()

    def test_takes_outsiders_by_name_and_keeps_the_order(self, room):
        authors = [AuthorLine("外单位的人", None, Decimal(40)), AuthorLine(room.member.name, room.member, Decimal(60))]
        made = draft(room, authors=authors, departments=[room.other, room.office])
        assert [(one.name, one.staff, one.department, one.share) for one in made.authors.all()] == [
            ("外单位的人", None, None, Decimal(40)),
            ("陶思远", room.member, room.office, Decimal(60)),
        ]
        assert [one.department for one in made.departments.all()] == [room.other, room.office]

    @pytest.mark.parametrize(
        ("facts", "field", "said"),
        [
            ({"title": " \x00 "}, "title", "请写标题"),
            ({"title": "长" * 121}, "title", "多出 1 个"),
            ({"body": "长" * 20_001}, "body", "最多 20,000 个字"),
            ({"topic": "长" * 61}, "topic", "最多 60 个字"),
            ({"genre": "诗"}, "genre", "体裁"),
            ({"written_on": datetime.date(2026, 3, 3)}, "written_on", "不能晚于今天（2026-03-02）"),
            ({"written_on": datetime.date(1999, 12, 31)}, "written_on", "不早于 2000-01-01"),
            ({"written_on": None}, "written_on", "请填成稿日期"),
            ({"authors": []}, "authors", "至少一位作者"),
            ({"authors": [AuthorLine("甲"), AuthorLine("甲")]}, "authors", "“甲”写了两次"),
            ({"authors": [AuthorLine("甲", None, Decimal(60)), AuthorLine("乙")]}, "authors", "只有 1 个写了比例"),
            ({"authors": [AuthorLine("甲", None, Decimal("60.5")), AuthorLine("乙", None, Decimal(30))]}, "authors", "90.5%"),
            ({"authors": [AuthorLine("甲", None, Decimal(130)), AuthorLine("乙", None, Decimal(-30))]}, "authors", "0 到 100"),
            ({"departments": []}, "departments", "请选供稿"),
        ],
    )
    def test_refuses_with_the_place_and_the_remedy(self, room, facts, field, said):
        with pytest.raises(ArticleError) as caught:
            save_article(
                **{
                    "title": "题",
                    "written_on": WRITTEN,
                    "authors": [AuthorLine("甲")],
                    "departments": [DepartmentLine(room.office)],
                    "by": room.member.user,
                    "now": NOW,
                }
                | facts
            )
        assert said in "".join(refusals(caught)[field])
        assert not MediaArticle.objects.exists()

    def test_refuses_one_department_or_one_person_twice(self, room):
        twice = [DepartmentLine(room.office), DepartmentLine(room.office)]
        with pytest.raises(ArticleError, match="选了两次"):
            save_article(title="题", written_on=WRITTEN, authors=[AuthorLine("甲")], departments=twice, by=room.member.user, now=NOW)
        with pytest.raises(ArticleError, match="“陶思远”写了两次"):
            draft(room, authors=[AuthorLine("陶思远", room.member), AuthorLine("陶思远", room.member)])

    def test_makes_one_of_a_form_sent_twice(self, room):
        token = uuid.uuid4()
        first, second = draft(room, token=token), draft(room, token=token)
        assert first.pk == second.pk
        changed = draft(room, token=token, body="改了一句。")
        assert (changed.pk, changed.body, MediaArticle.objects.count()) == (first.pk, "改了一句。", 1)
        with pytest.raises(OutdatedError):
            draft(room, token=token, body="又改了一句。")  # that form has seen the first version only

    def test_refuses_a_token_of_somebody_else(self, room):
        token = uuid.uuid4()
        draft(room, token=token)
        with pytest.raises(ArticleError, match="已经用过"):
            draft(room, token=token, author=room.colleague)

    def test_refuses_whoever_is_nobody_of_the_roster(self, room):
        with pytest.raises(ArticleError, match="没有对应的人员"):
            draft(room, by=make_user("guanli"))

    def test_lets_the_office_enter_for_others(self, room):
        assert draft(room, by=room.officer).created_by == room.officer

    def test_changes_what_its_writer_looked_at(self, room):
        made = draft(room)
        changed = again(made, title="另一个题目", now=at(2026, 3, 2, 10))
        assert (changed.title, changed.version, changed.saved_at) == ("另一个题目", 2, at(2026, 3, 2, 10))
        assert again(changed, title="另一个题目").version == 2  # nothing new

    def test_loses_nothing_of_what_was_written_elsewhere(self, room):
        made = draft(room)
        again(made, title="甲窗口的题目")
        with pytest.raises(OutdatedError) as caught:
            again(made, title="乙窗口的题目", version=1)
        assert caught.value.article.title == "甲窗口的题目"
        assert MediaArticle.objects.get().title == "甲窗口的题目"

    def test_is_for_its_authors_and_who_entered_it(self, room):
        made = draft(room, authors=[AuthorLine(room.member.name, room.member), AuthorLine("赵一鸣", room.colleague)])
        assert again(made, title="合写的人改的", by=room.colleague.user).title == "合写的人改的"
        with pytest.raises(ArticleError, match="只有作者和录入的人"):
            again(made, title="别人改的", by=room.head.user)

    def test_is_closed_while_it_is_reviewed(self, room):
        with pytest.raises(ArticleError, match="已是“科室审”"):
            again(handed_in(room), title="改")

    def test_keeps_the_department_of_then(self, room):
        made = draft(room)
        room.member.postings.update(ended_on=datetime.date(2026, 3, 5))
        PostingFactory(staff=room.member, department=room.other, started_on=datetime.date(2026, 3, 6))
        changed = again(
            made, authors=[AuthorLine("赵一鸣", room.colleague), AuthorLine("陶思远", room.member)], now=at(2026, 3, 10), version=1
        )
        assert [one.department for one in changed.authors.all()] == [room.office, room.office]

    def test_says_that_it_was_thrown_away(self, room):
        made = draft(room)
        gone = MediaArticle.objects.get(pk=made.pk)
        discard_article(article=made, by=room.member.user, now=NOW)
        with pytest.raises(ArticleError, match="已被删去"):
            hand_in_article(article=gone, by=room.member.user, now=NOW)


class TestDiscardArticle:
    def test_takes_a_draft_away_and_names_no_title(self, room):
        made = draft(room)
        assert may_discard(made)
        discard_article(article=made, by=room.member.user, now=NOW)
        assert not MediaArticle.objects.exists()
        entry = ModelLogEntry.objects.get()
        assert (entry.action, entry.label) == ("contributions.discard_article", f"稿件 {entry.object_id}")

    def test_keeps_what_was_handed_in_once(self, room):
        taken_back = take_back_article(article=handed_in(room), by=room.member.user, now=HANDED_IN_AT)
        assert not may_discard(taken_back)
        with pytest.raises(ArticleError, match="一起保留"):
            discard_article(article=taken_back, by=room.member.user, now=HANDED_IN_AT)

    def test_is_for_its_authors(self, room):
        with pytest.raises(ArticleError, match="只有作者"):
            discard_article(article=draft(room), by=room.officer, now=NOW)


class TestHandInArticle:
    def test_goes_to_the_head_of_the_first_department(self, room):
        given = handed_in(room, departments=[room.office, room.other])
        given = MediaArticle.objects.get(pk=given.pk)
        assert (given.state, given.handed_in_at, given.submitted_on) == ("section", HANDED_IN_AT, None)
        step = given.steps.get()
        assert (step.step, step.by_name, step.note) == ("hand_in", "陶思远", "")
        told = Message.objects.get()
        assert (told.recipient, told.subject) == (room.head.user, "待科室审：机关里的读书会")
        state = WorkflowState.objects.get()
        assert (state.status, state.requested_by, state.current_task_state.task.name) == ("in_progress", None, "科室审")
        assert given.latest_revision.content["body"] == given.body
        assert not given.live

    def test_of_a_head_goes_to_the_office_and_says_so(self, room):
        given = handed_in(room, author=room.head)
        assert (given.state, given.submitted_on) == ("office", datetime.date(2026, 3, 3))
        assert given.steps.get().note == "负责人本人的稿件，直接报宣传科。"
        assert Message.objects.get().recipient == room.officer
        assert WorkflowState.objects.get().current_task_state.task.name == "宣传科审"
        assert list(TaskState.objects.order_by("pk").values_list("task__name", "status")) == [
            ("科室审", "skipped"),
            ("宣传科审", "in_progress"),
        ]

    def test_of_a_department_without_a_head_goes_to_the_office(self, room):
        bare = DepartmentFactory(name="新设科")
        given = handed_in(room, departments=[bare])
        assert (given.state, given.steps.get().note) == ("office", "新设科没有能在网上审核的负责人，直接报宣传科。")

    def test_asks_the_head_above_where_there_is_none(self, room):
        below = DepartmentFactory(name="下设中心", parent=room.office)
        handed_in(room, departments=[below])
        assert Message.objects.get().recipient == room.head.user

    def test_passes_over_a_head_without_an_account(self, room):
        other = DepartmentFactory(name="没有账号的科")
        PostingFactory(staff=StaffMemberFactory(name="没有账号"), department=other, is_head=True)
        assert handed_in(room, departments=[other]).state == "office"

    def test_twice_is_once(self, room):
        given = handed_in(room)
        hand_in_article(article=given, by=room.member.user, now=HANDED_IN_AT)
        assert given.steps.count() == 1

    def test_refuses_a_version_that_was_not_looked_at(self, room):
        made = draft(room)
        again(made, title="改过的题目")
        with pytest.raises(OutdatedError):
            hand_in_article(article=made, version=1, by=room.member.user, now=NOW)

    def test_says_all_that_is_missing(self, room):
        made = draft(room, body="", genre="picture")
        with pytest.raises(ArticleError) as caught:
            hand_in_article(article=made, by=room.member.user, now=NOW)
        assert [one.partition("。")[0] for one in caught.value.messages] == ["还没有正文", "体裁是“图片”，还没有图片"]
        assert MediaArticle.objects.get().state == "draft"

    def test_takes_a_document_for_a_text(self, room):
        made = draft(room, body="")
        ArticleFile.objects.create(article=made, kind="document", file="x.docx", sha256="0" * 64, added_at=NOW)
        assert hand_in_article(article=made, by=room.member.user, now=NOW).state == "section"

    def test_again_after_it_was_given_back_keeps_the_first_day(self, room):
        back = given_back(room)
        assert back.submitted_on is None
        given = hand_in_article(article=back, by=room.member.user, now=at(2026, 3, 6))
        assert (given.state, given.reason, given.reason_note) == ("section", "", "")
        assert WorkflowState.objects.filter(status="in_progress").count() == 1

    def test_leaves_no_title_in_the_log(self, room):
        handed_in(room)
        labels = set(ModelLogEntry.objects.values_list("label", flat=True))
        assert len(labels) == 1
        assert labels.pop().startswith("稿件 ")

    def test_refuses_what_was_taken_already(self, room):
        with pytest.raises(ValidationError, match="已是“采用”"):
            hand_in_article(article=MediaArticleFactory(state="adopted", by_people=[room.member]), by=room.member.user, now=NOW)


class TestTakeBackArticle:
    def test_makes_it_a_draft_again(self, room):
        back = take_back_article(article=handed_in(room), by=room.member.user, now=HANDED_IN_AT)
        assert (back.state, back.is_being_written) == ("draft", True)
        assert [one.step for one in back.steps.all()] == ["hand_in", "take_back"]
        assert WorkflowState.objects.get().status == "cancelled"

    def test_of_what_went_to_the_office_at_once_forgets_the_day(self, room):
        back = take_back_article(article=handed_in(room, author=room.head), by=room.head.user, now=HANDED_IN_AT)
        assert back.submitted_on is None

    def test_of_what_the_office_had_given_back_keeps_the_first_day(self, room):
        article = handed_in(room, author=room.head)
        first = article.submitted_on
        return_article(article=article, reason="wording", by=room.officer, now=at(2026, 3, 4, 9))
        hand_in_article(article=article, by=room.head.user, now=at(2026, 3, 9, 9))
        taken = take_back_article(article=article, by=room.head.user, now=at(2026, 3, 9, 10))
        assert taken.submitted_on == first
        assert hand_in_article(article=article, by=room.head.user, now=at(2026, 3, 10, 9)).submitted_on == first

    def test_refuses_what_an_adoption_waits_on(self, room):
        article = handed_in(room, author=room.head)
        PlacementFactory(article=article, confirmed_at=None, entered_by=room.head.user)
        assert not may_take_back(article)
        with pytest.raises(ArticleError, match="已登记了采用"):
            take_back_article(article=article, by=room.head.user, now=NOW)

    def test_refuses_once_somebody_has_decided(self, room):
        passed = in_queue(room)
        assert not may_take_back(passed)
        with pytest.raises(ArticleError, match="已有人审核"):
            take_back_article(article=passed, by=room.member.user, now=at(2026, 3, 5))

    def test_is_for_its_authors(self, room):
        with pytest.raises(ArticleError, match="只有作者"):
            take_back_article(article=handed_in(room), by=room.colleague.user, now=HANDED_IN_AT)

    def test_twice_is_once(self, room):
        back = take_back_article(article=handed_in(room), by=room.member.user, now=HANDED_IN_AT)
        assert take_back_article(article=back, by=room.member.user, now=HANDED_IN_AT).steps.count() == 2
