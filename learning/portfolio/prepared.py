"""Statements that are the same at every look, turned into SQL once: for a union of a dozen kinds Django takes several times as long to write
it down as the database takes to answer it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class Prepared:
    """A `values()` queryset as SQL. `blanks` stand among its parameters, as the database gets them, for what each look puts in."""

    sql: str
    params: tuple
    blanks: tuple
    names: tuple[str, ...]
    converters: tuple[tuple[str, Sequence, object], ...]

    def rows(self, *values) -> list[dict]:
        """One statement, with `values` for the blanks in their order."""
        given = {(type(blank), blank): value for blank, value in zip(self.blanks, _adapted(values), strict=True)}
        params = [given.get((type(param), param), param) for param in self.params]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, params)
            found = [dict(zip(self.names, row, strict=True)) for row in cursor.fetchall()]
        for row in found:
            for name, converters, expression in self.converters:
                for convert in converters:
                    row[name] = convert(row[name], expression, connection)
        return found


def prepare(queryset: QuerySet, *blanks) -> Prepared:
    """`blanks` (whole numbers or days) are values that stand nowhere in `queryset` but where each look has its own."""
    compiler = queryset.query.get_compiler(using=queryset.db)
    sql, params = compiler.as_sql()
    columns = [column for column, _sql, _alias in compiler.select[: compiler.col_count]]
    names = tuple(queryset.query.selected or queryset.query.annotation_select)
    converters = tuple((names[at], found, column) for at, (found, column) in compiler.get_converters(columns).items())
    return Prepared(sql, tuple(params), tuple(_adapted(blanks)), names, converters)


def _adapted(values) -> list:
    return [value if isinstance(value, int) else connection.ops.adapt_datefield_value(value) for value in values]
