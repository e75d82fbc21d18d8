import datetime
import errno
import io

import pytest
from wagtail.models import ModelLogEntry

from learning.models import Department, FileLock, FiveHavesFile, Posting, RestoredFile, StaffMember
from learning.portfolio import snapshots
from learning.portfolio.cells import Place
from learning.portfolio.choices import LockOrigin
from learning.portfolio.files import file_of
from learning.portfolio.packaging.building import private
from learning.portfolio.packaging.sources import source_of
from learning.portfolio.restoring import originals_of
from learning.portfolio.services import restoring
from learning.portfolio.services.restoring import RestoreError, restore
from tests.factories.organisation import DepartmentFactory, PostingFactory, StaffMemberFactory
from tests.factories.pages import make_user
from tests.factories.portfolio import ApplicationFactory, FiveHavesFileFactory, StudyPlanFactory
from tests.factories.programme import at
from tests.learning.portfolio.contents import LOCK, PLACES, SCAN, attachment, bundle, content, entries_of, package, with_sums, zipped

pytestmark = pytest.mark.django_db
NOW = at(2027, 3, 1, 9)
TODAY = NOW.date()


@pytest.fixture
def clerk():
    return make_user("dangwei", display_name="方景行")


@pytest.fixture
def read_back(clerk):
    return lambda data: restore(io.BytesIO(data), by=clerk, now=NOW)


@pytest.fixture
def refused(read_back):
    """Says why, and that nothing at all was written."""

    def refusing(data) -> str:
        before = written()
        with pytest.raises(RestoreError) as refusal:
            read_back(data)
        assert written() == before
        return "".join(refusal.value.messages)

    return refusing


def written() -> tuple:
    rows = tuple(
        model.objects.count() for model in (StaffMember, Department, Posting, FiveHavesFile, FileLock, RestoredFile, ModelLogEntry)
    )
    return rows, stored()


def stored() -> set[str]:
    return set(private().listdir("restored")[1]) if private().exists("restored") else set()


def posted(name="陶思远", number="", department="人事科", **facts):
    person = StaffMemberFactory(name=name, employee_number=number, **facts)
    there = Department.objects.filter(name=department).first() or DepartmentFactory(name=department)
    PostingFactory(staff=person, department=there)
    return person


