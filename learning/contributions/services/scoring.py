"""Writing the ledger: after any change of a record the lines of its article are made anew by the rules of their days."""

import datetime
from collections.abc import Iterable


def rescore(article_ids: Iterable[int], *, now: datetime.datetime) -> None:
    """Make the score lines and shares of these articles what the records and the active rules say. Call it in the transaction of the change."""
