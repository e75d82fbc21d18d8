"""撤销: everything the batch wrote is taken back, or nothing."""

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from ..kinds import get_kind
from ..models import ImportBatch
from .following import FOLLOW
from .judging import WRITTEN, in_state
from .refusals import UndoRefusedError


@transaction.atomic
def undo_batch(*, batch: ImportBatch, by) -> ImportBatch:
    """Take back all that the batch wrote. Raises WrongStepError, UndoRefusedError."""
    batch = in_state(batch, ImportBatch.State.COMMITTED, lock=True)
    table, now = get_kind(batch.kind), timezone.now()
    rows = batch.rows.filter(state__in=WRITTEN).order_by("number").values_list("number", "written")
    written = [(number, record) for number, records in rows for record in records]
    if reasons := table.undo_obstacles(written):
        raise UndoRefusedError(reasons)
    table.undo(written, by)
    table.after_undo(written, now)
    batch.state = ImportBatch.State.UNDONE
    batch.undone_at = now
    batch.undone_by = by
    batch.options.pop(FOLLOW, None)
    batch.save(update_fields=["state", "undone_at", "undone_by", "options"])
    log(instance=batch, action="imports.undo", user=by, data={"records": len(written)})
    return batch
