"""上传 → 对应 → 核对 → 完成, and 撤销. A batch is checked again in the transaction that commits it: what is written is what was shown."""

import contextlib
from pathlib import PurePath

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from wagtail.log_actions import log

from .kinds import SKIP, Row, RowRefusedError, Verdict, get_kind
from .models import ImportBatch, ImportRow
from .sheets import MAX_ROWS, TOO_LONG, Sheet, check_table_file, column_letter, guess_header_row, read_sheet

BLOCKING = (ImportRow.State.ERROR, ImportRow.State.ASK)
SKIP_CHOICE = {"value": SKIP, "label": "不导入"}
CHUNK = 500


class ImportRefusedError(Exception):
    """The step cannot be taken; the message is Chinese and says why and what to do."""


class AlreadyImportedError(ImportRefusedError):
    """This file, or this batch, has been taken in before."""


class WrongStepError(ImportRefusedError):
    """The batch is at another step."""


class UndecidedRowsError(ImportRefusedError):
    """Rows are wrong or wait for a decision."""


class ChangedMeanwhileError(ImportRefusedError):
    """The database has moved since the batch was checked: check again and look again."""


class UndoRefusedError(ImportRefusedError):
    """Written records were changed or are used since; `reasons` name the rows."""

    def __init__(self, reasons: list[str]):
        self.reasons = reasons
        super().__init__("不能撤销：" + "".join(reasons[:5]) + (f"（另有 {len(reasons) - 5} 条）" if len(reasons) > 5 else ""))


def upload_batch(*, kind: str, file, name: str, by) -> ImportBatch:
    """Keep the file as proof and guess sheet, header row and columns from its headings and from the last batch that had the same.

    Raises UnknownKindError, UnreadableSheetError, AlreadyImportedError.
    """
    table = get_kind(kind)
    checked = check_table_file(file, name=name)
    _refuse_known_file(kind, checked.sha256)
    data = file.read()
    file.seek(0)
    sheet = read_sheet(data, ending=checked.ending)
    known = {heading for column in table.fields for heading in (column.label, *column.aliases)}
    header_row = guess_header_row(sheet, known)
    header = sheet.header(header_row)
    batch = ImportBatch(
        kind=kind,
        original_name=checked.name,
        sha256=checked.sha256,
        mapping=_remembered_mapping(kind, header) or table.guess_mapping(header),
        options={"sheet": sheet.name, "sheets": list(sheet.others), "header_row": header_row, "header": header},
        created_by=by,
    )
    batch.file.save(f"{checked.sha256[:16]}.{checked.ending}", ContentFile(data), save=False)
    try:
        with transaction.atomic():
            batch.save()
            log(instance=batch, action="imports.upload", user=by)
    except BaseException:
        with contextlib.suppress(OSError):
            batch.file.delete(save=False)
        raise
    return batch


def read_batch(batch: ImportBatch, *, sheet: str | None = None) -> Sheet:
    """The kept file again; `sheet` names another one than the batch's. Raises UnreadableSheetError."""
    with batch.file.open("rb") as file:
        data = file.read()
    name = batch.options.get("sheet") if sheet is None else sheet
    return read_sheet(data, ending=PurePath(batch.file.name).suffix.lstrip("."), sheet=name or None)


def look_at_sheet(batch: ImportBatch, *, sheet: str | None = None, header_row: int | None = None) -> tuple[Sheet, int, dict[str, int]]:
    """(sheet, header row, proposed columns) for the step 对应, before anything is stored. Raises UnreadableSheetError."""
    table = get_kind(batch.kind)
    read = read_batch(batch, sheet=sheet)
    if read.name == batch.options.get("sheet", "") and header_row in (None, batch.options["header_row"]):
        return read, batch.options["header_row"], dict(batch.mapping)
    known = {heading for column in table.fields for heading in (column.label, *column.aliases)}
    row = header_row if header_row and header_row <= len(read.rows) else guess_header_row(read, known)
    header = read.header(row)
    return read, row, _remembered_mapping(batch.kind, header) or table.guess_mapping(header)


def map_columns(
    *, batch: ImportBatch, mapping: dict[str, int], sheet: str | None, header_row: int, options: dict[str, bool], by
) -> ImportBatch:
    """Say which column is which field; reads the rows afresh and checks them. Decisions made before are gone.

    Raises ImportRefusedError, WrongStepError, UnreadableSheetError.
    """
    table = get_kind(batch.kind)
    read = read_batch(batch, sheet=sheet)
    header = read.header(header_row)
    _refuse_bad_mapping(table, mapping, header)
    data = read.data(header_row)
    if not data:
        raise ImportRefusedError(f"第 {header_row} 行（表头）以下没有内容。请核对表头所在行，或另选工作表。")
    if len(data) > MAX_ROWS:
        raise ImportRefusedError(TOO_LONG)
    with transaction.atomic():
        batch = _locked(batch, ImportBatch.State.UPLOADED, ImportBatch.State.CHECKED)
        batch.mapping = mapping
        batch.options = {
            "sheet": read.name,
            "sheets": list(read.others),
            "header_row": header_row,
            "header": header,
            **{option.name: bool(options.get(option.name)) for option in table.options},
        }
        batch.save(update_fields=["mapping", "options"])
        batch.rows.all().delete()
        ImportRow.objects.bulk_create([ImportRow(batch=batch, number=number, raw=cells) for number, cells in data], batch_size=CHUNK)
        return check_batch(batch=batch, by=by)


