import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import ModelLogEntry

from cms.inbox.models import Message
from learning.judging.choices import JudgingState
from learning.models import Ballot, Entry, Judging, Reflection
from learning.reading.choices import Consent
from learning.reading.services.judging import (
    OWN_WORK,
    SAMPLE_RUBRIC,
    JudgingError,
    Line,
    UnfinishedError,
    close_judging,
    declare_conflict,
    entries_of,
    open_judging,
    prepare_judging,
    submit_ballot,
)
from tests.factories.bureau import make_bureau
from tests.factories.organisation import StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.programme import at
from tests.factories.reading import JudgingFactory, accepted_reflection, cast, hang_exhibition
from tests.standing import standing

NOW = at(2026, 11, 25, 9)


@standing()
def bureau():
    return make_bureau()


def take_back(entry):
    Reflection.objects.filter(pk=entry.reflection_id).update(consent=Consent.NONE)
    entry.reflection.page.unpublish()


def opened(bureau, *, judges, authors):
    """A judging that is open, with one piece by each of `authors`, numbered in that order."""
    for author in authors:
        accepted_reflection(author=author)
    judging = JudgingFactory(judged_by=judges)
    return open_judging(judging=judging, by=bureau.clerk.user, now=NOW, shuffle=lambda pieces: None)


def points_for(judging, *points):
    return {line.pk: Decimal(str(given)) for line, given in zip(judging.rubric.all(), points, strict=False)}


class TestPrepareJudging:
    def prepare(self, bureau, exhibition, **facts):
        given = {
            "judges": [bureau.head],
            "rubric": SAMPLE_RUBRIC,
            "note": "",
            "due_on": datetime.date(2026, 12, 10),
            "by": bureau.clerk.user,
            "now": NOW,
        }
        return prepare_judging(exhibition=exhibition, **given | facts)

    def test_keeps_judges_and_lines_and_can_be_done_again(self, bureau):
        exhibition = hang_exhibition()
        first = self.prepare(bureau, exhibition)
        again = self.prepare(
            bureau, exhibition, judges=[bureau.head, bureau.leader], rubric=[Line("表达", 100)], due_on=datetime.date(2026, 12, 1)
        )
        assert first == again == Judging.objects.get()
        assert {judge.staff for judge in again.judges.all()} == {bureau.head, bureau.leader}
        assert [(line.name, line.max_points) for line in again.rubric.all()] == [("表达", 100)]
        assert again.created_by == bureau.clerk.user

    @pytest.mark.skipif(not connection.features.has_select_for_update, reason="nothing happens at once on SQLite")
    def test_waits_for_a_clerk_who_is_opening_it(self, bureau):
        judging = self.prepare(bureau, hang_exhibition())
        with CaptureQueriesContext(connection) as asked:
            self.prepare(bureau, judging.exhibition)
        assert any('FROM "learning_judging"' in one["sql"] and "FOR UPDATE" in one["sql"] for one in asked)

    @pytest.mark.parametrize(
        ("facts", "message"),
        [
            ({"judges": []}, "至少写一位评委"),
            ({"rubric": []}, "至少写一个评分项"),
            ({"rubric": [Line("表达", 50), Line("表达", 50)]}, "同名"),
            ({"due_on": datetime.date(2026, 11, 24)}, "已经过去"),
        ],
    )
    def test_refuses_what_cannot_be_judged_by(self, bureau, facts, message):
        with pytest.raises(JudgingError, match=message):
            self.prepare(bureau, hang_exhibition(), **facts)

    def test_wants_judges_who_can_sign_in(self, bureau):
        gone = StaffMemberFactory(name="白梦", user=make_user("bai", is_active=False))
        with pytest.raises(JudgingError, match="白梦没有可用的账号"):
            self.prepare(bureau, hang_exhibition(), judges=[bureau.head, gone])

    def test_is_over_once_it_is_open(self, bureau):
        judging = opened(bureau, judges=[bureau.head], authors=[bureau.member])
        with pytest.raises(JudgingError, match="评分中"):
            self.prepare(bureau, judging.exhibition)


