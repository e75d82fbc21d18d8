import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.test import RequestFactory

from learning.contributions.research_forms import ResearchBallotForm, ResearchConflictForm
from learning.contributions.research_judgings import desk_of
from learning.judging.desks import Desk, Paper, Progress
from learning.judging.errors import JudgingError, UnfinishedError
from learning.judging.pages import close_it, closing_of, next_number, open_it, take_turn, turn_of
from learning.models import ResearchEntry
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.research import ResearchJudgingFactory, cast_research, written_report


def sent(method="post", **data):
    request = getattr(RequestFactory(), method)("/", data)
    request.user = "whoever asks"
    request._messages = CookieStorage(request)
    return request


def said(request) -> list[str]:
    return [str(message) for message in get_messages(request)]


class Acts:
    """In the place of a room's services: remembers what it was called with, or refuses."""

    def __init__(self, answer=None, refusal: JudgingError | None = None):
        self.answer, self.refusal, self.facts = answer, refusal, None

    def __call__(self, **facts):
        self.facts = facts
        if self.refusal:
            raise self.refusal
        return self.answer


@pytest.fixture
def judging(db):
    found = ResearchJudgingFactory(judged_by=[StaffMemberFactory(user=make_user(name)) for name in ("a", "b")], state="open")
    for number in (1, 2):
        ResearchEntry.objects.create(judging=found, report=written_report(state="handed_in"), number=number)
    return found


@pytest.fixture
def entry(judging):
    return judging.entries.select_related("judging").get(number=1)


@pytest.fixture
def judge(judging):
    return judging.judges.select_related("judging", "staff").get(staff__user__username="a")


@pytest.fixture
def turn(entry, judge):
    """`turn(request)`: with the forms of the research reports."""

    def begin(request):
        return turn_of(request, entry=entry, judge=judge, ballot_form=ResearchBallotForm, conflict_form=ResearchConflictForm)

    return begin


class TestOpenIt:
    def test_says_how_many_there_are(self, judging):
        request, act = sent(), Acts(answer=judging)
        open_it(request, judging, act)
        assert (act.facts["judging"], act.facts["by"]) == (judging, "whoever asks")
        assert said(request) == ["评分已开始：2 篇，已通知评委。"]

    def test_says_why_not(self):
        request = sent()
        open_it(request, None, Acts(refusal=JudgingError(["没有评委。", "没有评分项。"])))
        assert said(request) == ["没有评委。；没有评分项。"]


class TestCloseIt:
    @pytest.mark.parametrize(("data", "is_confirmed"), [({}, False), ({"confirmed": "on"}, True)])
    def test_hands_on_whether_it_was_confirmed(self, data, is_confirmed):
        request, act = sent(**data), Acts()
        assert close_it(request, None, act) is None
        assert act.facts["is_confirmed"] is is_confirmed
        assert said(request) == ["评分已结束，结果已算出。"]

    def test_gives_back_the_refusal(self):
        request, refusal = sent(), UnfinishedError("还有两篇。")
        assert close_it(request, None, Acts(refusal=refusal)) is refusal
        assert said(request) == []


class TestClosingOf:
    @pytest.mark.parametrize(
        ("refusal", "errors", "status"),
        [(None, [], 200), (JudgingError("不行。"), ["不行。"], 400), (UnfinishedError("还有两篇。"), ["还有两篇。"], 409)],
    )
    def test_answers_by_what_keeps_it_open(self, refusal, errors, status):
        progress = [Progress("a", 1, 0, 3), Progress("b", 0, 2, 2)]
        assert closing_of(progress, refusal) == ({"progress": progress, "missing": 5, "errors": errors}, status)


