"""What can be imported: a room describes its table once, and the four steps 上传 → 对应 → 核对 → 完成 work for it."""

import datetime
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType

from django.core.exceptions import ValidationError
from django.db import IntegrityError

from .bulk import Insertion, Update
from .written import sealed, undo_obstacles, undo_written

SKIP = "skip"


class DuplicateKindError(Exception):
    """Two kinds want the same key."""


class RowRefusedError(Exception):
    """A row could not be written; the message is Chinese and names it."""


class UnknownKindError(Exception):
    """No kind is registered under this key."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column the kind knows. `aliases` are other headings it goes by; `example` stands in the empty template."""

    name: str
    label: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    example: str = ""
    help: str = ""

    def goes_by(self, heading: str) -> bool:
        return heading in (self.label, *self.aliases)


@dataclass(frozen=True, slots=True)
class Option:
    """A yes/no question asked once for the whole batch."""

    name: str
    label: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as a kind sees it: the number it has in the sheet, its cells by field name, what was decided about it."""

    number: int
    values: Mapping[str, object]
    decision: str = ""
    cleaned: Mapping[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Verdict:
    """What a kind says about one row. `choices` are (value, label); `changes` are (what, before, after)."""

    state: str
    messages: list[str] = field(default_factory=list)
    choices: list[tuple[str, str]] = field(default_factory=list)
    cleaned: dict = field(default_factory=dict)
    changes: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """What is to be written, ready to be handed over in order, and for each row number the records that undo needs.

    A step is anything with a `write()` that may raise MovedMeanwhileError or IntegrityError.
    """

    steps: list = field(default_factory=list)
    noted: dict[int, list] = field(default_factory=dict)

    def insert(self, *given, **same) -> None:
        self.steps.append(Insertion(*given, **same))

    def update(self, *given) -> None:
        self.steps.append(Update(*given))

    def note(self, number: int, record) -> None:
        """`record` is one of `written.py`, or the arguments of `written.sealed` as a tuple: of thousands the smaller thing."""
        self.noted.setdefault(number, []).append(record)

    def take_records(self, number: int) -> list[dict]:
        """Once: they are not kept here."""
        return [sealed(*record) if isinstance(record, tuple) else record for record in self.noted.pop(number, ())]

    def write(self) -> None:
        for step in self.steps:
            step.write()


@contextmanager
def refusals_name(row: Row):
    """What a service or the database refuses inside becomes RowRefusedError with the row's number."""
    try:
        yield
    except ValidationError as error:
        raise RowRefusedError(f"第 {row.number} 行：{''.join(error.messages)}") from error
    except IntegrityError as error:
        raise RowRefusedError(f"第 {row.number} 行与已有记录冲突，请核对这一行后再试。") from error


class ImportKind:
    """Subclass, fill in, `register_kind(MyKind())` from the app's `ready()`.

    `permissions` are asked beside `imports.add_importbatch`. Either `commit` or `commit_all` writes the rows, or `proof` and `plan` do:
    these for tables of thousands, whose judging and making ready must not hold the write lock.

    `parts` are models (labels) whose rows come and go with the records and hinder no undo; `sealed` names the columns by which a record
    that was only sealed is seen to have been changed. `follows` says that `follow` has something to do after the commit.
    """

    key = ""
    label = ""
    description = ""
    fields: tuple[Field, ...] = ()
    options: tuple[Option, ...] = ()
    permissions: tuple[str, ...] = ()
    parts: frozenset[str] = frozenset()
    sealed: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    follows = False

    def check(self, rows: list[Row], batch) -> list[Verdict]:
        """One verdict a row, in order; reads only. A row decided as `SKIP` never comes here."""
        raise NotImplementedError

    def commit(self, row: Row, by) -> list[dict]:
        """Write one checked row through services; returns what `written.created` and `written.changed` made of it.

        May raise ValidationError or IntegrityError: nothing of the whole batch is then kept.
        """
        raise NotImplementedError

    def commit_all(self, rows: list[Row], by) -> dict[int, list[dict]]:
        """Row number → records, for the rows that are to be written, in order; override it to write many rows in few statements.

        A record that several rows stand on belongs to the first of them: an undo goes backwards.
        """
        written = {}
        for row in rows:
            with refusals_name(row):
                written[row.number] = self.commit(row, by)
        return written

    def proof(self) -> object | None:
        """Something that is equal as long as nothing has moved that `check` looks at, asked before judging and again in the transaction
        that writes; cheap. None: the kind knows no such thing and is judged again inside."""
        return None

    def plan(self, rows: list[Row], *, by, now: datetime.datetime) -> Plan:
        """What `commit_all` would write, made ready; reads only. Only for a kind with a `proof`."""
        raise NotImplementedError

    def follow(self, written: list[tuple[int, dict]], now: datetime.datetime) -> None:
        """What is to be made from some of the written records, after the commit, in a transaction of its own; safe to run again."""

    def after_undo(self, written: list[tuple[int, dict]], now: datetime.datetime) -> None:
        """What is to be made anew now that these are gone; in the transaction of the undo."""

    def undo_obstacles(self, written: list[tuple[int, dict]]) -> list[str]:
        """Why these (row number, record) cannot be taken back; Chinese, naming the row."""
        return undo_obstacles(written, parts=self.parts, sealed=self.sealed)

    def undo(self, written: list[tuple[int, dict]], by) -> None:
        """Take back the records, last written first."""
        undo_written(written)

    def guess_mapping(self, header: list[str]) -> dict[str, int]:
        """Field name → column, for the headings that are known."""
        guessed: dict[str, int] = {}
        for name_of_field in self.fields:
            for column, heading in enumerate(header):
                if column not in guessed.values() and name_of_field.goes_by(heading):
                    guessed[name_of_field.name] = column
                    break
        return guessed


_kinds: dict[str, ImportKind] = {}


def register_kind(kind: ImportKind) -> None:
    """Raises DuplicateKindError unless it is the same class again (an app may be set up twice in tests)."""
    known = _kinds.get(kind.key)
    if known is not None and type(known) is not type(kind):
        raise DuplicateKindError(kind.key)
    _kinds[kind.key] = kind


def get_kind(key: str) -> ImportKind:
    """Raises UnknownKindError."""
    try:
        return _kinds[key]
    except KeyError as error:
        raise UnknownKindError(key) from error


def all_kinds() -> list[ImportKind]:
    return list(_kinds.values())
