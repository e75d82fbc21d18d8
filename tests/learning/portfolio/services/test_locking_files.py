import datetime

import pytest
from wagtail.models import ModelLogEntry

from cms.inbox.models import Message
from learning.models import FileLock, FiveHavesFile
from learning.portfolio.files import ensure_file, file_of
from learning.portfolio.services.confirming import confirm_file
from learning.portfolio.services.locking_files import ChangedSinceError, LockError, lock_file, lock_next_files, reopen_file, to_lock
from learning.portfolio.snapshots import from_text, sha256
from tests.factories.bureau import make_bureau
from tests.factories.organisation import StaffMemberFactory
from tests.factories.portfolio import ApplicationFactory
from tests.factories.programme import at
from tests.learning.portfolio.kept import NOW, TODAY, YEAR, confirmed, locked, rights
from tests.standing import standing

pytestmark = pytest.mark.django_db


@standing()
def bureau():
    return make_bureau()


def lock(bureau, person, by=None):
    return lock_file(staff=person, year=YEAR, rights=rights(by or bureau.clerk), now=NOW)


def reopen(bureau, reason="有一篇心得漏登", by=None, person=None):
    return reopen_file(staff=person or bureau.member, year=YEAR, reason=reason, rights=rights(by or bureau.clerk), now=at(2027, 1, 8))


class TestLockFile:
    def test_keeps_the_whole_content_with_its_digest(self, bureau):
        ApplicationFactory(staff=bureau.member)
        kept = locked(bureau.member, bureau.head, bureau.clerk)
        assert kept.sha256 == sha256(kept.snapshot)
        content = from_text(kept.snapshot)
        assert content.year.state_keys == {name: getattr(kept, name) for name in content.year.state_keys}
        assert content.year.name == bureau.member.name
        assert [one.title for one in content.year.records] == ["公文格式国家标准"]
        assert content.confirmation.by == bureau.head.name

    def test_tells_the_person_and_the_log(self, bureau):
        locked(bureau.member, bureau.head, bureau.clerk)
        assert Message.objects.filter(recipient=bureau.member.user, subject="您的2026年五有档案已锁定").count() == 1
        assert ModelLogEntry.objects.filter(action="portfolio.lock", user=bureau.clerk.user).count() == 1

    def test_locked_twice_is_one_lock(self, bureau):
        assert locked(bureau.member, bureau.head, bureau.clerk) == lock(bureau, bureau.member)
        assert FileLock.objects.count() == 1

    def test_refuses_what_nobody_confirmed(self, bureau):
        with pytest.raises(LockError, match="还没有确认"):
            lock(bureau, bureau.member)

    def test_refuses_what_changed_since(self, bureau):
        confirmed(bureau.member, bureau.head)
        ApplicationFactory(staff=bureau.member)
        with pytest.raises(ChangedSinceError, match="确认之后档案有变化"):
            lock(bureau, bureau.member)
        assert not FileLock.objects.exists()

    @pytest.mark.parametrize("who", ["member", "head", "leader"])
    def test_is_the_committees_alone(self, bureau, who):
        confirmed(bureau.member, bureau.head)
        with pytest.raises(LockError, match="由机关党委锁定"):
            lock(bureau, bureau.member, by=getattr(bureau, who))


