"""What the tests of a module find standing: built once for all of them, and each test gets its own copy of the objects.

    @standing(now=NOW)
    def room():
        make_site()
        return make_newsroom()

A test changes the rows and the objects as it likes: `module_db` and `db` undo the rows, and nobody else sees the copy. It is not for a
module with tests that really commit (`transaction=True`).
"""

import contextlib
import copy
import datetime
import inspect
import sys

import pytest
import time_machine


def standing(*, now: datetime.datetime | None = None):
    """A fixture of the decorated function's name; it is built, and the tests that ask for it are run, at `now`."""

    def at_its_time():
        return time_machine.travel(now, tick=False) if now else contextlib.nullcontext()

    def fixture(build):
        name, once = build.__name__, f"_{build.__name__}_stands"

        @pytest.fixture(scope="module", name=once)
        def built(module_db):
            with at_its_time():
                return build()

        def copied(**asked_for):
            with at_its_time():
                yield copy.deepcopy(asked_for[once])

        # Asked for by name: what stands has to be there before the test's own transaction begins.
        copied.__signature__ = inspect.Signature([inspect.Parameter(one, inspect.Parameter.KEYWORD_ONLY) for one in (once, "db")])
        setattr(sys.modules[build.__module__], once, built)
        return pytest.fixture(name=name)(copied)

    return fixture
