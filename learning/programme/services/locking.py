"""Lock, then read: PostgreSQL reads the locked row anew once it has waited, and what is joined to it as it stood before."""

from django.db import models


def locked(rows: models.QuerySet, pk: int, *, no_key: bool = False) -> models.Model:
    """The row of `rows` (with what `select_related` joins) as it stands once it is ours. In a transaction."""
    rows.model._base_manager.select_for_update(no_key=no_key).only("pk").get(pk=pk)
    return rows.get(pk=pk)