class TestLockNextFiles:
    def confirm_all(self, bureau, *people):
        for person in people:
            seen = file_of(person, YEAR, TODAY).to_confirm
            confirm_file(staff=person, year=YEAR, seen=seen, rights=rights(bureau.clerk), now=NOW)

    def step(self, bureau, after=0, **facts):
        return lock_next_files(**{"year": YEAR, "after": after, "rights": rights(bureau.clerk), "now": NOW, **facts})

    def test_goes_through_all_that_are_confirmed_step_by_step(self, bureau):
        self.confirm_all(bureau, bureau.member, bureau.colleague, bureau.head)
        ensure_file(bureau.secretary, YEAR)
        first = self.step(bureau, at_once=2)
        assert (first.locked, first.changed) == (2, 0)
        second = self.step(bureau, first.after, at_once=2)
        assert (second.locked, second.after) == (1, None)
        assert FileLock.objects.count() == 3
        assert not to_lock(YEAR).exists()

    def test_carries_on_where_it_was_interrupted(self, bureau):
        self.confirm_all(bureau, bureau.member, bureau.colleague)
        self.step(bureau, at_once=1)
        assert self.step(bureau).locked == 1
        assert self.step(bureau).locked == 0
        assert FileLock.objects.count() == 2

    def test_leaves_what_changed_since(self, bureau):
        self.confirm_all(bureau, bureau.member, bureau.colleague)
        ApplicationFactory(staff=bureau.member)
        step = self.step(bureau)
        assert (step.locked, step.changed, step.after) == (1, 1, None)
        assert [file.staff for file in to_lock(YEAR)] == [bureau.member]

    def test_leaves_other_years(self, bureau):
        self.confirm_all(bureau, bureau.member)
        assert self.step(bureau, year=2025).locked == 0

    def test_leaves_who_is_out_of_scope(self, bureau):
        gone = StaffMemberFactory()
        FiveHavesFile.objects.create(staff=gone, year=YEAR, confirmed_at=NOW, confirmed_sha256="x" * 64)
        assert self.step(bureau).locked == 0

    def test_is_the_committees_alone(self, bureau):
        with pytest.raises(LockError):
            lock_next_files(year=YEAR, after=0, rights=rights(bureau.head), now=NOW)


class TestReopenFile:
    def test_keeps_the_lock_with_its_reason_and_drops_the_confirmation(self, bureau):
        kept = locked(bureau.member, bureau.head, bureau.clerk)
        reopen(bureau)
        was = kept.sha256, kept.snapshot
        kept.refresh_from_db()
        assert (kept.sha256, kept.snapshot) == was
        assert (kept.reopen_reason, kept.reopened_by_name) == ("有一篇心得漏登", bureau.clerk.name)
        view = file_of(bureau.member, YEAR, datetime.date(2027, 1, 8))
        assert (view.is_frozen, view.is_confirmed) == (False, False)

    def test_tells_the_person_and_the_head(self, bureau):
        locked(bureau.member, bureau.head, bureau.clerk)
        reopen(bureau)
        assert "有一篇心得漏登" in Message.objects.get(recipient=bureau.member.user, subject="您的2026年五有档案已重开").text
        assert Message.objects.get(recipient=bureau.head.user).subject == "陶思远的2026年五有档案已重开，待再确认"

    def test_can_be_confirmed_and_locked_again(self, bureau):
        locked(bureau.member, bureau.head, bureau.clerk)
        reopen(bureau)
        ApplicationFactory(staff=bureau.member)
        locked(bureau.member, bureau.head, bureau.clerk, now=at(2027, 1, 9))
        assert FileLock.objects.count() == 2
        assert FileLock.objects.in_force().count() == 1

    @pytest.mark.parametrize("reason", ["", "  ", "长" * 301, "a\x00b"])
    def test_needs_a_reason_that_can_be_kept(self, bureau, reason):
        locked(bureau.member, bureau.head, bureau.clerk)
        with pytest.raises(LockError):
            reopen(bureau, reason=reason)
        assert FileLock.objects.in_force().exists()

    def test_refuses_what_is_open(self, bureau):
        with pytest.raises(LockError, match="没有锁定"):
            reopen(bureau)

    def test_refuses_what_was_read_back(self, bureau):
        kept = locked(bureau.member, bureau.head, bureau.clerk)
        kept.origin = "restored"
        kept.save()
        with pytest.raises(LockError, match="由档案包读回"):
            reopen(bureau)

    @pytest.mark.parametrize("who", ["member", "head", "leader"])
    def test_is_the_committees_alone(self, bureau, who):
        locked(bureau.member, bureau.head, bureau.clerk)
        with pytest.raises(LockError):
            reopen(bureau, by=getattr(bureau, who))
