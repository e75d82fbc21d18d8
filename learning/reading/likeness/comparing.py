"""Piece by piece: which sentences of a text stand, or nearly stand, in another."""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from django.contrib.auth.models import AnonymousUser
from rapidfuzz import fuzz

from cms.users.models import User

from ...programme.models import Session
from ..models import ComparedText, Reflection
from ..text import passages_of
from .candidates import RARE, Looked, look_up
from .describing import described_for_author
from .findings import Finding, Likeness, LikenessKind
from .sentences import SHORTEST, Piece, pieces_of

ALIKE = 75  # of 100 of rapidfuzz' ratio: every eighth character may be another one
ANCHOR = 5  # characters in a row that two texts have in common
MOST_ANCHORS = 8  # places of one anchor in the other text
LONG = 80  # plain characters in a row: more than any phrase that everybody uses
LONG_QUOTATION = 60  # plain characters: a shorter quotation of what nobody published here is taken for one of the book
GAP = "……"


@dataclass(frozen=True, slots=True)
class Alike:
    index: int
    piece: Piece
    similarity: float


@dataclass(frozen=True, slots=True)
class Run:
    """Pieces of one passage that stand one after another in both texts."""

    pieces: tuple[Alike, ...]

    @property
    def begin(self) -> int:
        return self.pieces[0].piece.begin

    @property
    def end(self) -> int:
        return self.pieces[-1].piece.end

    @property
    def length(self) -> int:
        return self.end - self.begin

    @property
    def is_quotation(self) -> bool:
        return self.pieces[0].piece.is_quotation


def compare(html: str, *, reflection: Reflection | None = None, session: Session | None = None) -> Likeness:
    """The passages of cleaned `html` that resemble what was handed in or what the site holds, in words for the author of `reflection`.

    `reflection` itself is left out; what its author wrote before is marked as own. The materials of `session` (of the reflection's
    session, if none is given) are read in any case, other articles if they have something in common with the text.
    Writes nothing. At most eight statements, whatever the size of the archive and the number of findings.
    """
    pieces = pieces_of(passages_of(html))
    text = "".join(piece.plain for piece in pieces)
    itself = ComparedText.objects.filter(reflection=reflection.pk if reflection else 0).values_list("pk", flat=True)
    looked = look_up(text, leave_out=set(itself))
    sources, archive = _texts(looked, session=session.pk if session else reflection and reflection.session_id)
    author = reflection and reflection.author_id
    search = _Search(pieces, text, looked)
    found = [placed for source in sources for placed in search.in_source(source)]
    for other in archive:
        kind = LikenessKind.OWN if author and other.reflection.author_id == author else LikenessKind.ARCHIVE
        found += search.in_archive(other, kind)
    likeness = Likeness(tuple(finding for _begin, finding in sorted(found, key=itemgetter(0))))
    user = User.objects.filter(staff_member=author or 0).first()
    return described_for_author(likeness, user=user or AnonymousUser())


def _texts(looked: Looked, *, session: int | None) -> tuple[list[ComparedText], list[ComparedText]]:
    """Sources and reflections to read, those first that have most in common with the new text. Two statements."""
    given = ComparedText.objects.filter(page__studied_in__session=session or 0).order_by("page__studied_in__position", "pk")
    ranked_sources, ranked_archive = looked.ranked_sources(), looked.ranked_archive()
    found = ComparedText.objects.select_related("reflection").in_bulk([*ranked_sources, *ranked_archive])
    sources = {text.pk: text for text in given} | {key: found[key] for key in ranked_sources if key in found}
    return list(sources.values()), [found[key] for key in ranked_archive if key in found]


