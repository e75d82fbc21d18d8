"""Whether the ledger that is kept is the one that records and rules make."""

from collections.abc import Iterable

from .comparing import Change, Touched, compare
from .scoring_facts import active_versions, by_day

AT_ONCE = 1000


def drift(article_ids: Iterable[int]) -> list[Change]:
    """Articles whose kept lines or shares differ from what they would be made today, with both sums and why. Writes nothing.

    What caps leave is not looked at: it is settled from the shares whenever one of them changes.
    """
    versions = active_versions()
    rules_on, found = by_day(versions), []
    keys = sorted(set(article_ids))
    for start in range(0, len(keys), AT_ONCE):
        chunk = keys[start : start + AT_ONCE]
        found += compare(chunk, rules_on, Touched({one.rules.key: one.rules for one in versions}), now=None).changes
    return found