class TestOpenJudging:
    def test_takes_in_what_was_accepted_and_consented_to_in_the_quarter(self, bureau):
        taken = [accepted_reflection(consent=consent) for consent in ("internal", "public")]
        accepted_reflection(consent="none")
        accepted_reflection(at_time=at(2026, 9, 30))
        judging = open_judging(judging=JudgingFactory(judged_by=[bureau.head]), by=bureau.clerk.user, now=NOW)
        assert {entry.reflection for entry in judging.entries.all()} == set(taken)
        assert [entry.number for entry in judging.entries.all()] == [1, 2]
        assert (judging.state, judging.opened_at) == (JudgingState.OPEN, NOW)
        accepted_reflection()
        assert judging.entries.count() == 2

    def test_numbers_them_by_a_shuffle(self, bureau):
        taken = [accepted_reflection() for _ in range(3)]
        judging = JudgingFactory(judged_by=[bureau.head])
        open_judging(judging=judging, by=bureau.clerk.user, now=NOW, shuffle=lambda pieces: pieces.reverse())
        assert [entry.reflection for entry in judging.entries.order_by("pk")] == taken[::-1]

    def test_closes_a_judges_own_piece(self, bureau):
        judging = opened(bureau, judges=[bureau.head, bureau.member], authors=[bureau.member, bureau.colleague])
        [ballot] = Ballot.objects.all()
        assert (ballot.judge.staff, ballot.entry.number, ballot.is_conflict, ballot.conflict_reason) == (bureau.member, 1, True, OWN_WORK)
        assert ballot.entry.judging == judging

    def test_tells_the_judges_once_and_writes_it_down(self, bureau):
        judging = opened(bureau, judges=[bureau.head, bureau.leader], authors=[bureau.member])
        messages = Message.objects.filter(key=f"judging:{judging.pk}:opened")
        assert {message.recipient for message in messages} == {bureau.head.user, bureau.leader.user}
        assert "1 篇" in messages[0].subject
        assert "2026-12-10" in messages[0].text
        [entry] = ModelLogEntry.objects.filter(action="reading.open_judging")
        assert entry.user == bureau.clerk.user
        with pytest.raises(JudgingError, match="不用再开始"):
            open_judging(judging=judging, by=bureau.clerk.user, now=NOW)

    def test_waits_for_something_to_judge(self, bureau):
        with pytest.raises(JudgingError, match="没有可评的"):
            open_judging(judging=JudgingFactory(judged_by=[bureau.head]), by=bureau.clerk.user, now=NOW)


class TestSubmitBallot:
    @pytest.fixture
    def judging(self, bureau):
        return opened(bureau, judges=[bureau.head, bureau.member], authors=[bureau.member, bureau.colleague])

    def submit(self, judging, number, person, *points, remark=""):
        entry = judging.entries.get(number=number)
        return submit_ballot(entry=entry, points=points_for(judging, *points), remark=remark, by=person.user, now=NOW)

    def test_keeps_the_points_of_every_line(self, bureau, judging):
        ballot = self.submit(judging, 2, bureau.head, 50, "37.5", remark="言之有物")
        assert [line.points for line in ballot.lines.all()] == [50, Decimal("37.5")]
        assert (ballot.remark, ballot.is_conflict) == ("言之有物", False)

    def test_takes_the_place_of_an_earlier_one_and_of_a_conflict(self, bureau, judging):
        self.submit(judging, 2, bureau.head, 50, 30)
        declare_conflict(entry=judging.entries.get(number=2), reason="亲属", by=bureau.head.user, now=NOW)
        assert Ballot.objects.get(judge__staff=bureau.head).lines.count() == 0
        self.submit(judging, 2, bureau.head, 60, 40)
        ballot = Ballot.objects.get(judge__staff=bureau.head)
        assert (ballot.is_conflict, ballot.conflict_reason) == (False, "")
        assert sum(line.points for line in ballot.lines.all()) == 100

    @pytest.mark.parametrize("points", [(), (50,), (61, 10), (50, -1), (50, "1.25")])
    def test_wants_every_line_within_its_limits(self, bureau, judging, points):
        with pytest.raises(JudgingError) as caught:
            self.submit(judging, 2, bureau.head, *points)
        assert all(name.startswith("line_") for name in caught.value.error_dict)
        assert not Ballot.objects.filter(judge__staff=bureau.head).exists()

    def test_is_for_judges_and_not_for_ones_own(self, bureau, judging):
        with pytest.raises(JudgingError, match="不是这次评分的评委"):
            self.submit(judging, 1, bureau.clerk, 50, 30)
        with pytest.raises(JudgingError, match="您本人的作品"):
            self.submit(judging, 1, bureau.member, 50, 30)
        with pytest.raises(JudgingError, match="您本人的作品"):
            declare_conflict(entry=judging.entries.get(number=1), reason="再说一次", by=bureau.member.user, now=NOW)

    def test_is_over_with_the_authors_consent_and_with_the_judging(self, bureau, judging):
        take_back(judging.entries.get(number=1))
        with pytest.raises(JudgingError, match="已收回展示"):
            self.submit(judging, 1, bureau.head, 50, 30)
        self.submit(judging, 2, bureau.head, 50, 30)
        close_judging(judging=judging, is_confirmed=True, by=bureau.clerk.user, now=NOW)
        with pytest.raises(JudgingError, match="已结束"):
            self.submit(judging, 2, bureau.head, 60, 30)

    def test_writes_down_who_but_not_what(self, bureau, judging):
        self.submit(judging, 2, bureau.head, 50, 30)
        [entry] = ModelLogEntry.objects.filter(action="reading.ballot")
        assert (entry.user, entry.data) == (bureau.head.user, {"number": 2})

    def test_needs_a_reason_to_stand_back(self, bureau, judging):
        with pytest.raises(JudgingError, match="回避的原因"):
            declare_conflict(entry=judging.entries.get(number=2), reason="  ", by=bureau.head.user, now=NOW)


