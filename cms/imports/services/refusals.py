"""Why a step cannot be taken."""


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
