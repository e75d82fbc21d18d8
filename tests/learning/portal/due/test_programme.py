"""The due list: what is in it, in which order, with which button."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from learning.evidence import Subject
from learning.models import Absence, AnnualPlan, LeaveRequest, MakeUp
from learning.portal.due import FEW, Kind, State, due_of, in_words
from learning.programme.choices import AttendanceStatus, LeaveState, MakeUpState, SessionKind, SessionState
from learning.programme.rights import Rights
from learning.programme.services.leave import ask_leave, decide_leave
from learning.programme.services.make_ups import check_make_up, submit_make_up
from tests.factories.bureau import rights_of
from tests.factories.organisation import PostingFactory
from tests.factories.pages import make_user
from tests.factories.programme import PlanItemFactory, RequirementFactory, SessionFactory, at

NOW = at(2026, 11, 25, 9)
TODAY = NOW.date()
ONE = datetime.timedelta(days=1)


def due(person, now=NOW):
    return due_of(rights_of(person, now.date()), now=now)


def titles(person, now=NOW):
    return [row.title for row in due(person, now).rows]


def ask(person, session, now=NOW):
    return ask_leave(session=session, staff=person, kind="duty", reason="下校督导", by=person.user, now=now)


def missed(person, session=None, **facts):
    session = session or SessionFactory(held=True, starts_at=at(2026, 11, 17), key_points="一", missed_by={person: AttendanceStatus.ABSENT})
    return MakeUp.objects.create(session=session, staff=person, due_on=facts.pop("due_on", TODAY + 6 * ONE), **facts)


class TestSessions:
    def test_are_those_of_thirty_days_that_the_person_is_expected_at(self, bureau):
        SessionFactory(title="下周的", starts_at=at(2026, 12, 1))
        SessionFactory(title="今天的", starts_at=at(2026, 11, 25))
        SessionFactory(title="党员的", starts_at=at(2026, 12, 2), audience="party_members")
        SessionFactory(title="太远的", starts_at=at(2026, 12, 26))
        SessionFactory(title="取消的", starts_at=at(2026, 12, 3), state=SessionState.CANCELLED, reason="防汛")
        SessionFactory(title="昨天的", starts_at=at(2026, 11, 24))
        assert titles(bureau.member) == ["今天的", "下周的", "党员的"]
        assert titles(bureau.other_head) == ["今天的", "下周的"]

    def test_do_not_wait_for_somebody_on_long_leave(self, bureau):
        SessionFactory(starts_at=at(2026, 12, 1))
        Absence.objects.create(staff=bureau.member, kind="village", started_on=TODAY)
        assert titles(bureau.member) == []

    def test_of_today_come_before_what_is_overdue(self, bureau):
        SessionFactory(title="今天的", starts_at=at(2026, 11, 25), accepts_code=True)
        missed(bureau.member, due_on=TODAY - ONE)
        first, second = due(bureau.member).rows
        assert (first.title, first.state, first.when, first.action) == ("今天的", State.TODAY, "今天15:00", "查看")
        assert "扫" in first.detail
        assert (second.state, second.action) == (State.OVERDUE, "去补学")

    def test_say_where_they_come_from(self, bureau):
        item = PlanItemFactory(requirement=RequirementFactory(basis="方案第四部分（一）：每周二下午集中学习。"))
        SessionFactory(starts_at=at(2026, 12, 1), plan_item=item)
        SessionFactory(starts_at=at(2026, 12, 2), organised_by=Subject.BRANCH, branch=bureau.branch, audience="party_members")
        assert [row.why for row in due(bureau.member).rows] == ["依据：方案第四部分（一）", "第一支部组织"]

    def test_name_the_next_one(self, bureau):
        SessionFactory(starts_at=at(2026, 12, 8))
        sooner = SessionFactory(starts_at=at(2026, 12, 1))
        assert due(bureau.member).next_session == sooner

    def test_that_were_put_off_say_why(self, bureau):
        SessionFactory(starts_at=at(2026, 12, 1), state=SessionState.POSTPONED, reason="迎接督导")
        assert "顺延：迎接督导" in due(bureau.member).rows[0].detail


class TestOwnLeave:
    def test_takes_the_place_of_its_session(self, bureau):
        session = SessionFactory(title="周二学习", starts_at=at(2026, 12, 1))
        leave = ask(bureau.member, session)
        (row,) = due(bureau.member).rows
        assert (row.kind, row.state, row.action, row.is_post) == (Kind.LEAVE, State.ASKED, "撤回", True)
        assert row.url == reverse("withdraw_leave", args=[leave.pk])
        assert not row.is_to_do
        assert due(bureau.member).next_session is None

    def test_once_granted_leads_to_what_was_decided(self, bureau):
        session = SessionFactory(starts_at=at(2026, 12, 1))
        decide_leave(request=ask(bureau.member, session), is_approved=True, note="", by=bureau.head.user, now=NOW)
        (row,) = due(bureau.member).rows  # and no make-up that cannot be done yet
        assert (row.state, row.action, row.is_post) == (State.GRANTED, "查看", False)

    def test_once_refused_is_a_session_again(self, bureau):
        session = SessionFactory(starts_at=at(2026, 12, 1))
        decide_leave(request=ask(bureau.member, session), is_approved=False, note="要您汇报", by=bureau.head.user, now=NOW)
        (row,) = due(bureau.member).rows
        assert (row.kind, row.state) == (Kind.SESSION, State.REFUSED)
        assert "要您汇报" in row.detail

    def test_asked_again_after_a_refusal_is_one_row(self, bureau):
        session = SessionFactory(starts_at=at(2026, 12, 1))
        decide_leave(request=ask(bureau.member, session), is_approved=False, note="要您汇报", by=bureau.head.user, now=NOW)
        ask(bureau.member, session)
        assert [row.state for row in due(bureau.member).rows] == [State.ASKED]


class TestMakeUps:
    def test_wait_until_the_session_was_held(self, bureau):
        session = SessionFactory(starts_at=at(2026, 11, 24))
        missed(bureau.member, session)
        assert titles(bureau.member) == []

    @pytest.mark.parametrize(
        ("facts", "state", "action"),
        [
            ({}, State.TO_MAKE_UP, "去补学"),
            ({"due_on": TODAY - ONE}, State.OVERDUE, "去补学"),
            ({"state": MakeUpState.RETURNED, "check_note": "写写怎么用"}, State.RETURNED, "去补学"),
            ({"state": MakeUpState.SUBMITTED, "note": "好", "submitted_at": NOW}, State.HANDED_IN, "查看"),
        ],
    )
    def test_say_how_they_stand(self, bureau, facts, state, action):
        missed(bureau.member, **facts)
        (row,) = due(bureau.member).rows
        assert (row.state, row.action) == (state, action)

    def test_that_are_done_are_gone(self, bureau):
        missed(bureau.member, state=MakeUpState.ACCEPTED)
        assert titles(bureau.member) == []

    def test_in_others_hands_come_last(self, bureau):
        SessionFactory(title="下周的", starts_at=at(2026, 12, 1))
        missed(bureau.member, due_on=TODAY - 30 * ONE, state=MakeUpState.SUBMITTED, note="好", submitted_at=NOW)
        assert [row.kind for row in due(bureau.member).rows] == [Kind.SESSION, Kind.MAKE_UP]


class TestDeskWork:
    def test_brings_leave_to_the_head_of_the_department_alone(self, bureau):
        leave = ask(bureau.member, SessionFactory(starts_at=at(2026, 12, 1), audience="party_members"))
        (row,) = due(bureau.head).rows
        assert (row.title, row.action, row.url) == ("陶思远请公差", "审批", reverse("leave_request", args=[leave.pk]))
        assert titles(bureau.other_head) == []

    def test_brings_leave_from_the_core_group_to_its_leader(self, bureau):
        ask(bureau.member, SessionFactory(starts_at=at(2026, 12, 1), kind=SessionKind.CORE_GROUP, audience="party_members"))
        assert [row.kind for row in due(bureau.leader).rows] == [Kind.DECIDE]
        assert titles(bureau.head) == []

    def test_brings_no_one_the_own_leave(self, bureau):
        ask(bureau.head, SessionFactory(starts_at=at(2026, 12, 1)))
        assert [row.kind for row in due(bureau.head).rows] == [Kind.LEAVE]

    def test_brings_make_ups_to_whoever_ran_the_session(self, bureau):
        session = SessionFactory(
            held=True,
            starts_at=at(2026, 11, 17),
            key_points="一",
            organised_by=Subject.BRANCH,
            branch=bureau.branch,
            audience="party_members",
        )
        missed(bureau.member, session, state=MakeUpState.SUBMITTED, note="好", submitted_at=NOW)
        assert [row.action for row in due(bureau.secretary).rows] == ["核对"]
        assert titles(bureau.other_head) == []

    def test_shows_few_of_many_and_how_much_more_there_is(self, bureau):
        for number in range(FEW + 3):
            ask(bureau.member, SessionFactory(starts_at=at(2026, 12, 1 + number), audience="party_members"))
        rows = due(bureau.head).rows
        assert len(rows) == FEW + 1
        assert rows[-1].title == "另有 3 份请假待审批"

    def test_asks_for_the_roll_an_hour_before_and_in_place_of_the_session(self, bureau):
        session = SessionFactory(starts_at=at(2026, 11, 25), recorder=bureau.member)
        assert [row.kind for row in due(bureau.member).rows] == [Kind.SESSION]
        (row,) = due(bureau.member, at(2026, 11, 25, 14)).rows
        assert (row.kind, row.state, row.why, row.url) == (Kind.ROLL, State.TO_ROLL, "您是记录人", reverse("roll", args=[session.pk]))
        (row,) = due(bureau.member, at(2026, 11, 26, 9)).rows
        assert row.state is State.OVERDUE

    def test_asks_a_clerk_for_what_the_organ_holds_and_an_officer_for_the_branchs(self, bureau):
        SessionFactory(title="局的", starts_at=at(2026, 11, 24))
        SessionFactory(
            title="支部的", starts_at=at(2026, 11, 24), organised_by=Subject.BRANCH, branch=bureau.branch, audience="party_members"
        )
        assert titles(bureau.clerk) == ["点名：局的"]
        assert titles(bureau.secretary) == ["点名：支部的"]
        assert titles(bureau.member) == []

    def test_asks_for_the_record_within_three_days(self, bureau):
        session = SessionFactory(held=True, starts_at=at(2026, 11, 24), host=bureau.member)
        (row,) = due(bureau.member).rows
        assert (row.kind, row.state, row.due_on) == (Kind.RECORD, State.TO_RECORD, datetime.date(2026, 11, 27))
        assert due(bureau.member, at(2026, 11, 28, 9)).rows[0].state is State.OVERDUE
        session.key_points = "一、领读原文"
        session.save()
        assert titles(bureau.member) == []


class TestGaps:
    @pytest.fixture
    def plan(self, bureau):
        PlanItemFactory(requirement__name="展示", planned_on=datetime.date(2026, 11, 30), due_on=datetime.date(2026, 11, 30))
        PlanItemFactory(requirement__name="达人", planned_on=datetime.date(2026, 6, 30))
        PlanItemFactory(requirement__name="专题", planned_on=datetime.date(2026, 12, 31))
        AnnualPlan.objects.update(state=AnnualPlan.State.PUBLISHED)

    def test_show_a_clerk_what_falls_due_and_the_number_of_what_is_behind(self, bureau, plan):
        assert titles(bureau.clerk) == ["今年有 1 项没有按期完成", "展示（第四季度）"]
        assert [row.state for row in due(bureau.clerk).rows] == [State.OVERDUE, State.SOON]

    def test_show_others_what_they_lead(self, bureau, plan):
        item = PlanItemFactory(requirement__name="通报", planned_on=datetime.date(2026, 12, 1), due_on=datetime.date(2026, 12, 1))
        item.leads.set([bureau.office])
        assert titles(bureau.head) == ["通报（第四季度）"]
        assert titles(bureau.other_head) == titles(bureau.member) == []

    def test_name_the_branches_that_lack_something(self, bureau):
        PlanItemFactory(
            owed_by=Subject.BRANCH,
            branch=bureau.branch,
            subject_key=f"branch-{bureau.branch.pk}",
            planned_on=datetime.date(2026, 11, 30),
            due_on=datetime.date(2026, 11, 30),
            plan__state=AnnualPlan.State.PUBLISHED,
        )
        (row,) = due(bureau.secretary).rows
        assert row.detail == "第一支部尚未完成"

    def test_of_a_draft_are_nobodys(self, bureau):
        PlanItemFactory(planned_on=datetime.date(2026, 11, 30), due_on=datetime.date(2026, 11, 30))
        assert titles(bureau.clerk) == []

    def test_that_are_closed_by_a_held_session_are_gone(self, bureau):
        item = PlanItemFactory(due_on=datetime.date(2026, 11, 30), plan__state=AnnualPlan.State.PUBLISHED)
        SessionFactory(
            held=True,
            starts_at=at(2026, 11, 24),
            plan_item=item,
            formats=[item.requirement.study_format],
            key_points="一",
        )
        assert titles(bureau.clerk) == []


class TestDueOf:
    def test_is_empty_for_an_account_that_is_nobodys(self, db, django_assert_num_queries):
        user = make_user("bianji")
        with django_assert_num_queries(1):
            assert due_of(Rights(user, TODAY), now=NOW).rows == []

    @pytest.mark.parametrize("role", ["member", "head", "clerk"])
    def test_asks_no_more_for_a_longer_list(self, bureau, role):
        def fill(number):
            for _ in range(number):
                ask(bureau.member, SessionFactory(starts_at=at(2026, 12, 1), audience="party_members"))
                missed(bureau.colleague, state=MakeUpState.SUBMITTED, note="好", submitted_at=NOW)
                missed(bureau.member)
                PlanItemFactory(plan__state=AnnualPlan.State.PUBLISHED, due_on=TODAY).leads.set([bureau.office])

        def statements():
            with CaptureQueriesContext(connection) as captured:
                due(getattr(bureau, role))
            return len(captured)

        fill(1)
        before = statements()
        fill(4)
        assert statements() == before <= 13  # one of them the account

    def test_holds_for_a_year_that_ends(self, bureau):
        SessionFactory(title="明年的", starts_at=at(2027, 1, 5))
        (row,) = due(bureau.member, at(2026, 12, 20, 9)).rows
        assert row.when == "2027年1月5日（周二）15:00"

    def test_forgets_nobody_who_came_yesterday(self, bureau):
        SessionFactory(starts_at=at(2026, 12, 1))
        PostingFactory(staff=bureau.member, department=bureau.other, is_primary=False, started_on=TODAY - ONE)
        assert len(due(bureau.member).rows) == 1


class TestInWords:
    @pytest.mark.parametrize(
        ("day", "words"),
        [
            (TODAY, "今天"),
            (TODAY + ONE, "明天"),
            (datetime.date(2026, 12, 1), "12月1日（周二）"),
            (datetime.date(2027, 1, 3), "2027年1月3日（周日）"),
        ],
    )
    def test_names_the_day(self, day, words):
        assert in_words(day, TODAY) == words


class TestTheWholeWay:
    def test_leads_from_leave_to_the_own_list_being_empty(self, bureau):
        session = SessionFactory(
            held=True, starts_at=at(2026, 11, 24), key_points="一", missed_by={bureau.member: AttendanceStatus.UNRECORDED}
        )
        leave = ask(bureau.member, session)
        assert LeaveRequest.objects.get().state == LeaveState.WAITING
        decide_leave(request=leave, is_approved=True, note="", by=bureau.head.user, now=NOW)
        assert [row.kind for row in due(bureau.member).rows] == [Kind.MAKE_UP]
        make_up = submit_make_up(make_up=MakeUp.objects.get(), note="读完了", has_read=True, by=bureau.member.user, now=NOW)
        assert [row.state for row in due(bureau.member).rows] == [State.HANDED_IN]
        assert [row.kind for row in due(bureau.clerk).rows] == [Kind.CHECK]
        check_make_up(make_up=make_up, is_accepted=True, note="", by=bureau.clerk.user, now=NOW)
        assert titles(bureau.member) == titles(bureau.clerk) == []
