import errno
import io
import zipfile

import openpyxl
import pytest
from django.db import connection
from wagtail.models import ModelLogEntry

from cms.inbox.models import Message
from learning.models import ArchivePart, FileLock, StaffMember, YearArchive
from learning.portfolio import archiving, snapshots
from learning.portfolio.packaging import pdf
from learning.portfolio.packaging.building import PREFIX, private
from learning.portfolio.services import archives
from learning.portfolio.services.archives import ArchiveError, Clock, ask_for_archive, build_archives, carry_on, remove_archive, try_again
from learning.portfolio.services.leftovers import clear_leftovers
from tests.factories.bureau import make_bureau
from tests.factories.organisation import DepartmentFactory, PostingFactory, StaffMemberFactory
from tests.factories.portfolio import ApplicationFactory, FiveHavesFileFactory
from tests.factories.programme import at
from tests.standing import standing

pytestmark = pytest.mark.django_db
NOW = at(2026, 12, 20, 9)
LATER = at(2026, 12, 20, 9, 30)


@pytest.fixture(autouse=True)
def _without_pdf(monkeypatch):
    """Setting one takes a second; its own tests do."""
    monkeypatch.setattr(pdf, "weasyprint", None)


@standing()
def bureau():
    return make_bureau()


@pytest.fixture
def ask(bureau):
    return lambda **facts: ask_for_archive(**{"year": 2026, "by": bureau.clerk.user, "now": NOW, **facts})


def on_disk() -> set[str]:
    return set(private().listdir("archives")[1]) if private().exists("archives") else set()


def whole_of(archive) -> zipfile.ZipFile:
    archive.refresh_from_db()
    with archive.file.open("rb") as stream:
        return zipfile.ZipFile(io.BytesIO(stream.read()))


def work(archive, *, now=NOW, budget=None):
    return carry_on(archive.pk, clock=Clock(now, budget))


class TestAskForArchive:
    def test_lists_everybody_by_department_of_that_time(self, ask, bureau):
        archive = ask()
        assert (archive.state, archive.total, archive.done) == ("waiting", StaffMember.objects.count(), 0)
        assert [part.position for part in archive.parts.all()] == list(range(1, archive.total + 1))
        assert archive.parts.get(staff=bureau.member).folder == "办公室"

    def test_takes_a_department_with_those_below_it(self, ask, bureau):
        below = StaffMemberFactory(posted_to=DepartmentFactory(parent=bureau.office))
        names = {part.staff for part in ask(department=bureau.office).parts.all()}
        assert names == {bureau.member, bureau.colleague, bureau.head, below}

    def test_takes_the_department_of_that_year(self, ask, bureau):
        moved = StaffMemberFactory()
        PostingFactory(staff=moved, department=bureau.office, started_on=at(2020, 1, 1).date(), ended_on=at(2025, 12, 31).date())
        PostingFactory(staff=moved, department=bureau.other, started_on=at(2026, 1, 1).date())
        assert ask(year=2025, department=bureau.office).parts.filter(staff=moved).exists()
        assert not ask(year=2026, department=bureau.office).parts.filter(staff=moved).exists()

    def test_is_in_the_audit_log(self, ask, bureau):
        archive = ask()
        entry = ModelLogEntry.objects.get(action="portfolio.archive")
        assert (entry.user, entry.object_id, entry.data["people"]) == (bureau.clerk.user, str(archive.pk), archive.total)

    def test_is_one_at_a_time(self, ask, bureau):
        ask()
        ask(department=bureau.office)
        for facts in ({}, {"department": bureau.office}):
            with pytest.raises(ArchiveError, match="正在生成"):
                ask(**facts)
        ask(year=2025)

    @pytest.mark.parametrize("year", [1, 1999, 2027, 9999])
    def test_knows_no_other_years(self, ask, year):
        with pytest.raises(ArchiveError, match="年度应在"):
            ask(year=year)

    def test_says_where_there_is_nobody(self, ask):
        with pytest.raises(ArchiveError, match="没有人员"):
            ask(department=DepartmentFactory())
        assert not YearArchive.objects.exists()