@transaction.atomic
def check_batch(*, batch: ImportBatch, by) -> ImportBatch:
    """Judge every row against the database as it stands. Raises WrongStepError."""
    batch = _locked(batch, ImportBatch.State.UPLOADED, ImportBatch.State.CHECKED)
    _store_verdicts(batch, list(batch.rows.order_by("number")))
    batch.state = ImportBatch.State.CHECKED
    batch.save(update_fields=["state"])
    return batch


@transaction.atomic
def decide_row(*, row: ImportRow, decision: str, by) -> ImportRow:
    """Choose one of the row's choices, or nothing (""), and check again: one choice may bear on other rows.

    Raises WrongStepError, ImportRefusedError for a choice that was not offered.
    """
    batch = _locked(row.batch, ImportBatch.State.CHECKED)
    rows = list(batch.rows.order_by("number"))
    chosen = next(candidate for candidate in rows if candidate.pk == row.pk)
    if decision and decision not in {choice["value"] for choice in chosen.choices}:
        raise ImportRefusedError(f"第 {chosen.number} 行没有这个选项。请刷新页面后重新选择。")
    chosen.decision = decision
    chosen.save(update_fields=["decision"])
    _store_verdicts(batch, rows)
    return chosen


@transaction.atomic
def skip_error_rows(*, batch: ImportBatch, by) -> int:
    """Decide 不导入 for every row with an error; how many they were. Raises WrongStepError."""
    batch = _locked(batch, ImportBatch.State.CHECKED)
    count = batch.rows.filter(state=ImportRow.State.ERROR).update(decision=SKIP)
    _store_verdicts(batch, list(batch.rows.order_by("number")))
    return count


def commit_batch(*, batch: ImportBatch, by) -> ImportBatch:
    """Write every row or none.

    Raises AlreadyImportedError (also to the second of two at once), WrongStepError, UndecidedRowsError, ChangedMeanwhileError,
    ImportRefusedError naming the row that the database would not take.
    """
    try:
        with transaction.atomic():
            return _commit(batch, by)
    except ChangedMeanwhileError:
        check_batch(batch=batch, by=by)
        raise
    except IntegrityError as error:
        raise ImportRefusedError("数据库没有接受这批数据，全部没有写入。请重新核对后再试。") from error


def _commit(batch, by):
    now = timezone.now()
    try:
        with transaction.atomic():
            # The state is the gate: of two commits at once the second waits here, then finds nothing to change.
            taken = ImportBatch.objects.filter(pk=batch.pk, state=ImportBatch.State.CHECKED).update(
                state=ImportBatch.State.COMMITTED, committed_at=now
            )
    except IntegrityError as error:  # one_committed_batch_per_file
        raise AlreadyImportedError("同一个文件已经导入过。如需重新导入，请先撤销那一批。") from error
    batch = ImportBatch.objects.get(pk=batch.pk)
    if not taken:
        if batch.state == ImportBatch.State.COMMITTED:
            raise AlreadyImportedError("这一批已经导入，没有重复写入。")
        raise WrongStepError(f"这一批现在是“{batch.get_state_display()}”，不能导入。")
    table = get_kind(batch.kind)
    rows = list(batch.rows.order_by("number"))
    shown = [_face(row) for row in rows]
    _judge(batch, rows)
    if shown != [_face(row) for row in rows]:
        raise ChangedMeanwhileError("核对之后系统里的数据有变动，已重新核对，没有写入。请再看一遍后确认。")
    blocking = [row for row in rows if row.state in BLOCKING]
    if blocking:
        numbers = "、".join(str(row.number) for row in blocking[:10])
        raise UndecidedRowsError(
            f"还有 {len(blocking)} 行有错误或需选择（第 {numbers} 行{'等' if len(blocking) > 10 else ''}）。请先处理完再导入。"
        )
    written = [row for row in rows if row.state in (ImportRow.State.NEW, ImportRow.State.CHANGE)]
    try:
        records = table.commit_all([_seen_by_kind(batch, row) for row in written], by)
    except RowRefusedError as error:
        raise ImportRefusedError(f"{error}全部没有写入。") from error
    for row in written:
        row.written = records[row.number]
    ImportRow.objects.bulk_update(written, ["written"], batch_size=CHUNK)
    log(instance=batch, action="imports.commit", user=by, data={"rows": len(written), "sha256": batch.sha256})
    return batch


