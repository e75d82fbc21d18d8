"""Many rows in few statements, made ready before the transaction that writes them: SQLite's executemany, PostgreSQL's COPY.

What costs time is turning values into what the database takes; that is done by `Insertion` and `Update` when they are made. `write` only
hands it over. No signals, no validation: whoever uses this has judged the rows.
"""

import json
from collections.abc import Callable, Iterable, Sequence

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models import Max

COPIED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
PART = 128 * 1024  # characters handed over at once
AT_ONCE = 1_000  # rows changed in one statement
IMPORTS = 7_041_201  # number of the lock under which imports commit on PostgreSQL


# Their values are what the databases take.
AS_THEY_ARE = frozenset(
    {
        models.BigAutoField, models.BooleanField, models.CharField, models.ForeignKey, models.IntegerField, models.OneToOneField,
        models.PositiveIntegerField, models.PositiveSmallIntegerField, models.TextField, models.URLField,
    }
)  # fmt: skip
REPEATED = frozenset({models.DateField, models.DateTimeField, models.DecimalField})


class MovedMeanwhileError(Exception):
    """Something that the plan stands on is not as it was: judge again and plan anew."""


class Keys:
    """Primary keys of rows that are not there yet, so that rows may point at each other before any is written.

    PostgreSQL gives them away for good; on SQLite they are the next ones, and `still_free` says in the writing transaction whether they are.
    """

    def __init__(self, model, count: int):
        self.model = model
        self.first = 0
        if connection.vendor == "postgresql":
            table, column = model._meta.db_table, model._meta.pk.column
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                    [connection.ops.quote_name(table), column, count],
                )
                self.given = [key for (key,) in cursor.fetchall()]
        else:
            self.first = self._next()
            self.given = list(range(self.first, self.first + count))

    def still_free(self) -> bool:
        return connection.vendor == "postgresql" or not self.given or self._next() == self.first

    def _next(self) -> int:
        """SQLite never gives a key twice: the last one stands in a table of its own."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [self.model._meta.db_table])
            row = cursor.fetchone()
        highest = self.model._base_manager.aggregate(highest=Max("pk"))["highest"] or 0
        return max(row[0] if row else 0, highest) + 1


class Insertion:
    """New rows of `model`: `names` are the attributes (`article_id`) that differ from row to row, `same` those that do not.

    A column named in neither takes its default.
    """

    def __init__(self, model, names: Sequence[str], rows: Iterable[Sequence], *, keys: Keys | None = None, **same):
        self.keys = keys
        fields = {field.attname: field for field in model._meta.concrete_fields}
        left = {
            name: same[name] if name in same else field.get_default()
            for name, field in fields.items()
            if name not in names and not field.primary_key
        }
        self.table = connection.ops.quote_name(model._meta.db_table)
        self.columns = ", ".join(connection.ops.quote_name(fields[name].column) for name in (*names, *left))
        constant = tuple(_preparer(fields[name])(value) for name, value in left.items())
        prepared = _prepared([_preparer(fields[name]) for name in names], rows)
        if connection.vendor == "postgresql":
            tail = "".join(f"\t{_copied(value)}" for value in constant)
            self.rows = _parts(f"{chr(9).join(map(_copied, row))}{tail}\n" for row in prepared)
        else:
            self.rows = [row + constant for row in prepared]
            self.sql = f"INSERT INTO {self.table} ({self.columns}) VALUES ({', '.join(['%s'] * (len(names) + len(constant)))})"  # noqa: S608

    def write(self) -> None:
        """Raises MovedMeanwhileError where the keys are taken, IntegrityError."""
        if self.keys and not self.keys.still_free():
            raise MovedMeanwhileError(self.table)
        if not self.rows:
            return
        with connection.cursor() as cursor:
            if connection.vendor != "postgresql":
                cursor.executemany(self.sql, self.rows)
                return
            with connection.wrap_database_errors, cursor.copy(f"COPY {self.table} ({self.columns}) FROM STDIN") as copy:
                for part in self.rows:
                    copy.write(part)


class Update:
    """Other values for rows of `model`; each of `rows` is (key, value, …) in the order of `names`."""

    def __init__(self, model, names: Sequence[str], rows: Iterable[Sequence]):
        pk, fields = model._meta.pk, [model._meta.get_field(name) for name in names]
        self.rows = _prepared([*map(_preparer, fields), int], ((*row[1:], row[0]) for row in rows))
        quote = connection.ops.quote_name
        table = quote(model._meta.db_table)
        self.rows = list(self.rows)
        if connection.vendor == "postgresql":
            self.rows = [tuple(map(_as_text, row)) for row in self.rows]
            sets = ", ".join(f"{quote(field.column)} = data.c{at}::{field.db_type(connection)}" for at, field in enumerate(fields))
            names_of = ", ".join(f"c{at}" for at in range(len(fields) + 1))
            arrays = ", ".join(["%s::text[]"] * (len(fields) + 1))
            self.sql = (
                f"UPDATE {table} SET {sets} FROM unnest({arrays}) AS data({names_of})"  # noqa: S608
                f" WHERE {table}.{quote(pk.column)} = data.c{len(fields)}::bigint"
            )
        else:
            sets = ", ".join(f"{quote(field.column)} = %s" for field in fields)
            self.sql = f"UPDATE {table} SET {sets} WHERE {quote(pk.column)} = %s"  # noqa: S608

    def write(self) -> None:
        if not self.rows:
            return
        with connection.cursor() as cursor:
            if connection.vendor != "postgresql":
                cursor.executemany(self.sql, self.rows)
                return
            for begin in range(0, len(self.rows), AT_ONCE):  # a statement is made as one text
                cursor.execute(self.sql, [list(column) for column in zip(*self.rows[begin : begin + AT_ONCE], strict=True)])


def one_import_at_a_time() -> None:
    """Until the transaction ends. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORTS])


def _preparer(field) -> Callable:
    """What makes a value of `field` one that the database takes. The connection itself is asked: its proxy would be slow."""
    if type(field) in AS_THEY_ARE:
        return lambda value: value
    real = connections[DEFAULT_DB_ALIAS]
    if type(field) not in REPEATED:
        return lambda value: field.get_db_prep_save(value, real)
    known = {}

    def prepare(value):
        if value not in known:
            known[value] = field.get_db_prep_save(value, real)
        return known[value]

    return prepare


def _prepared(preparers: list[Callable], rows: Iterable[Sequence]) -> Iterable[tuple]:
    return (tuple(prepare(value) for prepare, value in zip(preparers, row, strict=True)) for row in rows)


def _as_text(value) -> str | None:
    """As PostgreSQL reads it from text."""
    if value is None or type(value) is str:
        return value
    if isinstance(value, bool):
        return "t" if value else "f"
    if hasattr(value, "obj"):  # a wrapped JSON value
        return value.dumps(value.obj) if value.dumps else json.dumps(value.obj)
    return str(value)


def _copied(value) -> str:
    text = _as_text(value)
    return "\\N" if text is None else text.translate(COPIED)


def _parts(lines: Iterable[str]) -> list[str]:
    parts, part, length = [], [], 0
    for line in lines:
        part.append(line)
        length += len(line)
        if length >= PART:
            parts.append("".join(part))
            part, length = [], 0
    return [*parts, "".join(part)] if part else parts