class TestBuildArchives:
    def test_puts_a_package_of_everybody_into_one_zip(self, ask, bureau):
        archive = ask()
        assert build_archives(NOW) == f"做了 {archive.total} 份，1 卷在做"
        archive.refresh_from_db()
        assert (archive.state, archive.done, archive.message) == ("done", archive.total, "")
        with whole_of(archive) as whole:
            names = whole.namelist()
            assert len([name for name in names if name.endswith(".zip")]) == archive.total
            assert names[-3:] == ["档案专卷目录.xlsx", "说明.txt", "checksums.sha256"]
            position = archive.parts.get(staff=bureau.member).position
            assert f"办公室/{position:04}-陶思远 2026年五有档案.zip" in names
            inner = zipfile.ZipFile(io.BytesIO(whole.read(f"办公室/{position:04}-陶思远 2026年五有档案.zip")))
            assert "file.json" in inner.namelist()

    def test_has_an_index_that_says_what_is_not_locked(self, ask, bureau):
        text = snapshots.to_text(snapshots.content_of(bureau.member, 2026, NOW.date()))
        file = FiveHavesFileFactory(staff=bureau.member)
        FileLock.objects.create(file=file, locked_at=NOW, locked_by_name="方景行", snapshot=text, sha256=snapshots.sha256(text))
        ApplicationFactory(staff=bureau.member)  # since
        archive = ask(department=bureau.office)
        work(archive)
        with whole_of(archive) as whole:
            sheet = openpyxl.load_workbook(io.BytesIO(whole.read("档案专卷目录.xlsx"))).active
            notes = {row[2]: row[4] for row in sheet.iter_rows(min_row=2, values_only=True)}
            assert notes["陶思远"] == "没有 PDF"
            assert notes["赵一鸣"] == "未锁定，没有 PDF"
            (entry,) = [name for name in whole.namelist() if "陶思远" in name]
            assert zipfile.ZipFile(io.BytesIO(whole.read(entry))).read("file.json").decode() == text

    def test_leaves_nothing_but_the_whole_on_the_disk(self, ask):
        before = on_disk()
        archive = ask()
        work(archive)
        archive.refresh_from_db()
        assert {f"archives/{name}" for name in on_disk() - before} == {archive.file.name}
        assert not archive.parts.exclude(file="").exists()

    def test_tells_whoever_asked(self, ask, bureau):
        archive = ask()
        work(archive)
        message = Message.objects.get(recipient=bureau.clerk.user)
        assert "可以下载" in message.text
        assert message.url == f"/archives/{archive.pk}/"

    def test_has_nothing_to_do_where_nothing_was_asked_for(self):
        assert build_archives(NOW) == "没有要做的档案专卷"

    def test_goes_on_in_the_next_minute(self, ask):
        archive = ask()
        assert work(archive, budget=0) == 0
        archive.refresh_from_db()
        assert (archive.state, archive.worked_at) == ("running", None)
        assert work(archive) == archive.total

    def test_takes_the_same_statements_for_each_person(self, ask, bureau, django_assert_max_num_queries):
        archive = ask(department=bureau.office)
        work(archive, budget=0)
        part = archive.parts.select_related("staff").first()
        with django_assert_max_num_queries(25):
            archives._make(part, archive, "")
        for _ in range(8):
            ApplicationFactory(staff=bureau.member)
        part = archive.parts.select_related("staff").get(staff=bureau.member)
        with django_assert_max_num_queries(25):
            archives._make(part, archive, "")


