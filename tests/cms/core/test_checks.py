"""The deployment checks of the project, and the settings it refuses to start with."""

import sqlite3

import pytest
from django.core.checks import registry
from django.core.exceptions import ImproperlyConfigured

from cms.core import checks
from cms.settings.base import require_production_values


class TestWalResetBug:
    @pytest.mark.parametrize("version", [(3, 7, 0), (3, 40, 1), (3, 44, 5), (3, 45, 0), (3, 50, 6), (3, 51, 2)])
    def test_is_in(self, version):
        assert checks.has_wal_reset_bug(version)

    @pytest.mark.parametrize("version", [(3, 44, 6), (3, 44, 9), (3, 50, 7), (3, 51, 3), (3, 53, 0), (4, 0, 0)])
    def test_is_mended_in(self, version):
        assert not checks.has_wal_reset_bug(version)


class TestCheckSqliteVersion:
    @pytest.fixture
    def found(self, settings, monkeypatch):
        def under(version, engine="django.db.backends.sqlite3"):
            monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
            databases = {"default": {**settings.DATABASES["default"], "ENGINE": engine}}
            monkeypatch.setattr(checks.settings, "DATABASES", databases)
            return checks.check_sqlite_version(None)

        return under

    def test_warns_of_a_library_that_may_damage_the_database(self, found):
        [warning] = found((3, 40, 1))
        assert warning.id == "core.W001"
        assert "PostgreSQL" in warning.hint

    def test_has_nothing_to_say_of_a_mended_one_or_another_database(self, found):
        assert found((3, 53, 0)) == []
        assert found((3, 40, 1), engine="django.db.backends.postgresql") == []

    def test_speaks_at_deployment_only(self):
        assert checks.check_sqlite_version in registry.registry.deployment_checks
        assert checks.check_sqlite_version not in registry.registry.registered_checks


class TestProductionValues:
    GOOD = {"secret_key": "x" * 50, "allowed_hosts": ["study.example.gov.cn"]}

    def test_are_enough(self):
        require_production_values(**self.GOOD)

    @pytest.mark.parametrize("key", ["", "short", "x" * 49])
    def test_refuse_a_short_key_and_name_the_remedy(self, key):
        with pytest.raises(ImproperlyConfigured, match="make secret"):
            require_production_values(**{**self.GOOD, "secret_key": key})

    @pytest.mark.parametrize("hosts", [[], ["*"], ["study.example.gov.cn", "*"]])
    def test_refuse_to_answer_for_any_host(self, hosts):
        with pytest.raises(ImproperlyConfigured, match="ALLOWED_HOSTS"):
            require_production_values(**{**self.GOOD, "allowed_hosts": hosts})
