"""What was handed in and what the reviewers said to it, as author and reviewer read it."""

import datetime
from dataclasses import dataclass

from django.db.models import Prefetch

from .choices import FileKind, Verdict
from .models import PassageComment, Reflection, ReflectionFile, ReviewRound
from .text import Passage, passages_of

TONES = {"": ("", "◔", "待评阅"), Verdict.ACCEPTED: ("done", "●", "已通过"), Verdict.RETURNED: ("late", "◐", "退回修改")}


@dataclass(frozen=True, slots=True)
class Comment:
    """`is_answered`: the passage does not stand in the newest round any more as it stood."""

    quote: str
    text: str
    is_answered: bool


@dataclass(frozen=True)
class Round:
    number: int
    handed_in_at: datetime.datetime
    characters: int
    verdict: str
    note: str
    decided_at: datetime.datetime | None
    decided_by: str
    comments: list[Comment]

    @property
    def tone(self) -> str:
        return TONES[self.verdict][0]

    @property
    def mark(self) -> str:
        return TONES[self.verdict][1]

    @property
    def word(self) -> str:
        return TONES[self.verdict][2]


@dataclass(frozen=True)
class Rounds:
    """The newest with its passages; `changed` are the numbers of those that did not stand in the round before. Earlier ones newest first."""

    newest: ReviewRound
    shown: Round
    passages: list[Passage]
    changed: frozenset[int]
    earlier: list[Round]

    @property
    def comments_by_passage(self) -> dict[int, list[PassageComment]]:
        found: dict[int, list[PassageComment]] = {}
        for comment in self.newest.comments.all():
            found.setdefault(comment.passage, []).append(comment)
        return found


def rounds_of(reflection: Reflection) -> Rounds:
    """Of what has been handed in. Two statements, however many rounds there were."""
    comments = Prefetch("comments", PassageComment.objects.order_by("passage", "pk"))
    rows = list(reflection.rounds.select_related("decided_by").prefetch_related(comments).order_by("-number"))
    newest, *earlier = rows
    passages = passages_of(newest.html)
    texts = {passage.text for passage in passages}
    before = {passage.text for passage in passages_of(earlier[0].html)} if earlier else texts
    return Rounds(
        newest=newest,
        shown=_shown(newest, texts),
        passages=passages,
        changed=frozenset(passage.number for passage in passages if passage.text not in before),
        earlier=[_shown(one, texts) for one in earlier],
    )


def _shown(one: ReviewRound, texts: set[str]) -> Round:
    return Round(
        number=one.number,
        handed_in_at=one.handed_in_at,
        characters=one.characters,
        verdict=one.verdict,
        note=one.note,
        decided_at=one.decided_at,
        decided_by=one.decided_by.get_full_name() if one.decided_by else "",
        comments=[Comment(comment.quote, comment.text, not _stands(comment.quote, texts)) for comment in one.comments.all()],
    )


def _stands(quote: str, texts: set[str]) -> bool:
    """A long passage is quoted by its beginning."""
    longest = PassageComment._meta.get_field("quote").max_length
    return quote in texts or (len(quote) == longest and any(text.startswith(quote) for text in texts))


def photos_of(reflection: Reflection) -> list[ReflectionFile]:
    return list(reflection.files.filter(kind=FileKind.PHOTO))
