"""From Wagtail's query objects to a small tree of units, the same for every database."""

from dataclasses import dataclass

from modelsearch.query import And, Boost, Fuzzy, MatchAll, Not, Or, Phrase, PlainText

from .text import Unit, phrase_unit, query_units


@dataclass(frozen=True, slots=True)
class Everything:
    pass


@dataclass(frozen=True, slots=True)
class Nothing:
    pass


@dataclass(frozen=True, slots=True)
class Leaf:
    unit: Unit


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple


@dataclass(frozen=True, slots=True)
class Without:
    part: object


def all_of(units: list[Unit]):
    """All units must occur; no unit at all (punctuation, emoji, NUL) matches nothing."""
    return All(tuple(map(Leaf, units))) if units else Nothing()


def any_of(units: list[Unit]):
    return AnyOf(tuple(map(Leaf, units))) if units else Nothing()


def compile_query(query, *, open_end: bool = False):
    """The tree of `query`. Boost has no meaning here beyond its subquery. Raises NotImplementedError for kinds not known."""
    if isinstance(query, MatchAll):
        return Everything()
    if isinstance(query, Fuzzy):
        return all_of(query_units(query.query_string, open_end=open_end))
    if isinstance(query, PlainText):
        units = query_units(query.query_string, open_end=open_end)
        return any_of(units) if query.operator.lower() == "or" else all_of(units)
    if isinstance(query, Phrase):
        return all_of(phrase_unit(query.query_string))
    if isinstance(query, Boost):
        return compile_query(query.subquery, open_end=open_end)
    if isinstance(query, Not):
        return Without(compile_query(query.subquery, open_end=open_end))
    if isinstance(query, And | Or):
        parts = tuple(compile_query(subquery, open_end=open_end) for subquery in query.subqueries)
        return All(parts) if isinstance(query, And) else AnyOf(parts)
    raise NotImplementedError(f"{type(query).__name__} is not supported by the Chinese search backend")


def units_in(tree) -> list[Unit]:
    """The units that a matching text contains: what ranking counts and highlighting marks."""
    if isinstance(tree, Leaf):
        return [tree.unit]
    if isinstance(tree, All | AnyOf):
        return [unit for part in tree.parts for unit in units_in(part)]
    return []


def compose(tree, leaf) -> tuple[str, list]:
    """(SQL condition, parameters) of `tree`; `leaf(unit)` says how the database asks for one unit."""
    if isinstance(tree, Everything):
        return "1 = 1", []
    if isinstance(tree, Nothing):
        return "1 = 0", []
    if isinstance(tree, Leaf):
        return leaf(tree.unit)
    if isinstance(tree, Without):
        condition, parameters = compose(tree.part, leaf)
        return f"NOT ({condition})", parameters
    pieces = [compose(part, leaf) for part in tree.parts]
    joiner = " AND " if isinstance(tree, All) else " OR "
    condition = joiner.join(f"({piece})" for piece, _parameters in pieces) or ("1 = 1" if isinstance(tree, All) else "1 = 0")
    return condition, [value for _piece, parameters in pieces for value in parameters]
