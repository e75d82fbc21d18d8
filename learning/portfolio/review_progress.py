"""评学: how far the departments have come, who stands outside, what the departments' figures are. Counts; never a rater's points."""

import datetime
from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, OuterRef, Q, Subquery

from ..organisation.models import Absence, Department, Posting, StaffMember
from ..periods import local_day
from .models import ReviewYear
from .reviews_results import FEWEST, TENTH, figures_of_people, mean_of
from .years import in_scope, place_day

NOWHERE = "（无科室）"


def day_of_round(review_year: ReviewYear) -> datetime.date:
    """The day whose postings the forms were made by. Only of one that was opened."""
    return place_day(review_year.year, local_day(review_year.opened_at))


def _department(of: str, day: datetime.date):
    postings = Posting.objects.on(day).filter(staff=OuterRef(of)).order_by("-is_primary", "-started_on", "pk")
    return Subquery(postings.values("department")[:1])


@dataclass(frozen=True, slots=True)
class DepartmentProgress:
    """The forms that the people of a department have to fill in."""

    department_id: int | None
    name: str
    forms: int
    filled: int

    @property
    def left(self) -> int:
        return self.forms - self.filled


def progress_of(review_year: ReviewYear) -> list[DepartmentProgress]:
    """In the order of the departments. Two statements, whatever the number of people."""
    rows = (
        review_year.reviews.order_by()
        .annotate(place=_department("rater", day_of_round(review_year)))
        .values("place")
        .annotate(forms=Count("pk"), filled=Count("pk", filter=Q(submitted_at__isnull=False)))
    )
    by_department = {row["place"]: row for row in rows}
    names = dict(Department.objects.filter(pk__in=by_department).values_list("pk", "name"))
    found = [DepartmentProgress(pk, name, by_department[pk]["forms"], by_department[pk]["filled"]) for pk, name in names.items()]
    if None in by_department:
        found.append(DepartmentProgress(None, NOWHERE, by_department[None]["forms"], by_department[None]["filled"]))
    return found


def missing_by_department(review_year: ReviewYear) -> dict[str, int]:
    return {one.name: one.left for one in progress_of(review_year) if one.left}


def excused_from(review_year: ReviewYear) -> list[tuple[str, str]]:
    """(name, why) of whoever was on long leave on the day the round was opened. Two statements."""
    absences = Absence.objects.on(day_of_round(review_year)).filter(staff__in=in_scope(review_year.year).values("pk"))
    found = (
        absences.exclude(staff__in=review_year.reviews.order_by().values("staff")).select_related("staff").order_by("staff__sort_key", "pk")
    )
    return [(one.staff.name, one.get_kind_display()) for one in found]


def without_account(review_year: ReviewYear) -> int:
    """How many people have forms to fill in and no account to do it with."""
    waiting = review_year.reviews.filter(submitted_at__isnull=True).exclude(rater__user__is_active=True)
    return waiting.order_by().values("rater").distinct().count()


@dataclass(frozen=True, slots=True)
class DepartmentFigure:
    """Of the people of a department; `mean` is that of their means, None below three of them."""

    department_id: int | None
    name: str
    people: int
    with_mean: int
    mean: str | None


def figures_by_department(review_year: ReviewYear) -> list[DepartmentFigure]:
    """In the order of the departments. Two statements, whatever the number of people."""
    rows = figures_of_people(review_year, place=_department("staff", day_of_round(review_year)))
    people, means = defaultdict(int), defaultdict(list)
    for row in rows:
        people[row["place"]] += 1
        if mean := mean_of(row["tenths"], row["raters"]):
            means[row["place"]].append(Decimal(mean))
    names = dict(Department.objects.filter(pk__in=people).values_list("pk", "name"))
    if None in people:
        names[None] = NOWHERE
    return [DepartmentFigure(pk, name, people[pk], len(means[pk]), _mean(means[pk])) for pk, name in names.items()]


def _mean(means: list[Decimal]) -> str | None:
    return str((sum(means) / len(means)).quantize(TENTH, ROUND_HALF_UP)) if len(means) >= FEWEST else None


def people_of(review_year: ReviewYear, department_id: int):
    """Whoever was reviewed there, by name. One statement."""
    reviewed = review_year.reviews.order_by().annotate(place=_department("staff", day_of_round(review_year))).filter(place=department_id)
    return StaffMember.objects.filter(pk__in=reviewed.values("staff")).order_by("sort_key", "pk")
