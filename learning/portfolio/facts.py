"""What the portfolio signs the evidence contract for: what only the person could add."""

from django.db.models import F, Value
from django.db.models.functions import Coalesce, Greatest, Least

from ..evidence import EvidenceKind, Have, Subject, kind_of_have
from ..programme.querysets import day_in_year, day_of
from .choices import PlanState, StatementState
from .details import achievement_details, application_details, plan_details, statement_details
from .models import Achievement, Application, DepartmentStatement, FiveHavesFile, StudyPlan, StudyStatement

ONE = Value(1)


def _within(day, year):
    """`day`, drawn into the year it is for: a plan handed in before New Year counts from the first day, a late statement for the last."""
    return Least(Greatest(day, day_in_year(year, "-01-01")), day_in_year(year, "-12-31"))


def plans():
    """Approved ones, on the day of the hand-in: how long the head takes is not the person's doing."""
    handed_in_on = day_of("handed_in_at")
    return (
        StudyPlan.objects.filter(state=PlanState.APPROVED)
        .annotate(
            subject_id=F("file__staff_id"),
            counted_on=_within(handed_in_on, F("file__year")),
            happened_on=Greatest(handed_in_on, day_in_year(F("file__year"), "-01-01")),
            quantity=ONE,
            record_id=F("pk"),
            record_title=Value("年度学习规划"),
        )
        .order_by()
    )


def notes_on_paper():
    """That there are some, never what or how many."""
    return (
        FiveHavesFile.objects.filter(notes_on_paper_on__isnull=False)
        .annotate(
            subject_id=F("staff_id"),
            counted_on=_within(F("notes_on_paper_on"), F("year")),
            happened_on=F("notes_on_paper_on"),
            quantity=ONE,
            record_id=F("pk"),
            record_title=Value(""),
        )
        .order_by()
    )


def applications():
    return Application.objects.annotate(
        subject_id=F("staff_id"), counted_on=F("happened_on"), quantity=ONE, record_id=F("pk"), record_title=F("learnt")
    ).order_by()


def achievements():
    """On the day it was achieved; what is under way, on the day it began."""
    day = Coalesce(F("finished_on"), F("started_on"))
    return Achievement.objects.annotate(
        subject_id=F("staff_id"), counted_on=day, happened_on=day, quantity=ONE, record_id=F("pk"), record_title=F("title")
    ).order_by()


def statements():
    handed_in_on = day_of("handed_in_at")
    return (
        StudyStatement.objects.filter(state=StatementState.HANDED_IN)
        .annotate(
            subject_id=F("file__staff_id"),
            counted_on=_within(handed_in_on, F("file__year")),
            happened_on=handed_in_on,
            quantity=ONE,
            record_id=F("pk"),
            record_title=Value("年度述学报告"),
        )
        .order_by()
    )


def department_statements():
    handed_in_on = day_of("handed_in_at")
    return (
        DepartmentStatement.objects.filter(state=StatementState.HANDED_IN)
        .annotate(subject_id=F("department_id"), counted_on=_within(handed_in_on, F("year")), happened_on=handed_in_on, quantity=ONE)
        .order_by()
    )


PLAN, PAPER_NOTES, APPLICATION = "portfolio.plan", "portfolio.notes_on_paper", "portfolio.application"
ACHIEVEMENT, STATEMENT, DEPARTMENT_STATEMENT = "portfolio.achievement", "portfolio.statement", "portfolio.department_statement"
KINDS = (
    EvidenceKind(PLAN, "学习规划", Subject.STAFF, plans, have=Have.PLAN, address="study_plan_page", details=plan_details),
    EvidenceKind(PAPER_NOTES, "纸质笔记", Subject.STAFF, notes_on_paper, have=Have.NOTE, is_private=True),
    EvidenceKind(
        APPLICATION,
        "收获运用",
        Subject.STAFF,
        applications,
        have=Have.APPLICATION,
        address="study_application",
        details=application_details,
    ),
    EvidenceKind(
        ACHIEVEMENT, "学习成果（在职学历教育等）", Subject.STAFF, achievements, address="study_achievement", details=achievement_details
    ),
    EvidenceKind(STATEMENT, "述学报告", Subject.STAFF, statements, address="study_statement_page", details=statement_details),
    EvidenceKind(DEPARTMENT_STATEMENT, "科室述学报告", Subject.DEPARTMENT, department_statements),
    *(kind_of_have(have) for have in Have),
)