class TestKilled:
    def test_loses_one_part_at_most(self, ask, monkeypatch):
        archive, made = ask(), []
        write = archives.write_package

        def killed_at_the_third(*args, **facts):
            made.append(1)
            if len(made) == 3:
                raise KeyboardInterrupt
            return write(*args, **facts)

        monkeypatch.setattr(archives, "write_package", killed_at_the_third)
        with pytest.raises(KeyboardInterrupt):
            work(archive)
        archive.refresh_from_db()
        assert archive.done == 2
        kept = set(archive.parts.exclude(file="").values_list("sha256", flat=True))
        assert len(kept) == 2
        assert not [name for name in on_disk() if name.startswith(PREFIX)]
        monkeypatch.setattr(archives, "write_package", write)
        assert work(archive, now=LATER) == archive.total - 2
        archive.refresh_from_db()
        assert archive.state == "done"
        assert kept <= set(archive.parts.values_list("sha256", flat=True))

    def test_without_a_word_it_is_free_again_after_the_lease(self, ask):
        archive = ask()
        YearArchive.objects.filter(pk=archive.pk).update(state="running", worked_at=NOW)
        assert work(archive, now=at(2026, 12, 20, 9, 4)) == 0
        assert work(archive, now=at(2026, 12, 20, 9, 6)) == archive.total

    def test_while_putting_together_it_keeps_the_parts(self, ask, monkeypatch):
        archive = ask()

        def killed(*args, **facts):
            raise KeyboardInterrupt

        monkeypatch.setattr(archives, "assemble", killed)
        with pytest.raises(KeyboardInterrupt):
            work(archive)
        monkeypatch.setattr(archives, "assemble", archiving.assemble)
        assert work(archive, now=LATER) == 0
        archive.refresh_from_db()
        assert archive.state == "done"

    def test_remakes_a_part_whose_file_is_gone_or_changed(self, ask, monkeypatch):
        archive = ask()
        monkeypatch.setattr(archives, "_finish", lambda *args: None)
        work(archive)
        monkeypatch.undo()
        monkeypatch.setattr(pdf, "weasyprint", None)
        gone, changed = archive.parts.all()[:2]
        private().delete(gone.file.name)
        with open(private().path(changed.file.name), "ab") as stream:
            stream.write(b"x")
        for _ in range(4):
            work(archive, now=LATER)
        archive.refresh_from_db()
        assert (archive.state, archive.done) == ("done", archive.total)
        with whole_of(archive) as whole:
            assert whole.testzip() is None


class TestTwoAtOnce:
    def test_the_second_leaves_it_to_the_first(self, ask, monkeypatch):
        archive, write, tried = ask(), archives.write_package, []

        def meanwhile(*args, **facts):
            if not tried:
                tried.append(work(archive))
            return write(*args, **facts)

        monkeypatch.setattr(archives, "write_package", meanwhile)
        assert work(archive) == archive.total
        assert tried == [0]

    def test_a_part_that_two_made_is_kept_once(self, ask, monkeypatch):
        """The first was so slow that its lease ran out."""
        archive, write, tried = ask(), archives.write_package, []

        def meanwhile(*args, **facts):
            written = write(*args, **facts)
            if not tried:
                tried.append(None)
                tried.append(work(archive, now=LATER))
            return written

        monkeypatch.setattr(archives, "write_package", meanwhile)
        assert work(archive) == 0
        assert tried == [None, archive.total]
        archive.refresh_from_db()
        assert (archive.state, archive.done) == ("done", archive.total)
        assert len(on_disk() & {archive.file.name.partition("/")[2]}) == 1
        assert not archive.parts.exclude(file="").exists()