class TestTurnOf:
    def test_begins_with_empty_forms(self, judge, turn, django_assert_num_queries):
        with django_assert_num_queries(2):
            begun = turn(sent("get"))
        assert (begun.ballot, begun.declares, begun.total_points, begun.status) == (None, False, 100, 200)
        assert begun.form.initial == {}
        assert not begun.form.is_bound
        assert not begun.conflict.is_bound

    def test_shows_what_was_given_so_far(self, entry, judge, turn, django_assert_num_queries):
        cast_research(entry, judge.staff, "30.5", 10, remark="好")
        with django_assert_num_queries(3):
            begun = turn(sent("get"))
        assert begun.form.initial["remark"] == "好"
        assert begun.conflict.initial == {"reason": ""}

    def test_shows_why_it_was_not_scored(self, entry, judge, turn):
        cast_research(entry, judge.staff, is_conflict=True, conflict_reason="亲属")
        begun = turn(sent("get"))
        assert (begun.form.initial, begun.conflict.initial) == ({}, {"reason": "亲属"})

    def test_does_not_show_what_another_judge_gave(self, judging, entry, turn):
        cast_research(entry, judging.judges.get(staff__user__username="b").staff, 60, 40)
        assert turn(sent("get")).ballot is None

    def test_binds_the_form_that_was_sent_alone(self, turn):
        given, declared = turn(sent(remark="好")), turn(sent(conflict="1", reason="亲属"))
        assert (given.form.is_bound, given.conflict.is_bound, given.sent) == (True, False, given.form)
        assert (declared.form.is_bound, declared.conflict.is_bound, declared.sent) == (False, True, declared.conflict)

    def test_knows_its_neighbours(self, judge, turn):
        begun = turn(sent("get"))
        desk = desk_of(judge)
        context = begun.context(1, desk)
        assert (context["previous"], context["following"], context["total_points"], context["desk"]) == (None, 2, 100, desk)
        assert (context["form"], context["conflict"], context["ballot"]) == (begun.form, begun.conflict, None)


class TestTakeTurn:
    @pytest.fixture
    def points(self, judging):
        return {f"line_{line.pk}": given for line, given in zip(judging.rubric.all(), ("30.5", "10"), strict=True)}

    def test_keeps_points(self, judging, entry, turn, points):
        request = sent(**points, remark="好")
        submit, declare = Acts(), Acts()
        assert take_turn(request, turn(request), entry=entry, submit_ballot=submit, declare_conflict=declare)
        assert (submit.facts["entry"], submit.facts["remark"], submit.facts["by"]) == (entry, "好", "whoever asks")
        assert [float(submit.facts["points"][line.pk]) for line in judging.rubric.all()] == [30.5, 10]
        assert declare.facts is None

    def test_keeps_a_conflict(self, entry, turn, points):
        request = sent(**points, conflict="1", reason="亲属")
        submit, declare = Acts(), Acts()
        assert take_turn(request, turn(request), entry=entry, submit_ballot=submit, declare_conflict=declare)
        assert (declare.facts["entry"], declare.facts["reason"], declare.facts["by"]) == (entry, "亲属", "whoever asks")
        assert submit.facts is None

    @pytest.mark.parametrize("data", [{"remark": "没有分"}, {"conflict": "1", "reason": ""}])
    def test_asks_nobody_about_a_form_with_mistakes(self, entry, turn, data):
        request, act = sent(**data), Acts()
        begun = turn(request)
        assert not take_turn(request, begun, entry=entry, submit_ballot=act, declare_conflict=act)
        assert (act.facts, begun.status) == (None, 400)

    def test_keeps_nothing_of_an_empty_form(self, entry, turn):
        request, act = sent(), Acts()
        assert not take_turn(request, turn(request), entry=entry, submit_ballot=act, declare_conflict=act)
        assert act.facts is None

    @pytest.mark.parametrize("declares", [False, True])
    def test_shows_a_refusal_at_the_form_that_was_sent(self, entry, turn, points, declares):
        request = sent(**points, **({"conflict": "1", "reason": "亲属"} if declares else {}))
        begun, refuse = turn(request), Acts(refusal=JudgingError("评分已结束。"))
        assert not take_turn(request, begun, entry=entry, submit_ballot=refuse, declare_conflict=refuse)
        assert begun.status == 400
        assert "评分已结束。" in str(begun.sent.errors)


class TestNextNumber:
    @pytest.mark.parametrize(
        ("data", "waiting", "following", "message"),
        [
            ({}, True, 2, "1 号已评。这是下一篇。"),
            ({"conflict": "1", "reason": "亲属"}, True, 2, "1 号已回避。这是下一篇。"),
            ({}, False, None, "1 号已评。全部评完了，谢谢。结束之前还可以改。"),
        ],
    )
    def test_says_what_is_done_and_what_follows(self, turn, data, waiting, following, message):
        request = sent(**data)
        desk = Desk([Paper(1, 80, ""), Paper(2, None, "" if waiting else "亲属")])
        assert next_number(request, turn(request), 1, desk) == following
        assert said(request) == [message]
