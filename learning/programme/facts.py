"""What the programme signs the evidence contract for."""

from django.db.models import F, IntegerField, Q, Value
from django.db.models.functions import Coalesce

from ..evidence import EvidenceKind, Subject
from .choices import ATTENDED_STATUSES, SessionState
from .details import attendance_details
from .models import Attendance, PlanItem, Session
from .querysets import day_of

NONE = Value(None, output_field=IntegerField())
ONE = Value(1)


def _held(subject, condition):
    """One row per held session and format it counts for; `series` is that of the rule it was planned by."""
    return (
        Session.objects.filter(condition, state=SessionState.HELD, formats__isnull=False)
        .annotate(
            subject_id=subject,
            counted_on=F("planned_on"),
            happened_on=day_of("starts_at"),
            quantity=ONE,
            format_id=F("formats"),
            variant=F("kind"),
            series=F("plan_item__series"),
        )
        .order_by()
    )


def organ_sessions():
    return _held(NONE, Q(organised_by=Subject.ORGAN))


def collective_sessions():
    """Of a branch, and of the organ for all branches (R25: 机关党委或各支部)."""
    return _held(F("branch_id"), Q(organised_by__in=[Subject.ORGAN, Subject.BRANCH]))


def branch_sessions():
    return _held(F("branch_id"), Q(organised_by=Subject.BRANCH))


def department_sessions():
    return _held(F("department_id"), Q(organised_by=Subject.DEPARTMENT))


def attendances():
    """One row per person who was there or has made it up."""
    return (
        Attendance.objects.filter(Q(status__in=ATTENDED_STATUSES) | Q(is_made_up=True), session__state=SessionState.HELD)
        .annotate(
            subject_id=F("staff_id"),
            counted_on=F("session__planned_on"),
            happened_on=day_of("session__starts_at"),
            quantity=ONE,
            format_id=F("session__formats"),
            variant=F("session__kind"),
            series=F("session__plan_item__series"),
            record_id=F("session_id"),
            record_title=F("session__title"),
        )
        .order_by()
    )


def ticked_items():
    """Items that somebody has ticked off by hand."""
    return (
        PlanItem.objects.filter(done_on__isnull=False)
        .annotate(
            subject_id=Coalesce("branch_id", "department_id"),
            counted_on=F("period_first"),
            happened_on=F("done_on"),
            quantity=ONE,
        )
        .order_by()
    )


ITEM, ATTENDANCE = "programme.item", "programme.attendance"
KINDS = (
    EvidenceKind("programme.session", "学习活动（机关党委组织）", Subject.ORGAN, organ_sessions, by_format=True),
    EvidenceKind("programme.collective", "学习活动（机关党委或支部组织）", Subject.BRANCH, collective_sessions, by_format=True),
    EvidenceKind("programme.branch_session", "支部学习活动", Subject.BRANCH, branch_sessions, by_format=True),
    EvidenceKind("programme.department_session", "科室学习活动", Subject.DEPARTMENT, department_sessions, by_format=True),
    EvidenceKind(ATTENDANCE, "参加学习活动", Subject.STAFF, attendances, by_format=True, address="session", details=attendance_details),
    EvidenceKind(ITEM, "人工登记完成", Subject.ORGAN, ticked_items),
)
