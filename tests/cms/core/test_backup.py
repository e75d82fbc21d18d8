"""The way out and back: what a backup holds, what a restore refuses, and that both leave nothing half-done (R20–R22)."""

import errno
import hashlib
import io
import json
import shutil
import sqlite3
import tarfile
import threading
from pathlib import Path

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from cms.core import backup as package
from cms.core.backup import BackupError, Manifest, archive, databases, make_backup, making, restore_backup, restoring, verify_backup
from cms.jobs.models import JobRun
from cms.users.models import User
from tests.factories.pages import PASSWORD, make_column, make_notice, make_site, make_user


# Loading the database closes every connection, so nothing here may live inside a transaction of the test's own.
def on_a_database(tests):
    if connection.vendor == "postgresql" and not all(map(shutil.which, ("pg_dump", "pg_restore", "psql"))):
        return pytest.mark.skip(reason="no pg_dump, pg_restore and psql on this machine")(tests)
    return pytest.mark.django_db(transaction=True)(tests)


@pytest.fixture
def roots(settings, tmp_path):
    settings.MEDIA_ROOT, settings.PRIVATE_ROOT = str(tmp_path / "media"), str(tmp_path / "private")
    for name, text in {"media/images/a.png": "图", "media/documents/ab/c.pdf": "文", "private/imports/2026/04/d.xlsx": "表"}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    return tmp_path


@pytest.fixture
def site(roots):
    notice = make_notice(make_column(make_site()), "关于读书的通知")
    make_user("zhigong")
    return notice


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "backups"


@pytest.fixture
def backup(site, folder):
    return make_backup(folder=folder)


