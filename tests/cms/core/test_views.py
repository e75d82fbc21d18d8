"""What machines ask of the site: may I index it, is the process alive, can it work?"""

from collections import namedtuple

import pytest
from django.db import DatabaseError
from django.urls import NoReverseMatch, reverse

from cms.core import views
from tests.factories.pages import make_user

Usage = namedtuple("Usage", "total used free")
CHECKS = ("database", "migrations", "disk")


class TestRobots:
    def test_keeps_robots_out_of_what_is_not_for_them(self, client):
        answer = client.get("/robots.txt")
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        lines = answer.content.decode().splitlines()
        assert lines[0] == "User-agent: *"
        for path in ("/admin/", "/account/", "/login/", "/search/", "/feedback/", "/documents/"):
            assert f"Disallow: {path}" in lines

    def test_hides_no_public_page(self, client):
        disallowed = [
            line.partition(" ")[2] for line in client.get("/robots.txt").content.decode().splitlines() if line.startswith("Disallow")
        ]
        assert "/" not in disallowed
        assert not any("/liangxueyizuo/".startswith(path) for path in disallowed)

    def test_names_the_sitemap_with_the_address_it_was_asked_at(self, client):
        assert "Sitemap: http://testserver/sitemap.xml" in client.get("/robots.txt").content.decode()
        assert "Sitemap: https://testserver/sitemap.xml" in client.get("/robots.txt", secure=True).content.decode()

    def test_names_addresses_that_there_are(self):
        try:
            for name in ("account_login", "account_security", "search", "feedback", "sitemap"):
                reverse(name)
        except NoReverseMatch as error:
            pytest.fail(str(error))


class TestHealthz:
    def test_asks_nothing_of_the_database(self, client, monkeypatch):
        """No `db` fixture here: a query would fail the test."""
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.head("/healthz").status_code == 200

    def test_refuses_to_be_posted_to(self, client):
        assert client.post("/healthz").status_code == 405

    def test_is_kept_by_nobody(self, client):
        assert "no-store" in client.get("/healthz").headers["Cache-Control"]

    def test_answers_whoever_has_an_unfinished_duty(self, client, db):
        user = make_user("zhigong")
        type(user).objects.update(must_change_password=True)
        client.force_login(user)
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 200


class TestReadyz:
    def test_is_ready(self, client, db):
        answer = client.get("/readyz")
        assert answer.status_code == 200
        assert answer.json() == dict.fromkeys(CHECKS, True)

    def test_says_what_is_not(self, client, db, monkeypatch):
        monkeypatch.setattr(views.shutil, "disk_usage", lambda folder: Usage(1000, 960, 40))
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["disk"]) == (503, False)
        monkeypatch.setattr(views.shutil, "disk_usage", lambda folder: Usage(1000, 940, 60))
        assert client.get("/readyz").status_code == 200

    def test_is_not_ready_before_the_database_is_migrated(self, client, db, monkeypatch):
        monkeypatch.setattr(views.MigrationExecutor, "migration_plan", lambda self, targets: ["0002"])
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"database": True, "migrations": False, "disk": True})

    @pytest.mark.parametrize("name", CHECKS)
    @pytest.mark.parametrize("error", [DatabaseError("password=secret host=db"), OSError("/srv/secret")])
    def test_tells_no_reason_to_the_world(self, client, db, monkeypatch, name, error):
        def fail():
            raise error

        monkeypatch.setattr(views, f"_{name}", fail)
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()[name]) == (503, False)
        assert "secret" not in answer.content.decode()

    def test_measures_the_disk_that_takes_the_uploads(self, client, db, settings, tmp_path, monkeypatch):
        asked = []
        monkeypatch.setattr(views.shutil, "disk_usage", lambda folder: asked.append(folder) or Usage(1000, 0, 1000))
        settings.MEDIA_ROOT = str(tmp_path)
        client.get("/readyz")
        settings.MEDIA_ROOT = str(tmp_path / "not there yet")
        client.get("/readyz")
        assert asked == [tmp_path, settings.BASE_DIR]
