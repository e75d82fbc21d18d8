"""Rows and what their kind says of them. Judging reads only and takes its time, so it happens outside the transactions that write.

What was judged is then written only if the rows are still those that were read (`marks_of`, `marks_now`).
"""

from django.db.models import Count, Min, Sum

from ..kinds import SKIP, Row, Verdict, get_kind
from ..models import ImportBatch, ImportRow
from .refusals import WrongStepError

BLOCKING = (ImportRow.State.ERROR, ImportRow.State.ASK)
WRITTEN = (ImportRow.State.NEW, ImportRow.State.CHANGE)
SKIP_CHOICE = {"value": SKIP, "label": "不导入"}
JUDGED = ("state", "messages", "choices", "cleaned", "decision")


def in_state(batch: ImportBatch, *states, lock: bool = False) -> ImportBatch:
    """The batch as it is stored, locked if asked for. Raises WrongStepError where it stands at no step of `states`."""
    batches = ImportBatch.objects.select_for_update() if lock else ImportBatch.objects
    batch = batches.get(pk=batch.pk)
    if batch.state not in states:
        raise WrongStepError(f"这一批现在是“{batch.get_state_display()}”，不能进行这一步。请刷新页面。")
    return batch


def rows_of(batch: ImportBatch) -> list[ImportRow]:
    """All rows in order; what an earlier commit wrote stays behind."""
    rows = list(batch.rows.order_by("number").defer("written"))
    for row in rows:
        row.batch = batch
    return rows


def marks_of(batch: ImportBatch, rows: list[ImportRow]) -> tuple:
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


def seen_by_kind(batch: ImportBatch, row: ImportRow) -> Row:
    values = {name: row.raw[column] if column < len(row.raw) else "" for name, column in batch.mapping.items()}
    return Row(row.number, values, row.decision, row.cleaned)


def judge(batch: ImportBatch, rows: list[ImportRow]) -> list[ImportRow]:
    """Set state, messages, choices and meaning of each row from its kind's verdict; the rows of which a person sees something else now."""
    before = [face(row) for row in rows]
    asked = [row for row in rows if row.decision != SKIP]
    verdicts = get_kind(batch.kind).check([seen_by_kind(batch, row) for row in asked], batch)
    for row in rows:
        if row.decision == SKIP:
            row.choices = row.choices if SKIP_CHOICE in row.choices else [*row.choices, SKIP_CHOICE]
            row.state, row.messages, row.cleaned = ImportRow.State.SKIPPED, ["按选择不导入。"], {}
    for row, verdict in zip(asked, verdicts, strict=True):
        _apply(row, verdict)
    return [row for row, was in zip(rows, before, strict=True) if was != face(row)]


def face(row: ImportRow) -> tuple:
    """What a person saw of the row."""
    return row.state, row.messages, row.choices, row.cleaned, row.decision


def _apply(row: ImportRow, verdict: Verdict) -> None:
    row.state = ImportRow.State(verdict.state).value
    row.messages = list(verdict.messages)
    row.cleaned = {**verdict.cleaned, "changes": [list(change) for change in verdict.changes]}
    row.choices = [{"value": value, "label": label} for value, label in verdict.choices]
    if row.state in BLOCKING and SKIP_CHOICE not in row.choices:
        row.choices.append(SKIP_CHOICE)
    if row.decision and row.decision not in {choice["value"] for choice in row.choices}:
        row.decision = ""
