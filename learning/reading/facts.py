"""What the reading room signs the evidence contract for."""

from django.db.models import F, IntegerField, Q, Value
from django.db.models.functions import Coalesce

from ..evidence import EvidenceKind, Have, Subject
from ..programme.querysets import day_of
from .choices import HANDED_IN
from .details import application_details, log_details, reflection_details
from .models import MonthlyList, ReadingEntry, Reflection, StarSelection, StudyNote

NOBODY = Value(None, output_field=IntegerField())
ONE = Value(1)


def monthly_lists():
    """A month's list counts for its month; published late, it came about late (R34)."""
    return (
        MonthlyList.objects.published()
        .annotate(subject_id=NOBODY, counted_on=F("month"), happened_on=day_of("published_at"), quantity=ONE)
        .order_by()
    )


def books_read():
    """One row per book somebody has finished, in the month of the last page; registered later, it came about later (R34)."""
    return (
        ReadingEntry.objects.finished()
        .annotate(
            subject_id=F("staff_id"),
            counted_on=F("finished_on"),
            happened_on=F("recorded_on"),
            quantity=ONE,
            record_id=F("pk"),
            record_title=Coalesce(F("book__title"), F("title")),
        )
        .order_by()
    )


def _reflections(condition):
    """By the day of the first hand-in: how long the review takes is not the author's doing. What was returned waits for its author."""
    return (
        Reflection.objects.filter(condition, state__in=HANDED_IN)
        .annotate(
            subject_id=F("author_id"),
            counted_on=day_of("first_handed_in_at"),
            happened_on=day_of("first_handed_in_at"),
            quantity=ONE,
            record_id=F("pk"),
            record_title=F("title"),
        )
        .order_by()
    )


def reflections():
    return _reflections(Q())


def applications():
    """Reflections that say what changed at work (R14)."""
    return _reflections(~Q(application=""))


def stars():
    return (
        StarSelection.objects.filter(decided_at__isnull=False)
        .annotate(subject_id=NOBODY, counted_on=F("quarter_first"), happened_on=day_of("decided_at"), quantity=ONE)
        .order_by()
    )


def notes():
    """How many, never what: a note is its owner's alone."""
    return (
        StudyNote.objects.filter(owner__staff_member__isnull=False)
        .annotate(
            subject_id=F("owner__staff_member"),
            counted_on=day_of("created_at"),
            happened_on=day_of("created_at"),
            quantity=ONE,
            record_id=F("pk"),
            record_title=Value(""),
        )
        .order_by()
    )


LOG, REFLECTION, APPLICATION, NOTE = "reading.log", "reading.reflection", "reading.application", "reading.note"
KINDS = (
    EvidenceKind("reading.monthly_list", "每月推荐书目", Subject.ORGAN, monthly_lists),
    EvidenceKind(LOG, "读完一本书", Subject.STAFF, books_read, details=log_details),
    EvidenceKind(
        REFLECTION, "读书心得", Subject.STAFF, reflections, have=Have.REFLECTION, address="reflection", details=reflection_details
    ),
    EvidenceKind(
        APPLICATION, "心得用到工作中", Subject.STAFF, applications, have=Have.APPLICATION, address="reflection", details=application_details
    ),
    EvidenceKind("reading.star", "评出阅读之星", Subject.ORGAN, stars),
    EvidenceKind(NOTE, "学习笔记", Subject.STAFF, notes, have=Have.NOTE, is_private=True),
)
