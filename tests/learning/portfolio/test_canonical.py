import datetime
from dataclasses import dataclass

import pytest

from learning.evidence import Have
from learning.portfolio.canonical import CanonicalError, dumped, loaded, plain_of, read_as
from learning.portfolio.choices import State
from tests.factories.programme import at


@dataclass(frozen=True)
class Thing:
    name: str
    number: int
    is_so: bool
    day: datetime.date | None
    state: State
    have: Have | None = None
    pairs: tuple[tuple[str, int], ...] = ()


THING = Thing("名", 3, True, datetime.date(2026, 1, 31), State.HAVE, Have.NOTE, (("a", 1),))


class TestPlainOf:
    def test_is_read_back_as_what_it_was(self):
        assert read_as(Thing, loaded(dumped(plain_of(THING)))) == THING

    @pytest.mark.parametrize("value", [1.5, {1}, at(2026, 1, 1), b"x", object()])
    def test_refuses_what_has_no_canonical_form(self, value):
        with pytest.raises(TypeError):
            plain_of(value)


class TestDumped:
    def test_sorts_keys_and_has_no_blanks(self):
        assert dumped({"b": [1, None], "a": "中文"}) == '{"a":"中文","b":[1,null]}'


class TestLoaded:
    @pytest.mark.parametrize("text", ["", "{", "1.5", "1e3", "NaN", "-Infinity", '{"a":1,"a":2}', "[" * 10_000])
    def test_refuses_what_is_not_plain(self, text):
        with pytest.raises(CanonicalError):
            loaded(text)


class TestReadAs:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("name", 1),
            ("name", "a\x00"),
            ("number", "3"),
            ("number", True),
            ("number", 2**70),
            ("is_so", 1),
            ("day", "2026-02-30"),
            ("day", "20260131"),
            ("day", 5),
            ("state", "nothing"),
            ("state", []),
            ("have", "nothing"),
            ("pairs", {}),
            ("pairs", [["a"]]),
            ("pairs", [["a", 1, 2]]),
        ],
    )
    def test_names_the_place_that_is_wrong(self, name, value):
        with pytest.raises(CanonicalError, match=name):
            read_as(Thing, {**plain_of(THING), name: value})

    @pytest.mark.parametrize("plain", [None, [], {}, {**plain_of(THING), "more": 1}])
    def test_wants_all_fields_and_no_other(self, plain):
        with pytest.raises(CanonicalError, match="字段不全或有多余的字段"):
            read_as(Thing, plain)