class _Search:
    """One new text against others in turn; a piece that is found in one is not looked for in the next."""

    def __init__(self, pieces: list[Piece], text: str, looked: Looked):
        self.pieces, self.looked = pieces, looked
        self.open = set(range(len(pieces)))
        self.piece_at = [index for index, piece in enumerate(pieces) for _character in piece.plain]
        self.anchors: dict[str, list[int]] = {}
        for begin in range(len(text) - ANCHOR + 1):
            places = self.anchors.setdefault(text[begin : begin + ANCHOR], [])
            if len(places) < MOST_ANCHORS:
                places.append(begin)

    def in_source(self, source: ComparedText) -> list[tuple[int, Finding]]:
        """A quotation is as it should be. Whatever stands in a source is not looked for at colleagues any more: both may have it from there."""
        alike = self._alike(source.text)
        self.open -= {one.index for one in alike}
        runs = [run for run in _runs(alike) if not run.is_quotation and self._tells(run, source.pk, self.looked.sources)]
        return _findings(runs, kind=LikenessKind.SOURCE, page_id=source.page_id)

    def in_archive(self, other: ComparedText, kind: LikenessKind) -> list[tuple[int, Finding]]:
        runs = [
            run
            for run in _runs(self._alike(other.text))
            if (run.length >= LONG_QUOTATION or not run.is_quotation) and self._tells(run, other.pk, self.looked.archive)
        ]
        self.open -= {one.index for run in runs for one in run.pieces}
        return _findings(runs, kind=kind, reflection_id=other.reflection_id)

    def _alike(self, other: str) -> list[Alike]:
        """The pieces, still open, that stand in `other` or nearly so, in reading order.

        What both have in common says where in `other` a piece would stand; there it is compared, wherever sentences begin and end.
        """
        shifts: dict[int, Counter[int]] = {}
        met: Counter[str] = Counter()
        for place in range(len(other) - ANCHOR + 1):
            anchor = other[place : place + ANCHOR]
            if anchor not in self.anchors or met[anchor] >= MOST_ANCHORS:
                continue
            met[anchor] += 1
            for begin in self.anchors[anchor]:
                if (index := self.piece_at[begin]) in self.open:
                    shifts.setdefault(index, Counter())[place - begin] += 1
        found = []
        for index in sorted(shifts):
            piece = self.pieces[index]
            ((shift, _times),) = shifts[index].most_common(1)
            there = other[max(0, piece.begin + shift) : piece.end + shift]
            if len(piece.plain) >= SHORTEST and (similarity := fuzz.ratio(piece.plain, there, score_cutoff=ALIKE)):
                found.append(Alike(index, piece, similarity))
        return found

    def _tells(self, run: Run, other: int, found: dict[int, set[int]]) -> bool:
        """Whether `run` is more than a phrase or two that everybody uses: most of it stands in few texts, or it is too long for phrases."""
        kept = [texts for number in self.looked.numbers_within(run.begin, run.end) if (texts := found.get(number))]
        rare = sum(other in texts and len(texts) <= RARE for texts in kept)
        common = sum(len(texts) > RARE for texts in kept)
        return rare > common or (run.length >= LONG and bool(kept))


def _runs(alike: list[Alike]) -> list[Run]:
    def key(numbered: tuple[int, Alike]):
        position, one = numbered
        return one.piece.passage, one.piece.is_quotation, one.index - position  # the last is the same as long as none is missing

    return [Run(tuple(one for _position, one in group)) for _key, group in groupby(enumerate(alike), key)]


def _findings(runs: list[Run], **facts) -> list[tuple[int, Finding]]:
    """(where it begins, finding): one for each passage."""
    found = []
    for passage, group in groupby(runs, lambda run: run.pieces[0].piece.passage):
        of_passage = list(group)
        pieces = [one for run in of_passage for one in run.pieces]
        weight = sum(len(one.piece.plain) for one in pieces)
        similarity = sum(one.similarity * len(one.piece.plain) for one in pieces) / weight
        text = GAP.join("".join(one.piece.text for one in run.pieces) for run in of_passage)
        found.append((of_passage[0].begin, Finding(passage, text, similarity=round(similarity), **facts)))
    return found
