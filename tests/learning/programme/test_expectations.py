"""Who is expected, asked in two ways: of the database for one session, of a few people for many. The answers must be the same."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.evidence import Subject
from learning.models import Absence, LeadingGroupOffice, Requirement, StaffMember
from learning.programme.choices import Audience
from learning.programme.expectations import Expectations
from learning.programme.gaps.counting import audience_on
from learning.programme.roster import audience_of, present_audience, reason_for, with_places
from learning.programme.scopes import ORGAN
from tests.factories.organisation import (
    BranchMembershipFactory,
    DepartmentFactory,
    LeadingGroupFactory,
    LeadingGroupOfficeFactory,
    PartyBranchFactory,
    PostingFactory,
    StaffMemberFactory,
)
from tests.factories.programme import SessionFactory, StudyFormatFactory, at

DAY = datetime.date(2026, 11, 24)
ONE = datetime.timedelta(days=1)


@pytest.fixture
def names():
    """`names(session)`: who is in its audience."""
    return lambda session: set(audience_of(session, session.day).values_list("name", flat=True))


@pytest.mark.django_db
class TestAudienceOf:
    def test_takes_who_joined_yesterday_and_not_who_joins_tomorrow(self, names):
        PostingFactory(staff__name="昨天来的", started_on=DAY - ONE)
        PostingFactory(staff__name="明天来的", started_on=DAY + ONE)
        assert names(SessionFactory(starts_at=at(2026, 11, 24))) == {"昨天来的"}

    def test_counts_somebody_with_two_postings_once_and_where_the_primary_one_is(self):
        person = StaffMemberFactory()
        own, other = DepartmentFactory(), DepartmentFactory()
        PostingFactory(staff=person, department=own)
        PostingFactory(staff=person, department=other, is_primary=False)
        found = with_places(audience_of(SessionFactory(starts_at=at(2026, 11, 24)), DAY), DAY)
        assert [one.department_then for one in found] == [own.pk]
        assert not audience_of(SessionFactory(organised_by=Subject.DEPARTMENT, department=other), DAY).exists()

    def test_adds_the_invited_who_are_still_there(self, names):
        guest = StaffMemberFactory(name="请来的", posted_to=DepartmentFactory())
        gone = StaffMemberFactory(name="已离开", posted_to=DepartmentFactory(), left_on=DAY - ONE)
        session = SessionFactory(audience=Audience.PARTY_MEMBERS)
        session.invited.set([guest, gone])
        assert names(session) == {"请来的"}

    def test_gives_a_departments_session_to_those_below_it_too(self, names):
        unit = DepartmentFactory()
        StaffMemberFactory(name="下级的", posted_to=DepartmentFactory(parent=unit))
        StaffMemberFactory(name="别处的", posted_to=DepartmentFactory())
        assert names(SessionFactory(organised_by=Subject.DEPARTMENT, department=unit)) == {"下级的"}

    def test_gives_the_core_group_to_leader_and_deputies(self, names):
        group = LeadingGroupFactory()
        for name, role in (("组长", "leader"), ("副组长", "deputy"), ("成员", "member")):
            person = StaffMemberFactory(name=name, posted_to=DepartmentFactory())
            LeadingGroupOfficeFactory(group=group, staff=person, role=role)
        assert names(SessionFactory(audience=Audience.LEADERSHIP)) == {"组长", "副组长"}


@pytest.mark.django_db
class TestReasonFor:
    def test_names_the_long_leave_that_keeps_somebody_out(self):
        person = StaffMemberFactory(posted_to=DepartmentFactory())
        Absence.objects.create(staff=person, kind=Absence.Kind.PARENTAL, started_on=datetime.date(2026, 9, 1))
        session = SessionFactory()
        found = with_places(audience_of(session, DAY), DAY).get()
        assert reason_for(found, session, DAY) == "产假、育儿假（2026-09-01 起），不列入应到"
        assert not present_audience(session, DAY).exists()

    def test_names_a_posting_of_the_last_weeks(self):
        person = StaffMemberFactory()
        PostingFactory(staff=person, started_on=DAY - ONE)
        session = SessionFactory()
        assert reason_for(with_places(audience_of(session, DAY), DAY).get(), session, DAY) == "全体人员；2026-11-23 任职"


@pytest.mark.django_db
class TestExpectations:
    def test_asks_the_same_number_of_statements_for_many_sessions(self):
        person = StaffMemberFactory(posted_to=DepartmentFactory(), member_of=PartyBranchFactory())
        sessions = [SessionFactory(starts_at=at(2026, 11, day), formats=[]) for day in range(2, 20)]
        with CaptureQueriesContext(connection) as few:
            Expectations([person]).sessions(sessions[:2])
        with CaptureQueriesContext(connection) as many:
            assert len(Expectations([person]).sessions(sessions)) == 18
        assert len(few) == len(many) <= 7


days = st.integers(-2, 2).map(lambda number: DAY + number * ONE)
spans = st.tuples(days, st.none() | days).filter(lambda span: span[1] is None or span[1] >= span[0])


@pytest.fixture
def bureau(db):
    unit = DepartmentFactory(kind="unit")
    departments = [DepartmentFactory(kind="section"), unit, DepartmentFactory(kind="unit", parent=unit)]
    return departments, [PartyBranchFactory(), PartyBranchFactory()], LeadingGroupFactory(), StudyFormatFactory()


class TestTheTwoAnswers:
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_agree(self, bureau, data):
        departments, branches, group, study_format = bureau
        person = StaffMemberFactory(left_on=data.draw(st.none() | days))
        started, ended = data.draw(spans)
        PostingFactory(
            staff=person,
            department=data.draw(st.sampled_from(departments)),
            is_head=data.draw(st.booleans()),
            started_on=started,
            ended_on=ended,
        )
        if data.draw(st.booleans()):
            started, ended = data.draw(spans)
            PostingFactory(
                staff=person,
                department=data.draw(st.sampled_from(departments)),
                is_head=data.draw(st.booleans()),
                is_primary=False,
                started_on=started - 5 * ONE,
                ended_on=ended,
            )
        if data.draw(st.booleans()):
            started, ended = data.draw(spans)
            BranchMembershipFactory(staff=person, branch=data.draw(st.sampled_from(branches)), started_on=started, ended_on=ended)
        if data.draw(st.booleans()):
            started, ended = data.draw(spans)
            role = data.draw(st.sampled_from([LeadingGroupOffice.Role.DEPUTY, LeadingGroupOffice.Role.MEMBER]))
            LeadingGroupOfficeFactory(group=group, staff=person, role=role, started_on=started, ended_on=ended)
        if data.draw(st.booleans()):
            started, ended = data.draw(spans)
            Absence.objects.create(staff=person, kind="sick", started_on=started, ended_on=ended)
        organiser = data.draw(st.sampled_from([Subject.ORGAN, Subject.BRANCH, Subject.DEPARTMENT]))
        session = SessionFactory(
            formats=[study_format],
            starts_at=at(2026, 11, 24),
            audience=data.draw(st.sampled_from(Audience.values)),
            organised_by=organiser,
            branch=data.draw(st.sampled_from(branches)) if organiser == Subject.BRANCH else None,
            department=data.draw(st.sampled_from(departments)) if organiser == Subject.DEPARTMENT else None,
            department_kinds=data.draw(st.sampled_from([[], ["section"], ["unit"]])),
        )
        if data.draw(st.booleans()):
            session.invited.add(person)
        own = StaffMember.objects.filter(pk=person.pk)
        expectations = Expectations(own)
        assert expectations.is_meant(person, session) == audience_of(session, DAY).filter(pk=person.pk).exists()
        assert expectations.is_expected(person, session) == present_audience(session, DAY).filter(pk=person.pk).exists()
        rule = Requirement(audience=session.audience)
        assert expectations.owes(person, rule, DAY) == audience_on(rule, DAY, ORGAN).filter(pk=person.pk).exists()
