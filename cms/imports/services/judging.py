"""Rows and what their kind says of them. Judging reads only and takes its time, so it happens outside the transactions that write.

What was judged is then written only if the rows are still those that were read (`marks_of`, `marks_now`).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from types import MappingProxyType

from django.db.models import Count, Min, Sum

from ..kinds import SKIP, Row, Verdict, get_kind
from ..models import ImportBatch, ImportRow
from .refusals import WrongStepError

BLOCKING = (ImportRow.State.ERROR, ImportRow.State.ASK)
WRITTEN = (ImportRow.State.NEW, ImportRow.State.CHANGE)
SKIP_CHOICE = {"value": SKIP, "label": "不导入"}
NOTHING: Mapping = MappingProxyType({})
AT_ONCE = 500  # rows fetched in one statement
JUDGED = ("state", "messages", "choices", "cleaned", "decision")


def in_state(batch: ImportBatch, *states, lock: bool = False) -> ImportBatch:
    """The batch as it is stored, locked if asked for. Raises WrongStepError where it stands at no step of `states`."""
    batches = ImportBatch.objects.select_for_update() if lock else ImportBatch.objects
    batch = batches.get(pk=batch.pk)
    if batch.state not in states:
        raise WrongStepError(f"这一批现在是“{batch.get_state_display()}”，不能进行这一步。请刷新页面。")
    return batch


@dataclass(slots=True)
class Line:
    """An ImportRow while it is judged: thousands are in memory together. `shown` is the face it was last stored with."""

    pk: int | None
    number: int
    raw: list
    decision: str = ""
    state: str = ""
    choices: list | tuple = ()
    messages: list | tuple = ()
    cleaned: dict | None = None
    shown: bytes = b""

    def face(self) -> bytes:
        """What a person sees of the row, as a digest."""
        seen = [self.state, self.messages, self.choices, self.cleaned, self.decision]
        return blake2b(json.dumps(seen, sort_keys=True).encode(), digest_size=12).digest()

    def forget_judgement(self) -> None:
        self.shown, self.messages, self.cleaned = self.face(), (), None


class _Values(Mapping):
    """The cells of a row by field name."""

    __slots__ = ("_mapping", "_raw")

    def __init__(self, raw: list, mapping: dict[str, int]):
        self._raw, self._mapping = raw, mapping

    def __getitem__(self, name: str):
        column = self._mapping[name]
        return self._raw[column] if column < len(self._raw) else ""

    def get(self, name: str, default=None):
        return self[name] if name in self._mapping else default

    def __iter__(self) -> Iterator[str]:
        return iter(self._mapping)

    def __len__(self) -> int:
        return len(self._mapping)


def lines_of(batch: ImportBatch) -> list[Line]:
    """All rows in order. Of what was judged only the face is remembered."""
    lines, texts = [], {}
    rows = batch.rows.order_by("number").values_list("pk", "number", "raw", "decision", "state", "choices", "messages", "cleaned")
    last = -1
    while part := list(rows.filter(number__gt=last)[:AT_ONCE]):
        for pk, number, raw, decision, state, choices, messages, cleaned in part:
            cells = [texts.setdefault(cell, cell) if type(cell) is str else cell for cell in raw]
            line = Line(pk, number, cells, decision, state, choices or (), messages, cleaned)
            line.forget_judgement()
            lines.append(line)
        last = part[-1][1]
        if len(part) < AT_ONCE:
            break
    return lines


def marks_of(batch: ImportBatch, rows: list[Line]) -> tuple:
    """What `marks_now` has to say while nobody has mapped, checked or decided anything since `rows` were read."""
    keys = [row.pk for row in rows]
    states: dict[str, list[int]] = {}
    for row in rows:
        states.setdefault(row.state, []).append(row.pk)
    return (
        batch.mapping,
        batch.options,
        (len(keys), min(keys, default=None), sum(keys) or None),
        sorted((state, len(pks), sum(pks)) for state, pks in states.items()),
        [(row.pk, row.decision) for row in rows if row.decision],
    )


def marks_now(batch: ImportBatch) -> tuple:
    """In three statements, however many rows."""
    rows = batch.rows.order_by()
    stored = ImportBatch.objects.values_list("mapping", "options").get(pk=batch.pk)
    states = (
        rows.values("state").annotate(count=Count("pk"), first=Min("pk"), total=Sum("pk")).values_list("state", "count", "first", "total")
    )
    found = list(states)
    return (
        *stored,
        (
            sum(count for _state, count, _first, _total in found),
            min((first for _state, _count, first, _total in found), default=None),
            sum(total for _state, _count, _first, total in found) or None,
        ),
        sorted((state, count, total) for state, count, _first, total in found),
        list(rows.exclude(decision="").order_by("number").values_list("pk", "decision")),
    )


def seen_by_kind(batch: ImportBatch, line: Line) -> Row:
    return Row(line.number, _Values(line.raw, batch.mapping), line.decision, line.cleaned or NOTHING)


def judge(batch: ImportBatch, lines: list[Line]) -> list[Line]:
    """Set state, messages, choices and meaning of each row from its kind's verdict; the rows of which a person sees something else now."""
    asked = [line for line in lines if line.decision != SKIP]
    verdicts = get_kind(batch.kind).check([seen_by_kind(batch, line) for line in asked], batch)
    for line in lines:
        if line.decision == SKIP:
            line.choices = line.choices if SKIP_CHOICE in line.choices else [*line.choices, SKIP_CHOICE]
            line.state, line.messages, line.cleaned = ImportRow.State.SKIPPED.value, ["按选择不导入。"], {}
    for line, verdict in zip(asked, verdicts, strict=True):
        _apply(line, verdict)
    return [line for line in lines if line.shown != line.face()]


def _apply(line: Line, verdict: Verdict) -> None:
    line.state = ImportRow.State(verdict.state).value
    line.messages = verdict.messages or ()
    line.cleaned = verdict.cleaned
    line.cleaned["changes"] = [list(change) for change in verdict.changes]
    choices = [{"value": value, "label": label} for value, label in verdict.choices]
    if line.state in BLOCKING and SKIP_CHOICE not in choices:
        choices.append(SKIP_CHOICE)
    line.choices = choices or ()
    if line.decision and line.decision not in {choice["value"] for choice in line.choices}:
        line.decision = ""
