"""Files that several people act on in the same moment: looked at, confirmed, locked, reopened."""

import datetime

import pytest
from django.db.models import Count

from cms.inbox.models import Message
from learning.models import FileLock, FileLook, FiveHavesFile
from learning.portfolio.files import file_of
from learning.portfolio.services.confirming import confirm_file, take_back_confirmation
from learning.portfolio.services.locking_files import lock_file, lock_next_files, reopen_file
from learning.portfolio.services.opening import open_files
from tests.factories.bureau import make_bureau
from tests.factories.programme import at
from tests.learning.contributions.services.test_articles_at_once import at_once, refused
from tests.learning.portfolio.kept import NOW, TODAY, YEAR, confirmed, locked, looked_at, rights

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bureau(transactional_db):
    bureau = make_bureau()
    looked_at(bureau.head, bureau.clerk, bureau.office, day=datetime.date(2026, 1, 5))
    locked(bureau.colleague, bureau.head, bureau.clerk)  # the first one of a process imports for seconds what it needs
    Message.objects.all().delete()
    return bureau


class TestAtOnce:
    def test_two_looks_are_one(self, bureau):
        first, second = at_once(*[lambda: looked_at(bureau.member, bureau.head, bureau.office)] * 2)
        assert first == second == FileLook.objects.get(staff=bureau.member)

    def test_rows_are_made_once(self, bureau):
        at_once(*[lambda: open_files(year=YEAR)] * 2)
        assert FiveHavesFile.objects.count() == 7

    def test_it_is_confirmed_once(self, bureau):
        seen, by_head, by_clerk = file_of(bureau.member, YEAR, TODAY).to_confirm, rights(bureau.head), rights(bureau.clerk)
        at_once(
            *[
                lambda by=by: confirm_file(staff=bureau.member, year=YEAR, seen=seen, rights=by, now=NOW).confirmed_by_name
                for by in (by_head, by_clerk)
            ]
        )
        assert Message.objects.filter(recipient=bureau.member.user).count() == 1

    def test_it_is_locked_or_the_confirmation_taken_back(self, bureau):
        confirmed(bureau.member, bureau.head)
        by_head, by_clerk = rights(bureau.head), rights(bureau.clerk)
        outcomes = at_once(
            lambda: lock_file(staff=bureau.member, year=YEAR, rights=by_clerk, now=NOW),
            lambda: take_back_confirmation(staff=bureau.member, year=YEAR, reason="漏了", rights=by_head, now=NOW),
        )
        assert refused(outcomes) == 1
        view = file_of(bureau.member, YEAR, TODAY)
        assert view.is_frozen == view.is_confirmed

    def test_two_who_lock_the_year_lock_each_file_once(self, bureau):
        for person in (bureau.member, bureau.head, bureau.secretary, bureau.other_head):
            seen = file_of(person, YEAR, TODAY).to_confirm
            confirm_file(staff=person, year=YEAR, seen=seen, rights=rights(bureau.clerk), now=NOW)
        by_clerk = rights(bureau.clerk)
        at_once(*[lambda: lock_next_files(year=YEAR, after=0, rights=by_clerk, now=NOW)] * 2)
        counts = FileLock.objects.in_force().values("file").annotate(number=Count("pk"))
        assert [row["number"] for row in counts] == [1] * 5
        assert Message.objects.filter(subject="您的2026年五有档案已锁定", recipient=bureau.member.user).count() == 1

    def test_it_is_reopened_once(self, bureau):
        by_clerk = rights(bureau.clerk)
        outcomes = at_once(
            *[
                lambda reason=reason: reopen_file(staff=bureau.colleague, year=YEAR, reason=reason, rights=by_clerk, now=at(2027, 1, 8))
                for reason in ("一个原因", "另一个原因")
            ]
        )
        assert refused(outcomes) == 1
        assert FileLock.objects.filter(reopened_at__isnull=False).count() == 1
