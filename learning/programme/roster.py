"""Who is expected at a session, and why: asked of dated postings, memberships, offices and absences as of the session's day."""

import datetime

from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from ..evidence import Subject
from ..organisation.models import Absence, BranchMembership, Department, Posting, StaffMember
from .choices import Audience
from .models import Session

NEWCOMER = datetime.timedelta(days=30)


def meant_by(audience: str, day: datetime.date):
    """The people of the bureau whom an audience rule means on `day`."""
    people = StaffMember.objects.employed_on(day)
    match audience:
        case Audience.PARTY_MEMBERS:
            return people.party_members_on(day)
        case Audience.LEADERSHIP:
            return people.leaders_on(day)
        case Audience.HEADS:
            return people.heads_on(day)
    return people


def audience_of(session: Session, day: datetime.date):
    """Everybody whom the session's rule means on `day`, those on long leave included."""
    people = meant_by(session.audience, day)
    if session.organised_by == Subject.BRANCH:
        people = people.in_branch(session.branch_id, day)
    elif session.organised_by == Subject.DEPARTMENT:
        people = people.posted_within(Department.objects.within(session.department), day)
    if session.department_kinds:
        people = people.in_department_kinds(session.department_kinds, day)
    if session.pk is None:
        return people
    invited = Session.invited.through.objects.filter(session=session.pk).values("staffmember")
    return StaffMember.objects.filter(Q(pk__in=people.values("pk")) | Q(pk__in=StaffMember.objects.employed_on(day).filter(pk__in=invited)))


def with_places(people, day: datetime.date):
    """Annotate `department_then`, `branch_then`, `posted_since` and `away` (the kind of long leave) as of `day`."""
    postings = Posting.objects.on(day).filter(staff=OuterRef("pk"))
    # Somebody with two postings on one day counts where the primary one is.
    ordered = postings.order_by("-is_primary", "-started_on", "-pk")
    absences = Absence.objects.on(day).filter(staff=OuterRef("pk")).order_by("-started_on")
    return people.annotate(
        department_then=Subquery(ordered.values("department")[:1]),
        posted_since=Subquery(ordered.values("started_on")[:1]),
        branch_then=Subquery(BranchMembership.objects.on(day).filter(staff=OuterRef("pk")).values("branch")[:1]),
        away=Coalesce(Subquery(absences.values("kind")[:1]), Value("")),
        away_since=Subquery(absences.values("started_on")[:1]),
    )


def present_audience(session: Session, day: datetime.date):
    """The audience without those on long leave."""
    return audience_of(session, day).exclude(absences__in=Absence.objects.on(day))


def reason_for(person, session: Session, day: datetime.date) -> str:
    """Why `person` (from `with_places`) is on the roster, or why not; for the roster itself."""
    if person.away:
        return f"{Absence.Kind(person.away).label}（{person.away_since:%Y-%m-%d} 起），不列入应到"
    reason = session.audience_name
    if person.posted_since and day - person.posted_since < NEWCOMER:
        reason += f"；{person.posted_since:%Y-%m-%d} 任职"
    return reason