class TestOnAnEmptySite:
    def test_creates_the_person_with_departments_and_postings(self, read_back):
        read_back(package())
        person = StaffMember.objects.get()
        assert (person.name, person.employee_number, person.user) == ("陶思远", "0012", None)
        postings = Posting.objects.order_by("started_on").values_list("department__name", "title", "is_head", "started_on", "ended_on")
        assert list(postings) == [(one.department, one.title, one.is_head, one.started_on, one.ended_on) for one in PLACES]

    def test_keeps_the_text_as_it_was_and_how_it_was_locked(self, read_back):
        (lock,) = read_back(package())
        lock.refresh_from_db()
        text = snapshots.to_text(content())
        assert (lock.snapshot, lock.sha256) == (text, snapshots.sha256(text))
        assert (lock.origin, lock.locked_at, lock.locked_by, lock.locked_by_name) == (LockOrigin.RESTORED, LOCK.at, None, "方景行")
        assert lock.file.confirmed_at is None

    def test_shows_the_same_file(self, read_back):
        read_back(package())
        view = file_of(StaffMember.objects.get(), 2026, TODAY)
        assert view.is_frozen
        assert view.person_year.cells == content().year.cells
        assert view.frozen.statement == content().statement
        assert view.place.department == "人事科"

    def test_packs_the_same_again(self, read_back):
        first = package()
        read_back(first)
        source = source_of(StaffMember.objects.get(), 2026, TODAY)
        again = entries_of(package(source.content, lock=source.lock, openers=source.openers))
        for name in ("file.json", "附件/001-手稿.pdf", "package.json"):
            assert again[name] == entries_of(first)[name]

    def test_keeps_the_originals(self, read_back):
        (lock,) = read_back(package())
        kept = RestoredFile.objects.get()
        assert (kept.lock, kept.path, kept.name) == (lock, "附件/001-手稿.pdf", "手稿.pdf")
        assert kept.file.read() == SCAN
        kept.file.close()

    def test_names_them_for_the_page_of_the_file(self, read_back, django_assert_num_queries):
        (lock,) = read_back(package())
        with django_assert_num_queries(1):
            assert [one.name for one in originals_of(lock)] == ["手稿.pdf"]
        lock.origin = LockOrigin.LOCKED
        with django_assert_num_queries(0):
            assert originals_of(lock) == originals_of(None) == []

    def test_is_in_the_audit_log(self, read_back, clerk):
        (lock,) = read_back(package())
        entry = ModelLogEntry.objects.get(action="portfolio.archive")
        assert (entry.user, entry.object_id, entry.data["sha256"]) == (clerk, str(lock.file_id), lock.sha256)

    def test_locks_now_what_was_not_locked(self, read_back, clerk):
        (lock,) = read_back(package(lock=None))
        assert (lock.locked_at, lock.locked_by) == (NOW, clerk)

    def test_takes_a_department_at_once(self, read_back):
        other = package(content(name="赵一鸣", number="0013", attachments=()))
        locks = read_back(bundle({"人事科/0001-甲.zip": package(), "人事科/0002-乙.zip": other}))
        assert [lock.file.staff.name for lock in locks] == ["陶思远", "赵一鸣"]
        assert Department.objects.count() == 2

    def test_takes_two_of_one_name_who_have_numbers(self, read_back):
        locks = read_back(bundle({"1.zip": package(), "2.zip": package(content(number="0099"))}))
        assert len({lock.file.staff_id for lock in locks}) == 2

    def test_takes_two_of_one_name_in_two_departments(self, read_back):
        elsewhere = (Place(1, "办公室", "", True, False, datetime.date(2020, 1, 1), None),)
        here = (Place(1, "人事科", "", True, False, datetime.date(2020, 1, 1), None),)
        locks = read_back(
            bundle({"1.zip": package(content(number="", places=here)), "2.zip": package(content(number="", places=elsewhere))})
        )
        assert len({lock.file.staff_id for lock in locks}) == 2

    def test_takes_the_years_of_one_person_one_after_the_other(self, read_back):
        first = (Place(1, "办公室", "科员", True, False, datetime.date(2020, 1, 1), None),)
        read_back(package(content(year=2025, places=first)))
        read_back(package())
        assert StaffMember.objects.count() == 1
        ends = Posting.objects.order_by("started_on").values_list("department__name", "ended_on")
        assert list(ends) == [("办公室", datetime.date(2026, 6, 30)), ("人事科", None)]


class TestWhereSomebodyIsHere:
    def test_finds_the_person_by_number(self, read_back):
        person = posted(number="0012", department="教研室")
        (lock,) = read_back(package())
        assert lock.file.staff == person

    def test_finds_the_person_by_name_and_department(self, read_back):
        person = posted()
        (lock,) = read_back(package(content(places=PLACES[1:])))
        assert lock.file.staff == person

    def test_leaves_the_postings_of_somebody_with_an_account_alone(self, read_back):
        person = posted(number="0012", department="教研室", user=make_user("zhigong"))
        read_back(package())
        assert [one.department.name for one in person.postings.all()] == ["教研室"]

    def test_leaves_a_posting_that_stands_here_where_two_would_overlap(self, read_back):
        person = posted(number="0012", department="教研室")
        read_back(package())
        assert [one.department.name for one in person.postings.all()] == ["教研室"]

    def test_refuses_a_number_of_somebody_else(self, refused):
        posted(name="钱多", number="0012")
        said = refused(package())
        assert "工号 0012 在本站是钱多，档案里是陶思远" in said
        assert "是同一个人改了名的" in said

    def test_refuses_two_of_one_name_and_says_how_to_tell_them_apart(self, refused):
        posted()
        posted()
        said = refused(package(content(number="")))
        assert "本站有 2 个陶思远在同一科室" in said
        assert "工号" in said

    def test_refuses_a_namesake_elsewhere(self, refused):
        posted(department="教研室")
        assert "分不清是不是同一个人" in refused(package(content(number="")))

    def test_refuses_two_that_cannot_be_told_apart_in_one_upload(self, refused):
        other = content(number="", sessions=1)
        assert "两份分不开的档案" in refused(bundle({"1.zip": package(content(number="")), "2.zip": package(other)}))

    def test_refuses_a_department_there_are_two_of(self, refused):
        DepartmentFactory(name="人事科")
        DepartmentFactory(name="人事科", parent=DepartmentFactory(name="某校"))
        assert "本站有 2 个“人事科”" in refused(package())

    def test_says_that_it_was_read_back_before(self, read_back, refused):
        read_back(package())
        assert "已经读回过" in refused(package())

    def test_reads_back_the_others_of_a_department(self, read_back):
        read_back(package())
        other = package(content(name="赵一鸣", number="0013"))
        (lock,) = read_back(bundle({"1.zip": package(), "2.zip": other}))
        assert lock.file.staff.name == "赵一鸣"

    def test_refuses_another_content_of_a_locked_year(self, read_back, refused):
        read_back(package())
        assert "已经锁定，内容与这个包不同" in refused(package(content(sessions=1)))

    @pytest.mark.parametrize(
        "something",
        [
            lambda person: StudyPlanFactory(file__staff=person),
            lambda person: ApplicationFactory(staff=person),
            lambda person: FiveHavesFileFactory(staff=person, notes_on_paper_on=datetime.date(2026, 4, 1)),
        ],
    )
    def test_refuses_where_the_year_lives(self, refused, something):
        something(posted(number="0012"))
        assert "本站已有陶思远2026年的学习记录" in refused(package())

    def test_takes_an_empty_row_for_nothing(self, read_back):
        file = FiveHavesFileFactory(staff=posted(number="0012"))
        (lock,) = read_back(package())
        assert lock.file == file


