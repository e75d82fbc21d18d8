import datetime
from decimal import Decimal

import pytest

from learning.judging.choices import JudgingState
from learning.models import Entry, Reflection
from learning.programme.choices import AttendanceStatus, SessionKind
from learning.reading.candidates import candidates_of, records_of
from learning.reading.choices import Consent
from tests.factories.bureau import make_bureau
from tests.factories.organisation import PostingFactory, StaffMemberFactory
from tests.factories.programme import SessionFactory, at
from tests.factories.reading import JudgingFactory, ReadingEntryFactory, ReflectionFactory, StarSelectionFactory, accepted_reflection
from tests.standing import standing

TODAY = datetime.date(2026, 12, 28)


def day(month, number) -> datetime.date:
    return datetime.date(2026, month, number)


@standing()
def bureau():
    return make_bureau()


def exchange(*people, on=None, **facts):
    starts_at = on or at(2026, 12, 22)
    return SessionFactory(held=True, kind=SessionKind.READING_EXCHANGE, starts_at=starts_at, attended_by=people, formats=[], **facts)


def judged(reflection, mean, *, judging, state=JudgingState.CLOSED):
    type(judging).objects.filter(pk=judging.pk).update(state=state)
    number = judging.entries.count() + 1
    return Entry.objects.create(judging=judging, reflection=reflection, number=number, mean=mean, rank=number, ballots_counted=3)


@pytest.fixture
def quarter(bureau):
    """The member meets everything, the colleague one thing, the head nothing at all."""
    for finished in (day(10, 1), day(11, 5), day(12, 31)):
        ReadingEntryFactory(staff=bureau.member, finished_on=finished)
    ReadingEntryFactory(staff=bureau.member, finished_on=day(9, 30))
    ReadingEntryFactory(staff=bureau.colleague)
    judging = JudgingFactory()
    judged(accepted_reflection(author=bureau.member), Decimal("86.6667"), judging=judging)
    judged(accepted_reflection(author=bureau.member), Decimal("91.2"), judging=judging)
    accepted_reflection(author=bureau.member, at_time=at(2026, 9, 30))
    ReflectionFactory(author=bureau.colleague)
    exchange(bureau.member, bureau.colleague, missed_by={bureau.head: AttendanceStatus.SICK})
    return StarSelectionFactory()


def numbers(selection, person):
    [found] = candidates_of(selection, today=TODAY, only=[person.pk])
    return found.numbers.books, found.numbers.reflections, found.numbers.exchanges, found.numbers.mean


class TestCandidatesOf:
    def test_counts_what_was_done_in_the_quarter(self, bureau, quarter):
        assert numbers(quarter, bureau.member) == (3, 2, 1, Decimal("91.2"))
        assert numbers(quarter, bureau.colleague) == (0, 0, 1, None)
        assert numbers(quarter, bureau.head) == (0, 0, 0, None)

    def test_lists_whoever_did_something_those_who_meet_the_criteria_first(self, bureau, quarter):
        ReadingEntryFactory(staff=bureau.clerk, finished_on=day(11, 1))
        found = candidates_of(quarter, today=TODAY)
        assert [(one.person, one.meets_all) for one in found] == [(bureau.member, True), (bureau.colleague, False), (bureau.clerk, False)]
        assert found[0].department == "办公室"
        assert found[1].shortfalls == "读完 0 本，标准 3 本；通过心得 0 篇，标准 1 篇"

    def test_asks_for_a_mean_only_where_the_criteria_do(self, bureau, quarter):
        quarter.min_mean = Decimal("92.5")
        [found] = candidates_of(quarter, today=TODAY, only=[bureau.member.pk])
        assert found.shortfalls == "展评平均分 91.2 分，标准 92.5 分"
        quarter.min_mean, quarter.min_books = None, 0
        [found] = candidates_of(quarter, today=TODAY, only=[bureau.colleague.pk])
        assert found.shortfalls == "通过心得 0 篇，标准 1 篇"

    @pytest.mark.parametrize("status", [AttendanceStatus.LATE, AttendanceStatus.ONLINE])
    def test_counts_who_attended_an_exchange_late_or_online(self, bureau, status):
        exchange(missed_by={bureau.head: status, bureau.member: AttendanceStatus.LEFT_EARLY})
        selection = StarSelectionFactory()
        assert numbers(selection, bureau.head)[2] == 1
        assert numbers(selection, bureau.member)[2] == 0

    def test_counts_exchanges_that_were_held_in_the_quarter_they_were_planned_in(self, bureau):
        SessionFactory(kind=SessionKind.READING_EXCHANGE, attended_by=[bureau.member])
        SessionFactory(held=True, attended_by=[bureau.member])
        exchange(bureau.member, on=at(2027, 1, 5), planned_on=day(12, 29))
        assert numbers(StarSelectionFactory(), bureau.member)[2] == 1

    def test_leaves_out_a_mean_that_is_not_fixed_or_no_longer_shown(self, bureau):
        judging = JudgingFactory()
        shown, taken_back = accepted_reflection(author=bureau.member), accepted_reflection(author=bureau.member)
        judged(shown, Decimal(80), judging=judging)
        judged(taken_back, Decimal(90), judging=judging)
        Reflection.objects.filter(pk=taken_back.pk).update(consent=Consent.NONE)
        assert numbers(StarSelectionFactory(), bureau.member)[3] == 80
        judging.state = JudgingState.OPEN
        judging.save()
        assert numbers(StarSelectionFactory.build(), bureau.member)[3] is None

    def test_is_about_those_employed(self, bureau, quarter):
        gone = StaffMemberFactory(left_on=day(11, 30))
        PostingFactory(staff=gone, department=bureau.office)
        ReadingEntryFactory(staff=gone, finished_on=day(10, 2))
        assert gone not in [one.person for one in candidates_of(quarter, today=TODAY)]
        assert gone in [one.person for one in candidates_of(quarter, today=day(11, 30))]

    def test_costs_the_same_for_any_number_of_people(self, bureau, quarter, django_assert_num_queries):
        with django_assert_num_queries(5):
            candidates_of(quarter, today=TODAY)
        for person in (bureau.clerk, bureau.leader, bureau.secretary, bureau.other_head):
            ReadingEntryFactory(staff=person, finished_on=day(11, 1))
        with django_assert_num_queries(5):
            assert len(candidates_of(quarter, today=TODAY)) == 6


class TestRecordsOf:
    def test_add_up_to_the_numbers(self, bureau, quarter, django_assert_num_queries):
        with django_assert_num_queries(4):
            found = records_of(quarter, bureau.member)
            assert [entry.book.title for entry in found.books]
            assert [row.session.title for row in found.exchanges]
        assert (len(found.books), len(found.reflections), len(found.exchanges)) == (3, 2, 1)
        assert [entry.mean for entry in found.entries] == [Decimal("91.2"), Decimal("86.6667")]
