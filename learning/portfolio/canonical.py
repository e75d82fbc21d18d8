"""Frozen dataclasses as one text each and back: the same content always gives the same characters, and nothing else is read as it.

Sorted keys, no blanks, Chinese as it is, days as YYYY-MM-DD, no fractions. What is read is checked against the types of the fields.
"""

import datetime
import enum
import functools
import json
import re
import types
import typing
from collections.abc import Callable
from dataclasses import fields, is_dataclass

LONGEST_TEXT = 2_000_000  # characters of one value
MOST_ITEMS = 100_000  # of one list
LARGEST = 2**63 - 1
# What no database takes: NUL, and half of a character, which JSON can spell.
UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
PLAIN = frozenset({str, int, bool, types.NoneType})


class CanonicalError(ValueError):
    """The text is not one of these; the message is Chinese and names the place."""


def dumped(plain) -> str:
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def loaded(text: str):
    """Plain lists, dictionaries, texts, whole numbers, truth and nothing. Raises CanonicalError."""
    try:
        return json.loads(text, object_pairs_hook=_once, parse_float=_no_number, parse_constant=_no_number)
    except CanonicalError:
        raise
    except (ValueError, RecursionError) as error:
        raise CanonicalError("不是完整的 JSON 文本。") from error


def _once(pairs) -> dict:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise CanonicalError("同一个字段出现了两次。")
    return found


def _no_number(text: str):
    raise CanonicalError(f"不接受 {text[:20]} 这样的数，只有整数。")


def plain_of(value):
    """What `json` can write. Raises TypeError for a type that has no canonical form (a fraction, a set, a moment): a mistake of the code."""
    kind = type(value)
    if kind in PLAIN:
        return value
    if kind in (list, tuple):
        return [plain_of(one) for one in value]
    if kind is datetime.date:
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return str(value.value) if isinstance(value, str) else value.key
    if is_dataclass(kind):
        return {name: plain_of(getattr(value, name)) for name in _names_of(kind)}
    raise TypeError(f"{kind.__name__} has no canonical form")


@functools.cache
def _names_of(kind) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def read_as(kind, plain, where: str = "档案"):
    """`plain` as `kind`: a dataclass, one of the plain types, `tuple[X, ...]`, `tuple[X, Y]` or `X | None`. Raises CanonicalError."""
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        (inner,) = [one for one in typing.get_args(kind) if one is not types.NoneType]
        return None if plain is None else read_as(inner, plain, where)
    if origin is tuple:
        return _read_list(typing.get_args(kind), plain, where)
    if is_dataclass(kind):
        return _read_dataclass(kind, plain, where)
    if issubclass(kind, enum.Enum):
        return _read_choice(kind, plain, where)
    return READERS[kind](plain, where)


def _read_dataclass(kind, plain, where: str):
    wanted = _types_of(kind)
    if not isinstance(plain, dict) or plain.keys() != wanted.keys():
        raise CanonicalError(f"{where}：字段不全或有多余的字段。")
    return kind(**{name: read_as(inner, plain[name], f"{where}·{name}") for name, inner in wanted.items()})


@functools.cache
def _types_of(kind) -> dict[str, type]:
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _read_list(kinds, plain, where: str) -> tuple:
    if not isinstance(plain, list) or len(plain) > MOST_ITEMS:
        raise CanonicalError(f"{where}：应为最多 {MOST_ITEMS} 项的列表。")
    if kinds[-1] is Ellipsis:
        return tuple(read_as(kinds[0], one, where) for one in plain)
    if len(plain) != len(kinds):
        raise CanonicalError(f"{where}：应为 {len(kinds)} 项。")
    return tuple(read_as(kind, one, where) for kind, one in zip(kinds, plain, strict=True))


@functools.cache
def _choices_of(kind) -> dict[str, enum.Enum]:
    return {plain_of(one): one for one in kind}


def _read_choice(kind, plain, where: str):
    if not isinstance(plain, str) or plain not in _choices_of(kind):
        raise CanonicalError(f"{where}：没有这个取值。")
    return _choices_of(kind)[plain]


def _read_text(plain, where: str) -> str:
    if not isinstance(plain, str) or len(plain) > LONGEST_TEXT or UNWRITABLE.search(plain):
        raise CanonicalError(f"{where}：应为最多 {LONGEST_TEXT} 个字的文字。")
    return plain


def _read_number(plain, where: str) -> int:
    if not isinstance(plain, int) or isinstance(plain, bool) or abs(plain) > LARGEST:
        raise CanonicalError(f"{where}：应为整数。")
    return plain


def _read_truth(plain, where: str) -> bool:
    if not isinstance(plain, bool):
        raise CanonicalError(f"{where}：应为是或否。")
    return plain


def _read_day(plain, where: str) -> datetime.date:
    try:
        day = datetime.date.fromisoformat(plain)
    except (TypeError, ValueError) as error:
        raise CanonicalError(f"{where}：应为日期。") from error
    if day.isoformat() != plain:
        raise CanonicalError(f"{where}：日期应写成 2026-01-31 的样子。")
    return day


READERS: dict[type, Callable] = {str: _read_text, int: _read_number, bool: _read_truth, datetime.date: _read_day}
