"""A reflection on its author's own page: what became of it, and what it counts for."""

from dataclasses import dataclass

from ..periods import Period
from ..programme.models import Requirement
from .choices import Consent, ReflectionState
from .counting import counted_quarter, is_late
from .facts import KINDS
from .models import Reflection, ReflectionFile
from .rounds import Rounds, photos_of, rounds_of
from .services.pages import is_withdrawn
from .text import Passage


@dataclass(frozen=True, slots=True)
class Counted:
    """One place where the reflection counts: of the requirements of the programme, or of the five haves."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Commented:
    passage: Passage
    comments: list


@dataclass(frozen=True)
class OwnPage:
    quarter: Period
    is_late: bool
    counted: list[Counted]
    rounds: Rounds
    passages: list[Commented]
    photos: list[ReflectionFile]
    is_withdrawn: bool
    shown_at: str  # the address where others read it, empty where nobody does

    @property
    def has_comments(self) -> bool:
        return any(row.comments for row in self.passages)


def own_page_of(reflection: Reflection) -> OwnPage:
    """Of one that has been handed in. At most seven statements."""
    rounds = rounds_of(reflection)
    comments = rounds.comments_by_passage
    page = reflection.page
    is_shown = reflection.state == ReflectionState.ACCEPTED and page is not None and page.live
    return OwnPage(
        quarter=counted_quarter(reflection.first_handed_in_at),
        is_late=is_late(meant_for=reflection.meant_for, first_handed_in_at=reflection.first_handed_in_at),
        counted=counted_for(reflection),
        rounds=rounds,
        passages=[Commented(passage, comments.get(passage.number, [])) for passage in rounds.passages],
        photos=photos_of(reflection),
        is_withdrawn=is_withdrawn(reflection) and reflection.consent != Consent.NONE,
        shown_at=(page.url or "") if is_shown else "",
    )


def counted_for(reflection: Reflection) -> list[Counted]:
    """Asked where everybody else asks, of the evidence: what does not count (yet) is not in it."""
    kinds = [kind for kind in KINDS if (rows := kind.rows()).model is Reflection and rows.filter(pk=reflection.pk).exists()]
    if not kinds:
        return []
    quarter = counted_quarter(reflection.first_handed_in_at)
    requirements = Requirement.objects.in_force_during(quarter.first, quarter.last).filter(evidence__in=[kind.key for kind in kinds])
    counted = [Counted(str(quarter), requirement.name) for requirement in requirements.order_by("study_format__position", "pk")]
    return counted + [Counted(f"{quarter.first.year}年五有档案", kind.have.label) for kind in kinds if kind.have]