def digests() -> dict[str, str]:
    """One hash for each table, of its rows in the order of their text."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if not table.startswith(("django_session", "usersessions_")):
                cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
                found[table] = hashlib.sha256("\n".join(sorted(map(repr, cursor.fetchall()))).encode()).hexdigest()
    return found


def files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for part in ("media", "private")
        for path in sorted((root / part).rglob("*"))
        if path.is_file()
    }


def rewrite(path: Path, change) -> Path:
    """The archive with `change(members)` applied, `members` being name → bytes in order."""
    with tarfile.open(path) as read:
        members = {member.name: read.extractfile(member).read() for member in read}
    changed = change(members) or members
    with tarfile.open(path, "w") as written:
        for name, data in changed.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            written.addfile(member, io.BytesIO(data))
    return path


def with_manifest(**facts):
    def change(members):
        members["manifest.json"] = json.dumps(json.loads(members["manifest.json"]) | facts).encode()

    return change


@on_a_database
class TestMakeBackup:
    def test_holds_database_media_private_files_and_a_manifest_of_all(self, backup):
        manifest = verify_backup(backup)
        assert {"media/images/a.png", "media/documents/ab/c.pdf", "private/imports/2026/04/d.xlsx"} < manifest.files.keys()
        assert manifest.engine == connection.vendor
        assert {"users.0001_initial", "learning.0001_initial"} <= set(manifest.migrations)
        assert manifest.files["media/images/a.png"] == [hashlib.sha256("图".encode()).hexdigest(), 3]

    def test_is_readable_by_its_owner_only(self, backup):
        assert backup.stat().st_mode & 0o777 == 0o600

    def test_leaves_one_file_and_nothing_unfinished(self, backup, folder):
        assert [path.name for path in folder.iterdir()] == [backup.name]
        assert package.BACKUP_NAME.fullmatch(backup.name)

    def test_keeps_the_newest_and_touches_nothing_else_there(self, site, folder):
        folder.mkdir()
        for name in (
            "learning-20260101-020000.tar",
            "learning-20260102-020000.tar",
            "learning-20260103-020000.tar",
            "notes.txt",
            "old.tar",
        ):
            (folder / name).touch()
        made = make_backup(folder=folder, keep=2)
        assert sorted(path.name for path in folder.iterdir()) == sorted(["learning-20260103-020000.tar", made.name, "notes.txt", "old.tar"])

    def test_leaves_nothing_behind_on_a_full_disk_and_keeps_the_old_ones(self, site, folder, monkeypatch):
        folder.mkdir()
        (folder / "learning-20260101-020000.tar").touch()

        def full(*_args, **_kwargs):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(making, "add_folder", full)
        with pytest.raises(BackupError, match="磁盘空间不足"):
            make_backup(folder=folder, keep=1)
        assert [path.name for path in folder.iterdir()] == ["learning-20260101-020000.tar"]

    def test_says_where_it_may_not_write(self, site, tmp_path):
        (tmp_path / "taken").touch()
        with pytest.raises(BackupError, match="taken"):
            make_backup(folder=tmp_path / "taken" / "backups")

    def test_refuses_a_folder_that_is_itself_backed_up(self, site, roots):
        with pytest.raises(BackupError, match="网站文件的目录"):
            make_backup(folder=roots / "media" / "backups")

    def test_survives_a_file_that_goes_away_meanwhile(self, site, roots, folder, monkeypatch):
        listed = archive.add_folder

        def list_one_more(*arguments):
            archive.add_file(*arguments[:2], roots / "media/gone.png", "media/gone.png")
            listed(*arguments)

        monkeypatch.setattr(making, "add_folder", list_one_more)
        assert "media/gone.png" not in verify_backup(make_backup(folder=folder)).files

    def test_is_of_one_moment_while_others_write(self, site, folder):
        stop, written = threading.Event(), []

        def write():
            while not stop.is_set():
                JobRun.objects.create(job="load", period=str(len(written)), started_at="2026-04-14T09:00:00Z")
                written.append(1)
            connection.close()

        writer = threading.Thread(target=write)
        writer.start()
        while not written:
            stop.wait(0.01)
        before = len(written)
        made = make_backup(folder=folder)
        stop.set()
        writer.join()
        restore_backup(made)
        assert before <= JobRun.objects.filter(job="load").count() <= len(written)

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own check")
    def test_refuses_to_call_a_damaged_database_a_backup(self, tmp_path):
        damaged = tmp_path / "damaged.sqlite3"
        with sqlite3.connect(damaged) as file:
            file.executescript("CREATE TABLE a (x PRIMARY KEY); CREATE TABLE b (y REFERENCES a (x)); INSERT INTO b VALUES (7);")
        with pytest.raises(BackupError, match="表 b"):
            databases._check_sqlite(damaged)

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's own programs")
    def test_names_the_package_where_pg_dump_is_missing(self, site, folder, monkeypatch):
        monkeypatch.setattr(databases.shutil, "which", lambda program: None)
        with pytest.raises(BackupError, match=r"找不到程序 pg_dump.*apt install postgresql-client"):
            make_backup(folder=folder)
        assert not list(folder.iterdir())


class TestVerifyBackup:
    @pytest.fixture
    def backup(self, roots):
        """An archive with a big first member, made without a database."""
        (roots / "site.sqlite3").write_bytes(b"0123456789abcdef" * 20_000)
        manifest = Manifest(made_at="2026-04-15T02:00:00+08:00", engine="sqlite", migrations=["users.0001_initial"], versions={})
        with tarfile.open(roots / "backup.tar", "w|") as written:
            archive.add_file(written, manifest, roots / "site.sqlite3", "database/site.sqlite3")
            for name in ("media", "private"):
                archive.add_folder(written, manifest, roots / name, name)
            archive.add_manifest(written, manifest)
        return roots / "backup.tar"

    def test_accepts_what_is_whole(self, backup):
        assert len(verify_backup(backup).files) == 4

    @pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.7, 0.97])
    def test_refuses_a_truncated_one(self, backup, share):
        data = backup.read_bytes()
        backup.write_bytes(data[: int(len(data) * share)])
        with pytest.raises(BackupError, match=r"不完整|已损坏"):
            verify_backup(backup)

    @pytest.mark.parametrize("share", [0.05, 0.2, 0.35, 0.5, 0.65, 0.8])
    def test_refuses_one_with_a_flipped_byte(self, backup, share):
        data = bytearray(backup.read_bytes())
        data[512 + int(320_000 * share)] ^= 0xFF
        backup.write_bytes(data)
        with pytest.raises(BackupError, match="与清单不符"):
            verify_backup(backup)

    def test_refuses_what_is_no_backup(self, tmp_path):
        text = tmp_path / "x.tar"
        text.write_text("不是备份" * 500)
        with pytest.raises(BackupError):
            verify_backup(text)

    def test_says_so_when_there_is_no_such_file(self, tmp_path):
        with pytest.raises(BackupError, match="找不到备份文件"):
            verify_backup(tmp_path / "none.tar")
        with pytest.raises(BackupError, match="是文件夹"):
            verify_backup(tmp_path)

    def test_refuses_a_file_too_many_or_too_few(self, backup):
        rewrite(backup, lambda members: {"media/extra.txt": b"x", **members})
        with pytest.raises(BackupError, match=r"media/extra\.txt"):
            verify_backup(backup)
        rewrite(backup, lambda members: {name: data for name, data in members.items() if "extra" not in name and "a.png" not in name})
        with pytest.raises(BackupError, match=r"media/images/a\.png"):
            verify_backup(backup)

    @pytest.mark.parametrize("name", ["../../etc/passwd", "media/../../x", "/etc/passwd", "media", "elsewhere/x", "media\\x"])
    def test_refuses_names_that_lead_out(self, backup, name):
        rewrite(backup, lambda members: {name: b"x", **members})
        with pytest.raises(BackupError, match="不该有的内容"):
            verify_backup(backup)

    def test_refuses_links(self, backup, tmp_path):
        with tarfile.open(backup, "w") as written:
            link = tarfile.TarInfo("media/link")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            written.addfile(link)
        with pytest.raises(BackupError, match="不该有的内容"):
            verify_backup(backup)

    @pytest.mark.parametrize("text", [b"[]", b"{}", b"{", b'{"files": 3}', b'{"files": {}, "surprise": 1}', b"\xff"])
    def test_refuses_a_broken_manifest(self, backup, text):
        rewrite(backup, lambda members: {**members, "manifest.json": text})
        with pytest.raises(BackupError):
            verify_backup(backup)


def _manifest_text(path):
    with tarfile.open(path) as read:
        return read.extractfile("manifest.json").read()


@on_a_database
class TestRestoreBackup:
    def change_everything(self, roots):
        User.objects.all().delete()
        make_user("later")
        JobRun.objects.create(job="later", period="1", started_at="2026-04-14T09:00:00Z")
        (roots / "media/images/a.png").write_text("换过")
        (roots / "media/images/new.png").write_text("新")
        shutil.rmtree(roots / "private/imports")

    def test_brings_back_every_row_and_every_file(self, backup, roots, site):
        rows, stored = digests(), files(roots)
        self.change_everything(roots)
        assert digests() != rows
        restored = restore_backup(backup)
        assert digests() == rows
        assert files(roots) == stored
        assert not restored.pending
        assert Client().get(site.url).status_code == 200

    def test_lets_people_sign_in_as_they_did_but_nobody_stay_signed_in(self, site, folder):
        signed_in = Client()
        signed_in.post("/login/", {"login": "zhigong", "password": PASSWORD})
        assert signed_in.get("/account/").status_code == 200
        restored = restore_backup(make_backup(folder=folder))
        assert restored.sessions >= 1
        assert not Session.objects.exists()
        assert not UserSession.objects.exists()
        assert signed_in.get("/account/").status_code == 302
        assert Client().post("/login/", {"login": "zhigong", "password": PASSWORD}).status_code == 302

    def test_can_be_done_twice(self, backup, roots):
        rows = digests()
        for _time in range(2):
            restore_backup(backup, keep_current=False)
        assert digests() == rows

    def test_keeps_what_was_there_before(self, backup, roots):
        self.change_everything(roots)
        rows, stored = digests(), files(roots)
        kept = restore_backup(backup).kept
        assert kept.parent == backup.parent
        restore_backup(kept, keep_current=False)
        assert digests() == rows
        assert files(roots) == stored

    def test_leaves_no_working_folder_and_the_modes_of_the_site(self, backup, roots):
        (roots / "media").chmod(0o710)
        restore_backup(backup)
        assert not list(roots.rglob(".restore-*"))
        assert (roots / "media").stat().st_mode & 0o777 == 0o710
        assert (roots / "media/images").stat().st_mode & 0o777 == 0o750
        assert (roots / "media/images/a.png").stat().st_mode & 0o777 == 0o640

    def test_puts_files_where_there_were_none(self, backup, roots):
        stored = files(roots)
        shutil.rmtree(roots / "media")
        shutil.rmtree(roots / "private")
        restore_backup(backup)
        assert files(roots) == stored

    @pytest.fixture
    def untouched(self, backup, roots):
        """Whatever the test does, the site is as it was."""
        self.change_everything(roots)
        rows, stored = digests(), files(roots)
        yield
        assert digests() == rows
        assert files(roots) == stored
        assert not list(roots.rglob(".restore-*"))

    def test_refuses_a_truncated_one_before_touching_anything(self, backup, untouched):
        backup.write_bytes(backup.read_bytes()[:-20_000])
        with pytest.raises(BackupError):
            restore_backup(backup)

    def test_refuses_a_changed_one_before_touching_anything(self, backup, untouched):
        rewrite(backup, lambda members: {**members, "media/images/a.png": b"xxx"})
        with pytest.raises(BackupError, match="与清单不符"):
            restore_backup(backup)

    def test_refuses_one_of_a_newer_version(self, backup, untouched):
        migrations = json.loads(_manifest_text(backup))["migrations"]
        rewrite(backup, with_manifest(migrations=[*migrations, "learning.9999_from_the_future"]))
        with pytest.raises(BackupError, match="更新的版本"):
            restore_backup(backup)

    def test_refuses_a_newer_format(self, backup, untouched):
        rewrite(backup, with_manifest(format=2))
        with pytest.raises(BackupError, match="更新的版本"):
            restore_backup(backup)

    def test_refuses_one_of_another_database(self, backup, untouched):
        rewrite(backup, with_manifest(engine="postgresql" if connection.vendor == "sqlite" else "sqlite"))
        with pytest.raises(BackupError, match="DATABASE_URL"):
            restore_backup(backup)

    def test_refuses_when_there_is_no_room(self, backup, untouched, monkeypatch):
        monkeypatch.setattr(restoring.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 10, 0))
        with pytest.raises(BackupError, match="磁盘空间不足"):
            restore_backup(backup)

    def test_changes_nothing_when_the_database_will_not_take_it(self, backup, untouched, monkeypatch):
        def spoil_and_load(source):
            source.write_bytes(b"x" * 5000)
            databases.load_database(source)

        monkeypatch.setattr(restoring, "load_database", spoil_and_load)
        with pytest.raises(BackupError):
            restore_backup(backup, keep_current=False)

    def test_says_that_migrate_has_to_follow(self, site, folder, monkeypatch):
        real = databases.migrations_known()
        monkeypatch.setattr(restoring, "migrations_known", lambda: real | {"learning.9999_next"})
        assert restore_backup(make_backup(folder=folder)).pending

    def test_stops_when_what_is_there_cannot_be_kept(self, backup, untouched, monkeypatch):
        def refuse(**_facts):
            raise BackupError("数据库内部有损坏。")

        monkeypatch.setattr(restoring, "make_backup", refuse)
        with pytest.raises(BackupError, match="--discard-current"):
            restore_backup(backup)


@on_a_database
class TestCommands:
    def test_make_and_verify(self, site, folder, capsys):
        call_command("backup", to=str(folder), keep=3)
        made = next(folder.iterdir())
        assert f"备份完成：{made}" in capsys.readouterr().out
        call_command("backup", verify=str(made))
        assert "核对无误" in capsys.readouterr().out

    def test_restore_only_when_told_to(self, backup, capsys):
        make_user("later")
        with pytest.raises(CommandError, match="--yes"):
            call_command("restore_backup", str(backup))
        assert User.objects.filter(username="later").exists()
        call_command("restore_backup", str(backup), yes=True)
        assert not User.objects.filter(username="later").exists()
        assert "重新登录" in capsys.readouterr().out

    def test_fail_with_the_reason(self, tmp_path):
        for arguments in (["backup", "--verify", str(tmp_path / "none")], ["restore_backup", str(tmp_path / "none"), "--yes"]):
            with pytest.raises(CommandError, match="找不到备份文件"):
                call_command(*arguments)

    def test_refuse_an_empty_database(self, roots, folder, monkeypatch):
        monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda self: {})
        with pytest.raises(CommandError, match="数据库是空的"):
            call_command("backup", to=str(folder))
        assert not list(folder.iterdir())