@transaction.atomic
def undo_batch(*, batch: ImportBatch, by) -> ImportBatch:
    """Take back all that the batch wrote. Raises WrongStepError, UndoRefusedError."""
    batch = _locked(batch, ImportBatch.State.COMMITTED)
    table = get_kind(batch.kind)
    written = [(row.number, record) for row in batch.rows.order_by("number") for record in row.written]
    if reasons := table.undo_obstacles(written):
        raise UndoRefusedError(reasons)
    table.undo(written, by)
    batch.state = ImportBatch.State.UNDONE
    batch.undone_at = timezone.now()
    batch.undone_by = by
    batch.save(update_fields=["state", "undone_at", "undone_by"])
    log(instance=batch, action="imports.undo", user=by, data={"records": len(written)})
    return batch


def _refuse_known_file(kind, sha256):
    known = ImportBatch.objects.filter(kind=kind, sha256=sha256, state=ImportBatch.State.COMMITTED).first()
    if known:
        day = timezone.localtime(known.committed_at)
        raise AlreadyImportedError(f"这个文件已于 {day:%Y-%m-%d %H:%M} 导入过（{known.original_name}）。如需重新导入，请先撤销那一批。")


def _remembered_mapping(kind, header) -> dict[str, int]:
    """The columns chosen the last time a table with these very headings was taken in."""
    earlier = ImportBatch.objects.filter(kind=kind, state__in=[ImportBatch.State.COMMITTED, ImportBatch.State.UNDONE])
    return next((dict(batch.mapping) for batch in earlier.order_by("-created_at")[:20] if batch.options.get("header") == header), {})


def _refuse_bad_mapping(table, mapping, header):
    labels = {column.name: column.label for column in table.fields}
    if unknown := set(mapping) - set(labels):
        raise ImportRefusedError(f"没有名为“{'、'.join(sorted(unknown))}”的栏目。请刷新页面后重试。")
    if any(not 0 <= column < len(header) for column in mapping.values()):
        raise ImportRefusedError("所选的列不在表内。请刷新页面后重新选择。")
    columns = list(mapping.values())
    for column in columns:
        if columns.count(column) > 1:
            both = "、".join(labels[name] for name, at in mapping.items() if at == column)
            raise ImportRefusedError(f"{column_letter(column)} 列同时对应了{both}。请一列只对应一个栏目。")
    if missing := [column.label for column in table.fields if column.required and column.name not in mapping]:
        raise ImportRefusedError(f"必填的栏目没有对应的列：{'、'.join(missing)}。请逐一选择；若表里没有，请补上该列再上传。")


def _locked(batch, *states) -> ImportBatch:
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.state not in states:
        raise WrongStepError(f"这一批现在是“{batch.get_state_display()}”，不能进行这一步。请刷新页面。")
    return batch


def _seen_by_kind(batch, row) -> Row:
    values = {name: row.raw[column] if column < len(row.raw) else "" for name, column in batch.mapping.items()}
    return Row(row.number, values, row.decision, row.cleaned)


def _judge(batch, rows) -> None:
    """Set state, messages, choices and meaning of each row from its kind's verdict."""
    asked = [row for row in rows if row.decision != SKIP]
    verdicts = get_kind(batch.kind).check([_seen_by_kind(batch, row) for row in asked], batch)
    for row in rows:
        if row.decision == SKIP:
            row.choices = row.choices if SKIP_CHOICE in row.choices else [*row.choices, SKIP_CHOICE]
            row.state, row.messages, row.cleaned = ImportRow.State.SKIPPED, ["按选择不导入。"], {}
    for row, verdict in zip(asked, verdicts, strict=True):
        _apply(row, verdict)


def _apply(row, verdict: Verdict) -> None:
    row.state = ImportRow.State(verdict.state).value
    row.messages = list(verdict.messages)
    row.cleaned = {**verdict.cleaned, "changes": [list(change) for change in verdict.changes]}
    row.choices = [{"value": value, "label": label} for value, label in verdict.choices]
    if row.state in BLOCKING and SKIP_CHOICE not in row.choices:
        row.choices.append(SKIP_CHOICE)
    if row.decision and row.decision not in {choice["value"] for choice in row.choices}:
        row.decision = ""


def _store_verdicts(batch, rows) -> None:
    before = [_face(row) for row in rows]
    _judge(batch, rows)
    moved = [row for row, face in zip(rows, before, strict=True) if face != _face(row)]
    ImportRow.objects.bulk_update(moved, ["state", "messages", "choices", "cleaned", "decision"], batch_size=CHUNK)


def _face(row):
    """What a person saw of the row."""
    return row.state, list(row.messages), list(row.choices), dict(row.cleaned), row.decision
