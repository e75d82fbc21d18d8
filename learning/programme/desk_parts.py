"""What waits on somebody's desk in several rooms, asked in one statement: each room gives parts of one shape, whoever lists them all asks."""

from collections.abc import Iterable

from django.db.models import CharField, Count, DateField, DateTimeField, F, IntegerField, Min, Value
from django.db.models.functions import Cast

NO_DAY, NO_MOMENT, NO_KEY = (Cast(Value(None), kind()) for kind in (DateField, DateTimeField, IntegerField))
NOTHING = Value("", CharField())
NONE_OF_IT = {"said": NOTHING, "note": NOTHING, "day": NO_DAY, "moment": NO_MOMENT, "number": Value(0)}
NAMES = ("part", "key", "title", "said", "note", "day", "moment", "number")


def columns(rows, part: str, **said):
    """The columns that every part of the union has; the key and the title are the row's own unless `said` otherwise."""
    named = {"key": F("pk"), **({} if "title" in said else {"title": F("title")}), **NONE_OF_IT, **said}
    rows = rows.order_by().annotate(waiting_part=Value(part), **{f"waiting_{name}": column for name, column in named.items()})
    return rows.values_list(*(f"waiting_{name}" for name in NAMES))


def counted(rows, part: str, *, since=NO_MOMENT, first_on=NO_DAY, by: str | None = None, key=NO_KEY):
    """One row, of all of them together; of none its number is 0. `by`: one row for each of those, named in the title."""
    one = rows.order_by().annotate(waiting_part=Value(part), waiting_by=Cast(by, CharField()) if by else NOTHING)
    one = one.values("waiting_part", "waiting_by").annotate(
        waiting_key=Min(key),
        waiting_said=Min(NOTHING),
        waiting_note=Min(NOTHING),
        waiting_day=Min(first_on),
        waiting_moment=Min(since),
        waiting_number=Count("pk"),
    )
    names = ("part", "key", "by", "said", "note", "day", "moment", "number")
    return one.values_list(*(f"waiting_{name}" for name in names))


def grouped(parts: Iterable) -> dict[str, list[tuple]]:
    """The rows of each part (key, title, said, note, day, moment, number). One statement."""
    found: dict[str, list[tuple]] = {}
    first, *others = parts
    for part, *row in first.union(*others, all=True) if others else first:
        found.setdefault(part, []).append(tuple(row))
    return found