class TestCloseJudging:
    def test_fixes_means_and_ranks_and_tells_the_authors(self, bureau):
        judges = [bureau.head, bureau.leader]
        judging = opened(bureau, judges=judges, authors=[bureau.member, bureau.colleague, bureau.secretary])
        first, second, third = judging.entries.all()
        for judge in judges:
            cast(first, judge, 50, 30)
            cast(second, judge, 60, 30)
            cast(third, judge, 40, 40)
        close_judging(judging=judging, is_confirmed=False, by=bureau.clerk.user, now=NOW)
        found = [(entry.mean, entry.rank, entry.ballots_counted) for entry in Entry.objects.order_by("number")]
        assert found == [(80, 2, 2), (90, 1, 2), (80, 3, 2)]
        told = Message.objects.filter(key=f"judging:{judging.pk}:closed")
        assert {message.recipient for message in told} == {bureau.member.user, bureau.colleague.user, bureau.secretary.user}
        judging.refresh_from_db()
        assert (judging.state, judging.closed_at) == (JudgingState.CLOSED, NOW)

    def test_drops_highest_and_lowest_of_five(self, bureau):
        judges = [bureau.head, bureau.leader, bureau.secretary, bureau.clerk, bureau.other_head]
        judging = opened(bureau, judges=judges, authors=[bureau.member])
        entry = judging.entries.get()
        for judge, points in zip(judges, (10, 60, 50, "40.5", "40.5"), strict=True):
            cast(entry, judge, Decimal(str(points)), 0)
        close_judging(judging=judging, is_confirmed=False, by=bureau.clerk.user, now=NOW)
        entry.refresh_from_db()
        assert (entry.mean, entry.ballots_counted) == (Decimal("43.6667"), 3)

    def test_asks_before_it_goes_without_missing_ballots(self, bureau):
        judging = opened(bureau, judges=[bureau.head, bureau.member], authors=[bureau.member, bureau.colleague])
        with pytest.raises(JudgingError, match="还没有一张评分票"):
            close_judging(judging=judging, is_confirmed=True, by=bureau.clerk.user, now=NOW)
        cast(judging.entries.get(number=2), bureau.head, 50, 30)
        with pytest.raises(UnfinishedError, match="还差 2 张票"):
            close_judging(judging=judging, is_confirmed=False, by=bureau.clerk.user, now=NOW)
        close_judging(judging=judging, is_confirmed=True, by=bureau.clerk.user, now=NOW)
        unjudged, judged = judging.entries.all()
        assert (unjudged.rank, unjudged.mean, unjudged.ballots_counted) == (None, None, 0)
        assert judged.rank == 1

    def test_leaves_out_what_was_taken_back(self, bureau):
        judging = opened(bureau, judges=[bureau.head], authors=[bureau.member, bureau.colleague])
        best, other = judging.entries.all()
        cast(best, bureau.head, 60, 40)
        cast(other, bureau.head, 30, 30)
        take_back(best)
        close_judging(judging=judging, is_confirmed=False, by=bureau.clerk.user, now=NOW)
        assert [(entry.number, entry.rank) for entry in entries_of(judging)] == [(2, 1)]
        best.refresh_from_db()
        assert best.rank is None
        assert not Message.objects.filter(recipient=bureau.member.user, key__endswith=":closed").exists()

    def test_is_done_once(self, bureau):
        judging = opened(bureau, judges=[bureau.head], authors=[bureau.member])
        cast(judging.entries.get(), bureau.head, 60, 40)
        close_judging(judging=judging, is_confirmed=False, by=bureau.clerk.user, now=NOW)
        with pytest.raises(JudgingError, match="不用再结束"):
            close_judging(judging=judging, is_confirmed=False, by=bureau.clerk.user, now=NOW)

    def test_costs_the_same_however_many_judge(self, bureau, django_assert_max_num_queries):
        judges = [bureau.head, bureau.leader, bureau.secretary]
        judging = opened(bureau, judges=judges, authors=[bureau.member, bureau.colleague, bureau.head, bureau.other_head])
        for entry in judging.entries.all():
            for judge in judges:
                if entry.reflection.author_id != judge.pk:
                    cast(entry, judge, 50, entry.number)
        with django_assert_max_num_queries(22):
            close_judging(judging=judging, is_confirmed=False, by=bureau.clerk.user, now=NOW)