class TestNothingHalfRead:
    def test_of_a_department_with_one_damaged(self, refused):
        damaged = zipped(entries_of(package(content(name="赵一鸣", number="0013"))) | {"file.json": b"{}"})
        assert "“2.zip”里：“file.json”" in refused(bundle({"1.zip": package(), "2.zip": damaged}))

    def test_of_a_department_with_one_who_is_somebody_else(self, refused):
        posted(name="钱多", number="0013")
        other = package(content(name="赵一鸣", number="0013"))
        assert "赵一鸣" in refused(bundle({"1.zip": package(), "2.zip": other}))

    def test_of_an_original_that_no_upload_may_be(self, refused):
        program = attachment("病毒.exe", b"MZ")
        assert "病毒.exe" in refused(package(content(attachments=(attachment(), program))))

    def test_of_an_original_that_is_not_what_it_says(self, refused):
        assert "不是 pdf 格式" in refused(package(content(attachments=(attachment("假.pdf", b"<html>"),))))

    def test_where_writing_fails(self, clerk, monkeypatch):
        before = written()

        def fail(*args, **facts):
            raise RuntimeError

        monkeypatch.setattr(restoring, "_lock", fail)
        with pytest.raises(RuntimeError):
            restore(io.BytesIO(package()), by=clerk, now=NOW)
        assert written() == before

    def test_where_the_disk_is_full(self, clerk, monkeypatch):
        before, kept = written(), []
        save = type(private()).save

        def fill(self, name, content, **facts):
            if kept:
                raise OSError(errno.ENOSPC, "full")
            kept.append(save(self, name, content, **facts))
            return kept[-1]

        monkeypatch.setattr(type(private()), "save", fill)
        two = package(content(attachments=(attachment("甲.pdf"), attachment("乙.pdf", SCAN + b"x"))))
        with pytest.raises(OSError, match="full"):
            restore(io.BytesIO(two), by=clerk, now=NOW)
        assert written() == before
        assert kept

    def test_of_an_edited_package_whose_places_are_too_long(self, refused):
        places = (Place(1, "长" * 61, "", True, False, datetime.date(2020, 1, 1), None),)
        assert refused(package(content(places=places)))

    def test_of_an_edited_package_of_a_year_that_is_none(self, refused):
        edited = entries_of(package())
        for year in (1, 9999, 10**12):
            text = edited["file.json"].replace(b'"year":2026}', f'"year":{year}}}'.encode())
            assert "的年度是" in refused(zipped(with_sums(edited | {"file.json": text})))

    def test_of_names_that_are_too_long(self, refused, read_back):
        assert "什么都没有写入" in refused(package(content(name="长" * 51)))
        assert "什么都没有写入" in refused(package(content(number="1" * 21)))
        read_back(package(content(attachments=(attachment("长" * 300 + ".pdf"),))))
        assert len(RestoredFile.objects.get().name) == 120

    def test_with_sums_is_a_package_still(self, read_back):
        assert read_back(zipped(with_sums(entries_of(package()))))
