"""上传 → 对应 → 核对: nothing but the batch and its rows is written here."""

import contextlib
from pathlib import PurePath

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from wagtail.log_actions import log

from ..bulk import Insertion, Update
from ..kinds import SKIP, get_kind
from ..models import ImportBatch, ImportRow
from ..sheets import MAX_ROWS, TOO_LONG, Sheet, check_table_file, column_letter, guess_header_row, read_sheet
from .judging import JUDGED, Line, in_state, judge, lines_of, marks_now, marks_of
from .refusals import AlreadyImportedError, ImportRefusedError, WrongStepError

ATTEMPTS = 3
PART = 1_000  # rows written in one transaction
BUSY = "这一批正由别人修改，没有保存。请刷新页面后再试。"
OPEN = (ImportBatch.State.UPLOADED, ImportBatch.State.CHECKED)


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
    found = in_state(batch, *OPEN)
    found.mapping = mapping
    found.options = {
        "sheet": read.name,
        "sheets": list(read.others),
        "header_row": header_row,
        "header": header,
        **{option.name: bool(options.get(option.name)) for option in table.options},
    }
    lines = [Line(None, number, cells) for number, cells in data]
    del read, data
    judge(found, lines)
    with transaction.atomic():
        in_state(batch, *OPEN, lock=True)
        found.state = ImportBatch.State.UPLOADED  # until all rows are there
        found.save(update_fields=["mapping", "options", "state"])
        earlier = found.rows.order_by()
        earlier._raw_delete(earlier.db)  # nothing points at a row: one statement
    try:
        _store_lines(found, lines)
    except (IntegrityError, WrongStepError) as error:
        raise ImportRefusedError(BUSY) from error
    return found


def _store_lines(batch: ImportBatch, lines: list[Line]) -> None:
    """In parts, each made ready before its transaction. Raises IntegrityError, WrongStepError where somebody maps the same batch."""
    names = ["number", "raw", *JUDGED]
    for begin in range(0, len(lines), PART):
        part = lines[begin : begin + PART]
        ready = Insertion(ImportRow, names, ([getattr(line, name) for name in names] for line in part), batch_id=batch.pk)
        is_last = begin + PART >= len(lines)
        with transaction.atomic():
            stored = in_state(batch, ImportBatch.State.UPLOADED, lock=True)
            if (stored.mapping, stored.options) != (batch.mapping, batch.options):
                raise ImportRefusedError(BUSY)
            ready.write()
            if is_last:
                batch.state = ImportBatch.State.CHECKED
                batch.save(update_fields=["state"])


def check_batch(*, batch: ImportBatch, by) -> ImportBatch:
    """Judge every row against the database as it stands. Raises WrongStepError."""
    return _judge_again(batch, OPEN, lambda _lines: [])[0]


def decide_row(*, row: ImportRow, decision: str, by) -> Line:
    """Choose one of the row's choices, or nothing (""), and check again: one choice may bear on other rows.

    Raises WrongStepError, ImportRefusedError for a choice that was not offered.
    """

    def decide(lines):
        chosen = next((line for line in lines if line.pk == row.pk), None)
        if chosen is None:
            raise ImportRefusedError("这一行已经不在了。请刷新页面后重新选择。")
        if decision and decision not in {choice["value"] for choice in chosen.choices}:
            raise ImportRefusedError(f"第 {chosen.number} 行没有这个选项。请刷新页面后重新选择。")
        chosen.decision = decision
        return [chosen]

    return _judge_again(row.batch, (ImportBatch.State.CHECKED,), decide)[1][0]


def skip_error_rows(*, batch: ImportBatch, by) -> int:
    """Decide 不导入 for every row with an error; how many they were. Raises WrongStepError."""

    def skip(lines):
        wrong = [line for line in lines if line.state == ImportRow.State.ERROR]
        for line in wrong:
            line.decision = SKIP
        return wrong

    return len(_judge_again(batch, (ImportBatch.State.CHECKED,), skip)[1])


def _judge_again(batch, states, decide) -> tuple[ImportBatch, list[Line]]:
    """The batch and the rows that `decide` has changed, judged outside the transaction and stored if the rows are still what they were.

    Raises WrongStepError, ImportRefusedError where others keep changing them.
    """
    for _attempt in range(ATTEMPTS):
        found = in_state(batch, *states)
        lines = lines_of(found)
        marks = marks_of(found, lines)
        decided = decide(lines)
        moved = judge(found, lines)
        ready = Update(ImportRow, JUDGED, ([line.pk, *(getattr(line, name) for name in JUDGED)] for line in moved))
        with transaction.atomic():
            locked = in_state(batch, *states, lock=True)
            if marks_now(locked) != marks:
                continue
            ready.write()
            locked.state = ImportBatch.State.CHECKED
            locked.save(update_fields=["state"])
        return locked, decided
    raise ImportRefusedError(BUSY)


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
