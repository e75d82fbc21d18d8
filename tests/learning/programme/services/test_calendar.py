import datetime

import pytest
from django.core.exceptions import ValidationError
from wagtail.models import ModelLogEntry

from learning.models import CalendarToken
from learning.programme.services.calendar import departments_for, find_token, note_reading, revoke, subscribe
from tests.factories.bureau import make_bureau, rights_of
from tests.factories.programme import at
from tests.standing import standing

pytestmark = pytest.mark.django_db
NOW = at(2026, 11, 25, 9)
TODAY = NOW.date()


@standing()
def bureau():
    return make_bureau()


class TestSubscribe:
    def test_makes_a_secret_nobody_guesses_and_logs_it_without(self, bureau):
        token = subscribe(department=None, by=bureau.member.user, now=NOW)
        assert len(token.token) >= 32
        assert not ModelLogEntry.objects.filter(label__contains=token.token).exists()
        assert ModelLogEntry.objects.count() == 1

    def test_gives_the_one_that_is_there(self, bureau):
        one = subscribe(department=None, by=bureau.head.user, now=NOW)
        assert subscribe(department=None, by=bureau.head.user, now=NOW) == one
        assert subscribe(department=bureau.office, by=bureau.head.user, now=NOW) != one

    def test_makes_a_new_one_after_the_old_was_revoked(self, bureau):
        one = revoke(token=subscribe(department=None, by=bureau.member.user, now=NOW), by=bureau.member.user, now=NOW)
        assert subscribe(department=None, by=bureau.member.user, now=NOW).token != one.token

    def test_refuses_a_department_of_somebody_else(self, bureau):
        for person in (bureau.member, bureau.other_head, bureau.leader):
            with pytest.raises(ValidationError, match="自己负责的"):
                subscribe(department=bureau.office, by=person.user, now=NOW)


class TestDepartmentsFor:
    def test_are_the_own_and_for_a_clerk_all_that_are_open(self, bureau):
        assert list(departments_for(rights_of(bureau.head, TODAY))) == [bureau.office]
        assert not departments_for(rights_of(bureau.member, TODAY))
        bureau.office.closed_on = TODAY
        bureau.office.save()
        assert bureau.office not in departments_for(rights_of(bureau.clerk, TODAY))


class TestRevoke:
    def test_is_for_the_owner_only(self, bureau):
        token = subscribe(department=None, by=bureau.member.user, now=NOW)
        with pytest.raises(ValidationError, match="只能停用自己的订阅"):
            revoke(token=token, by=bureau.clerk.user, now=NOW)
        revoke(token=token, by=bureau.member.user, now=NOW)
        revoke(token=token, by=bureau.member.user, now=NOW + datetime.timedelta(days=1))
        assert CalendarToken.objects.get().revoked_at == NOW


class TestFindToken:
    def test_finds_none_that_is_revoked_or_belongs_to_nobody_active(self, bureau):
        token = subscribe(department=None, by=bureau.member.user, now=NOW)
        assert find_token(token.token, today=TODAY) == token
        assert find_token(token.token.swapcase(), today=TODAY) is None
        revoke(token=token, by=bureau.member.user, now=NOW)
        assert find_token(token.token, today=TODAY) is None


class TestNoteReading:
    def test_writes_at_most_once_an_hour(self, bureau):
        token = subscribe(department=None, by=bureau.member.user, now=NOW)
        note_reading(token=token, now=NOW)
        note_reading(token=token, now=NOW + datetime.timedelta(minutes=30))
        token.refresh_from_db()
        assert token.last_read_at == NOW
