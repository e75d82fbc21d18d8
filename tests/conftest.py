"""Fixtures of the whole suite. The network is off: a test that reaches out fails."""

import contextlib
import socket

import pytest
from django.core.cache import cache
from django.db import connection, transaction

from tests import baseline
from tests.template import alone, fingerprint, template

_connect = socket.socket.connect


def _connect_locally_only(self, address):
    if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
        raise AssertionError(f"a test tried to reach {address}")
    return _connect(self, address)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", _connect_locally_only)


@pytest.fixture(autouse=True)
def _empty_cache():
    """Site roots, menus and the like are cached; a test must not read what another one's database said."""
    cache.clear()


@pytest.fixture(scope="module")
def module_db(django_db_setup, django_db_blocker):
    """A transaction around a module: what its module fixtures build stands for each of its tests and is undone after the last.

    A test runs in a savepoint of its own inside, so it may change what it finds. Hand each test fresh instances, not one shared
    Python object that it could leave changed; and keep tests that really commit (`transaction=True`) out of such a module.
    """
    with django_db_blocker.unblock():
        cache.clear()
        undo = transaction.atomic()
        undo.__enter__()
        try:
            yield
        finally:
            transaction.set_rollback(True)
            undo.__exit__(None, None, None)


@pytest.fixture(scope="session")
def database_template(request, django_db_modify_db_settings, django_db_blocker):
    """A copy of the migrated database in the place where pytest-django is going to look for one.

    `keep()` makes the template out of the database just migrated, where there was none; until then no other worker goes on.
    """
    if request.config.getvalue("reuse_db"):
        yield lambda: None
        return
    with contextlib.ExitStack() as turn:
        with django_db_blocker.unblock():
            source = template()
            turn.enter_context(alone(fingerprint()))
            if is_there := source.exists():
                source.take()
                turn.close()
            else:
                source.drop()

        def keep():
            # pytest-django makes a test database only if a collected test wants one: never copy the one that is not the suite's.
            if not is_there and str(connection.settings_dict["NAME"]) == str(source.test):
                source.give()
            turn.close()

        yield keep
    with django_db_blocker.unblock():
        connection.close()
        source.drop()


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb, database_template):
    """`database_template` puts it there and takes it away."""
    return True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, database_template, django_db_blocker):
    """Keep Wagtail's first rows alive through transactional tests, and put them back if an earlier run died without them."""
    with django_db_blocker.unblock():
        database_template()
        baseline.install()
        baseline.restore_if_empty()
