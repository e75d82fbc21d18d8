"""A reflection on its author's own page: what became of it, and what it counts for."""

import datetime
from dataclasses import dataclass

from ..organisation.models import StaffMember
from ..periods import Period
from ..programme.counting_in import CountedLine, counts_toward
from ..programme.rights import Rights
from ..programme.standings import Standings
from .choices import Consent, ReflectionState
from .counting import counted_quarter, is_late
from .facts import APPLICATION, REFLECTION
from .models import Reflection, ReflectionFile
from .rounds import Rounds, photos_of, rounds_of
from .services.pages import is_withdrawn
from .text import Passage


@dataclass(frozen=True, slots=True)
class Commented:
    passage: Passage
    comments: list


@dataclass(frozen=True)
class OwnPage:
    quarter: Period
    is_late: bool
    counted: list[CountedLine]
    rounds: Rounds
    passages: list[Commented]
    photos: list[ReflectionFile]
    is_withdrawn: bool
    shown_at: str  # the address where others read it, empty where nobody does

    @property
    def has_comments(self) -> bool:
        return any(row.comments for row in self.passages)


def own_page_of(reflection: Reflection, *, user, today: datetime.date) -> OwnPage:
    """Of one that has been handed in, for its author (`user`). At most seven statements."""
    rounds = rounds_of(reflection)
    comments = rounds.comments_by_passage
    page = reflection.page
    is_shown = reflection.state == ReflectionState.ACCEPTED and page is not None and page.live
    return OwnPage(
        quarter=counted_quarter(reflection.first_handed_in_at),
        is_late=is_late(meant_for=reflection.meant_for, first_handed_in_at=reflection.first_handed_in_at),
        counted=counted_for(reflection, user=user, viewer=reflection.author, today=today),
        rounds=rounds,
        passages=[Commented(passage, comments.get(passage.number, [])) for passage in rounds.passages],
        photos=photos_of(reflection),
        is_withdrawn=is_withdrawn(reflection) and reflection.consent != Consent.NONE,
        shown_at=(page.url or "") if is_shown else "",
    )


def counted_for(reflection: Reflection, *, user, viewer: StaffMember | None, today: datetime.date) -> list[CountedLine]:
    """As `user`, who is `viewer` on the roster, may see it. Three statements: who they are, what is there, what is asked for."""
    rights = Rights(user, today)
    rights.staff = viewer
    rights.standings = Standings({viewer, reflection.author} - {None})
    why_not = f"退回期间暂不计入。重新提交后，仍计入{counted_quarter(reflection.first_handed_in_at)}。"
    author = reflection.author_id
    return counts_toward((REFLECTION, APPLICATION), reflection.pk, rights=rights, staff_id=author, named=[author], why_not=why_not)
