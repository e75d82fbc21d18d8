"""Fixtures of the whole suite. The network is off: a test that reaches out fails."""

import socket

import pytest
from django.core.cache import cache
from django.db import connection

from tests import baseline

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


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Keep Wagtail's first rows alive through transactional tests, and put them back if an earlier run died without them.

    Threads of a live server may still hold a connection when the run ends; PostgreSQL drops no database that somebody is in.
    """
    baseline.install()
    with django_db_blocker.unblock():
        baseline.restore_if_empty()
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
