"""上传 → 对应 → 核对 → 完成, and 撤销."""

from .committing import commit_batch
from .following import follow_batch, follow_batches
from .refusals import (
    AlreadyImportedError,
    ChangedMeanwhileError,
    ImportRefusedError,
    UndecidedRowsError,
    UndoRefusedError,
    WrongStepError,
)
from .steps import check_batch, decide_row, look_at_sheet, map_columns, read_batch, skip_error_rows, upload_batch
from .undoing import undo_batch

__all__ = [
    "AlreadyImportedError",
    "ChangedMeanwhileError",
    "ImportRefusedError",
    "UndecidedRowsError",
    "UndoRefusedError",
    "WrongStepError",
    "check_batch",
    "commit_batch",
    "decide_row",
    "follow_batch",
    "follow_batches",
    "look_at_sheet",
    "map_columns",
    "read_batch",
    "skip_error_rows",
    "undo_batch",
    "upload_batch",
]
