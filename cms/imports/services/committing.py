"""完成: what is written is what was shown, all rows or none.

A kind that can prove cheaply that nothing has moved is judged, what is to be written made ready and its records stored with the rows, before
the transaction: the write lock is held only for the proof and the writing. Any other kind is judged again inside.
"""

import secrets

from django.db import IntegrityError, transaction
from django.utils import timezone
from wagtail.log_actions import log

from ..bulk import MovedMeanwhileError, Update, one_import_at_a_time
from ..kinds import ImportKind, Row, RowRefusedError, get_kind
from ..models import ImportBatch, ImportRow
from .following import FOLLOW, follow_soon
from .judging import BLOCKING, NOTHING, WRITTEN, Line, judge, lines_of, marks_now, marks_of, seen_by_kind
from .refusals import AlreadyImportedError, ChangedMeanwhileError, ImportRefusedError, UndecidedRowsError, WrongStepError
from .steps import check_batch

ATTEMPTS = 3
PART = 1_000  # rows whose records are stored in one transaction
PLAN = "plan"  # in a batch's options while it is being committed


def commit_batch(*, batch: ImportBatch, by) -> ImportBatch:
    """Write every row or none.

    Raises AlreadyImportedError (also to the second of two at once), WrongStepError, UndecidedRowsError, ChangedMeanwhileError,
    ImportRefusedError naming the row that the database would not take.
    """
    now = timezone.now()
    try:
        committed = _commit(batch, by, now)
    except ChangedMeanwhileError:
        check_batch(batch=batch, by=by)
        raise
    except IntegrityError as error:
        raise ImportRefusedError("数据库没有接受这批数据，全部没有写入。请重新核对后再试。") from error
    follow_soon(committed, now=now)
    return committed


def _commit(batch, by, now):
    table = get_kind(batch.kind)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            proof = table.proof()
            if proof is None:
                with transaction.atomic():
                    return _judge_and_write(_take(batch, table, now), table, by, now)
            return _prove_and_write(batch, table, proof, by, now)
        except IntegrityError:
            if attempt == ATTEMPTS or table.proof() is None:
                raise
        except MovedMeanwhileError as error:
            if attempt == ATTEMPTS:
                raise ImportRefusedError("系统里的数据正在变动，没有写入。请稍后再试。") from error
    return None


def _judge_and_write(batch, table, by, now):
    rows = _judged(batch, lines_of(batch))
    try:
        records = table.commit_all([seen_by_kind(batch, row) for row in rows], by)
    except RowRefusedError as error:
        raise ImportRefusedError(f"{error}全部没有写入。") from error
    Update(ImportRow, ["written"], [(row.pk, records[row.number]) for row in rows]).write()
    log(instance=batch, action="imports.commit", user=by, data={"rows": len(rows), "sha256": batch.sha256})
    return batch


def _prove_and_write(batch, table: ImportKind, proof, by, now):
    found = ImportBatch.objects.get(pk=batch.pk)
    if found.state != ImportBatch.State.CHECKED:
        _refuse_state(found)
    read = lines_of(found)
    marks = marks_of(found, read)
    lines = _judged(found, read)
    del read
    keys = [(line.pk, line.number) for line in lines]
    rows = [Row(line.number, NOTHING, line.decision, line.cleaned) for line in lines]
    del lines  # the cells are not needed any more, and they are many
    plan = table.plan(rows, by=by, now=now)
    del rows
    planned = _store_records(found, plan, keys)
    with transaction.atomic():
        taken = _take(batch, table, now, before=planned)
        one_import_at_a_time()
        if marks_now(taken) != (*marks[:1], taken.options, *marks[2:]) or table.proof() != proof:
            raise MovedMeanwhileError
        plan.write()
        log(instance=taken, action="imports.commit", user=by, data={"rows": len(keys), "sha256": taken.sha256})
    return taken


def _store_records(batch, plan, keys) -> dict:
    """Keep with each row what is going to be written of it, ahead of that and in parts: it holds from the moment the batch is committed.

    The batch's options as they are then: they name the plan, so that of two commits at once the one whose records were overwritten plans
    anew. Raises MovedMeanwhileError.
    """
    planned = {**batch.options, PLAN: secrets.token_hex(8)}
    _replace_options(batch, batch.options, planned)
    for begin in range(0, len(keys), PART):
        part = Update(ImportRow, ["written"], [(pk, plan.take_records(number)) for pk, number in keys[begin : begin + PART]])
        with transaction.atomic():
            _replace_options(batch, planned, planned)
            part.write()
    return planned


@transaction.atomic
def _replace_options(batch, before: dict, after: dict) -> None:
    """Raises MovedMeanwhileError, AlreadyImportedError, WrongStepError."""
    stored = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if stored.state != ImportBatch.State.CHECKED:
        _refuse_state(stored)
    if stored.options != before:
        raise MovedMeanwhileError
    if after != before:
        stored.options = after
        stored.save(update_fields=["options"])


def _judged(batch, rows) -> list[Line]:
    """Those to be written. Raises ChangedMeanwhileError, UndecidedRowsError."""
    if judge(batch, rows):
        raise ChangedMeanwhileError("核对之后系统里的数据有变动，已重新核对，没有写入。请再看一遍后确认。")
    blocking = [row for row in rows if row.state in BLOCKING]
    if blocking:
        numbers = "、".join(str(row.number) for row in blocking[:10])
        raise UndecidedRowsError(
            f"还有 {len(blocking)} 行有错误或需选择（第 {numbers} 行{'等' if len(blocking) > 10 else ''}）。请先处理完再导入。"
        )
    return [row for row in rows if row.state in WRITTEN]


def _take(batch, table, now, *, before=None) -> ImportBatch:
    """The state is the gate: of two commits at once the second waits here, then finds nothing to change."""
    try:
        with transaction.atomic():
            taken = ImportBatch.objects.filter(pk=batch.pk, state=ImportBatch.State.CHECKED).update(
                state=ImportBatch.State.COMMITTED, committed_at=now
            )
    except IntegrityError as error:  # one_committed_batch_per_file
        raise AlreadyImportedError("同一个文件已经导入过。如需重新导入，请先撤销那一批。") from error
    batch = ImportBatch.objects.get(pk=batch.pk)
    if not taken:
        _refuse_state(batch)
    if before is not None and batch.options != before:
        raise MovedMeanwhileError
    batch.options.pop(PLAN, None)
    if table.follows:
        batch.options[FOLLOW] = 0
    batch.save(update_fields=["options"])
    return batch


def _refuse_state(batch):
    if batch.state == ImportBatch.State.COMMITTED:
        raise AlreadyImportedError("这一批已经导入，没有重复写入。")
    raise WrongStepError(f"这一批现在是“{batch.get_state_display()}”，不能导入。")