class TestFailed:
    @pytest.fixture
    def failed(self, ask, bureau, monkeypatch):
        archive, source_of = ask(department=bureau.office), archives.source_of

        def broken(person, *args):
            if person == bureau.member:
                raise snapshots.SnapshotError("锁定的内容与锁定时的校验值不符。")
            if person == bureau.head:
                raise RuntimeError("a mistake of the code")
            return source_of(person, *args)

        monkeypatch.setattr(archives, "source_of", broken)
        work(archive)
        archive.refresh_from_db()
        return archive

    def test_names_who_and_why_and_makes_the_others(self, failed, bureau):
        assert (failed.state, failed.done, failed.total) == ("failed", 1, 3)
        assert "有 2 人的档案没有做成" in failed.message
        reasons = {part.staff: part.message for part in failed.parts.filter(file="")}
        assert reasons[bureau.member] == "锁定的内容与锁定时的校验值不符。"
        assert reasons[bureau.head] == archives.WENT_WRONG

    def test_is_tried_again_for_them_alone(self, failed, bureau, monkeypatch):
        monkeypatch.undo()
        monkeypatch.setattr(pdf, "weasyprint", None)
        assert try_again(archive=failed, by=bureau.clerk.user) == 2
        assert work(failed, now=LATER) == 2
        failed.refresh_from_db()
        assert (failed.state, failed.message) == ("done", "")

    def test_is_not_tried_again_while_another_is_made(self, failed, ask, bureau):
        ask(department=bureau.office)
        with pytest.raises(ArchiveError, match="另一卷正在生成"):
            try_again(archive=failed, by=bureau.clerk.user)

    def test_there_is_nothing_to_try_again_where_nothing_failed(self, ask, bureau):
        with pytest.raises(ArchiveError, match="不用重试"):
            try_again(archive=ask(), by=bureau.clerk.user)

    @pytest.mark.parametrize("at_the_end", [False, True])
    def test_says_that_the_disk_is_full_and_keeps_nothing_half_done(self, ask, bureau, monkeypatch, at_the_end):
        before, archive, done = on_disk(), ask(department=bureau.office), []

        def full(stream, *args, **facts):
            stream.write(b"half")
            raise OSError(errno.ENOSPC, "full")

        def full_at_the_second(*args, **facts):
            done.append(1)
            return (full if len(done) == 2 else write)(*args, **facts)

        write = archives.write_package
        if at_the_end:
            monkeypatch.setattr(archives, "assemble", lambda archive, stream, renew: full(stream))
        else:
            monkeypatch.setattr(archives, "write_package", full_at_the_second)
        work(archive)
        archive.refresh_from_db()
        assert (archive.state, archive.message) == ("failed", archives.DISK_FULL)
        kept = set(archive.parts.exclude(file="").values_list("file", flat=True))
        assert {f"archives/{name}" for name in on_disk() - before} == kept
        monkeypatch.undo()
        monkeypatch.setattr(pdf, "weasyprint", None)
        try_again(archive=archive, by=bureau.clerk.user)
        work(archive, now=LATER)
        archive.refresh_from_db()
        assert archive.state == "done"


class TestRemoveArchive:
    def test_takes_the_file_along(self, ask, bureau, django_capture_on_commit_callbacks):
        archive = ask()
        work(archive)
        archive.refresh_from_db()
        with django_capture_on_commit_callbacks(execute=True):
            remove_archive(archive=archive, by=bureau.clerk.user)
        assert not YearArchive.objects.exists()
        assert not ArchivePart.objects.exists()
        assert not private().exists(archive.file.name)

    def test_waits_until_it_is_done(self, ask, bureau):
        archive = ask()
        with pytest.raises(ArchiveError, match="正在生成"):
            remove_archive(archive=archive, by=bureau.clerk.user)


class TestClearLeftovers:
    def test_takes_what_no_row_names_once_it_is_a_day_old(self, ask):
        archive = ask()
        work(archive)
        archive.refresh_from_db()
        for name in ("archives/.building-x", "archives/y.zip", "restored/waiting-z.zip"):
            private().save(name, io.BytesIO(b"left"))
        stored = private().get_modified_time("archives/y.zip")
        clear_leftovers(stored)
        assert private().exists("archives/y.zip")
        assert int(clear_leftovers(stored.replace(year=stored.year + 1)).split()[1]) >= 3
        assert not private().exists("archives/.building-x")
        assert not private().exists("restored/waiting-z.zip")
        assert private().exists(archive.file.name)


def test_no_transaction_is_open_while_a_part_is_made(ask, bureau, monkeypatch):
    """A file that takes long to pack would be cut off by PostgreSQL, and on SQLite keep everybody from writing."""
    archive, inside = ask(department=bureau.office), []
    outer = len(connection.savepoint_ids)
    monkeypatch.setattr(archives, "write_package", lambda *args, **facts: inside.append(len(connection.savepoint_ids)))
    work(archive)
    assert set(inside) == {outer}
