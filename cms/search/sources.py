"""What the site's search looks through. The pages' own street registers it, so that this one need not know any page type."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to narrow the results; `count` gives (value, label, number) rows, `narrow` keeps what has a value."""

    key: str
    label: str
    count: Callable[[QuerySet], Iterable[tuple[str, str, int]]]
    narrow: Callable[[QuerySet, str], QuerySet]


@dataclass(frozen=True, slots=True)
class SearchSource:
    """`rows(user)` are those the user may see: the search asks nothing else. `newest` orders a listing without a query."""

    rows: Callable[[object], QuerySet]
    newest: Callable[[QuerySet], QuerySet]
    specific: Callable[[list], list]
    facets: tuple[Facet, ...]


_sources: list[SearchSource] = []


def register_source(source: SearchSource) -> None:
    """Raises ImproperlyConfigured when a source is there already: one search box has one answer."""
    if _sources and _sources[0] != source:
        raise ImproperlyConfigured("a search source is registered already")
    _sources[:] = [source]


def the_source() -> SearchSource:
    return _sources[0]
