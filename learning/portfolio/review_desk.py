"""评学: the forms that one person has to fill in, and the one after this one."""

from dataclasses import dataclass

from django.db.models import Case, Sum, Value, When

from ..judging.ballots import field_name
from .choices import ReviewKind
from .models import ReviewYear, StudyReview
from .reviews_results import TENTHS

IN_ORDER = Case(
    When(kind=ReviewKind.SELF, then=Value(0)), When(kind=ReviewKind.SUPERIOR, then=Value(1)), default=Value(2)
)  # oneself, those one heads, colleagues


@dataclass(frozen=True)
class Desk:
    """All forms of one rater, each with `tenths`, the points given so far."""

    forms: list[StudyReview]

    @property
    def filled(self) -> int:
        return sum(one.submitted_at is not None for one in self.forms)

    @property
    def waiting(self) -> int:
        return len(self.forms) - self.filled

    def next_after(self, pk: int) -> int | None:
        """The next form that waits, beginning anew at the end; None where all is done."""
        keys = [one.pk for one in self.forms]
        place = keys.index(pk) + 1 if pk in keys else 0
        return next((one.pk for one in (*self.forms[place:], *self.forms[:place]) if one.submitted_at is None), None)

    def neighbours(self, pk: int) -> tuple[StudyReview | None, StudyReview | None]:
        place = next((number for number, one in enumerate(self.forms) if one.pk == pk), 0)
        return self.forms[place - 1] if place else None, self.forms[place + 1] if place + 1 < len(self.forms) else None


def desk_of(review_year: ReviewYear, staff) -> Desk:
    """One statement; none about nobody."""
    if staff is None:
        return Desk([])
    given = review_year.reviews.filter(rater=staff).select_related("staff").annotate(tenths=Sum(TENTHS))
    return Desk(list(given.order_by(IN_ORDER, "staff__sort_key", "pk")))


def filled_with(review: StudyReview, lines) -> dict:
    """What a form begins with: what its rater has given so far. One statement, none where that is nothing."""
    if review.submitted_at is None:
        return {}
    points = dict(review.lines.values_list("line", "points"))
    return {"remark": review.remark, **{field_name(line): points.get(line.pk) for line in lines}}
