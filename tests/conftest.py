"""Fixtures of the whole suite. The network is off: a test that reaches out fails."""

import socket

import pytest
from django.core.cache import cache

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
    """Keep Wagtail's first rows alive through transactional tests, and put them back if an earlier run died without them."""
    baseline.install()
    with django_db_blocker.unblock():
        baseline.restore_if_empty()
