"""评学: what comes of the forms. A mean is shown from three raters on, the superior and the peers together; what one rater gave, never."""

import datetime
import hashlib
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, DecimalField, F, IntegerField, Min, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Cast, Coalesce, Round

from ..organisation.models import StaffMember
from .choices import ReviewKind
from .contents import ReviewFigure
from .models import ReviewRubricLine, ReviewYear, StudyReview

FEWEST = 3  # raters that a mean or a remark is shown from
TENTH = Decimal("0.1")
BY_OTHERS = Q(kind__in=[ReviewKind.SUPERIOR, ReviewKind.PEER], submitted_at__isnull=False)
# Whole tenths of a point: SQLite adds decimals up as floats.
TENTHS = Cast(Round(F("lines__points") * 10, output_field=DecimalField()), IntegerField())


def total_points_of(round_pk):
    """What the lines of a round's rubric add up to, as a subquery."""
    lines = ReviewRubricLine.objects.filter(round=round_pk).order_by().values("round")
    return Coalesce(Subquery(lines.annotate(total=Sum("max_points")).values("total")), 0)


def mean_of(tenths: int, raters: int) -> str | None:
    """Rounded half up to one decimal; None below three raters."""
    if raters < FEWEST:
        return None
    return str((Decimal(tenths) / 10 / raters).quantize(TENTH, ROUND_HALF_UP))


def _figures(reviews):
    """`reviews` grouped by whom they are about, with raters and tenths of points of the superior and the peers."""
    return (
        reviews.order_by()
        .values("staff")
        .annotate(
            raters=Count("pk", filter=BY_OTHERS, distinct=True),
            tenths=Coalesce(Sum(TENTHS, filter=BY_OTHERS), 0),
            total=total_points_of(OuterRef("round")),
        )
    )


def figures_of_people(review_year: ReviewYear, **more):
    """Rows of everybody reviewed: staff, raters, tenths of points, and `more` annotations to group by. One statement."""
    return (
        review_year.reviews.order_by()
        .annotate(**more)
        .values("staff", *more)
        .annotate(raters=Count("pk", filter=BY_OTHERS, distinct=True), tenths=Coalesce(Sum(TENTHS, filter=BY_OTHERS), 0))
    )


def figure_of(staff_id: int, year: int) -> ReviewFigure | None:
    """None before the round of `year` is closed, and for whoever took no part in it. One statement."""
    closed = StudyReview.objects.filter(staff=staff_id, round__year=year, round__closed_at__isnull=False)
    found = next(iter(_figures(closed)), None)  # of one person, at most one row
    return ReviewFigure(found["raters"], mean_of(found["tenths"], found["raters"]), found["total"]) if found else None


@dataclass(frozen=True, slots=True)
class OwnResult:
    """What a person (and the clerk) learns on top of the figure: the own points, and remarks in an order that tells nothing."""

    figure: ReviewFigure
    own_points: str | None
    remarks: list[str]


def result_of(staff_id: int, review_year: ReviewYear) -> OwnResult | None:
    """Three statements; None where `figure_of` is."""
    figure = figure_of(staff_id, review_year.year)
    if figure is None:
        return None
    given = StudyReview.objects.filter(round=review_year, staff=staff_id)
    own = given.filter(kind=ReviewKind.SELF, submitted_at__isnull=False).aggregate(tenths=Sum(TENTHS))["tenths"]
    remarks = given.filter(BY_OTHERS).exclude(remark="").order_by().values_list("pk", "remark") if figure.raters >= FEWEST else []
    return OwnResult(
        figure=figure,
        own_points=None if own is None else str((Decimal(own) / 10).quantize(TENTH)),
        remarks=[remark for _pk, remark in sorted(remarks, key=lambda one: _lot(review_year.seed, one[0]))],
    )


def _lot(seed: int, pk: int) -> bytes:
    """A place that neither the order of the forms nor that of their hand-in tells, and that stays the same."""
    return hashlib.sha256(f"{seed}:remark:{pk}".encode()).digest()


@dataclass(frozen=True, slots=True)
class WaitingReviews:
    """Forms of an open round that somebody has still to fill in; `first` is the key of the next one (`study_review`)."""

    year: int
    due_on: datetime.date
    number: int
    first: int


def waiting_for(staff: StaffMember | None) -> list[WaitingReviews]:
    """For the due list: one entry a round. One statement, none about nobody."""
    if staff is None:
        return []
    rows = (
        StudyReview.objects.filter(rater=staff, submitted_at__isnull=True, round__opened_at__isnull=False, round__closed_at__isnull=True)
        .order_by("round__due_on")
        .values("round__year", "round__due_on")
        .annotate(number=Count("pk"), first=Min("pk"))
    )
    return [WaitingReviews(row["round__year"], row["round__due_on"], row["number"], row["first"]) for row in rows]
