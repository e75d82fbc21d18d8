import datetime

import pytest

from learning.models import Session
from learning.periods import local_day
from learning.programme.querysets import day_of
from tests.factories.programme import SessionFactory

UTC = datetime.UTC


class TestDayOf:
    @pytest.mark.parametrize(
        "moment",
        [
            datetime.datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC),
            datetime.datetime(2026, 12, 31, 15, 59, 59, 999999, tzinfo=UTC),  # SQLite rounds to the millisecond
            datetime.datetime(2026, 12, 31, 16, tzinfo=UTC),
            datetime.datetime(2026, 12, 31, 16, 0, 0, 1, tzinfo=UTC),
            datetime.datetime(2028, 2, 28, 16, tzinfo=UTC),
            datetime.datetime(2028, 2, 29, 15, 59, 59, 999600, tzinfo=UTC),
            datetime.datetime(2027, 1, 1, tzinfo=UTC),
        ],
    )
    def test_is_the_day_in_shanghai(self, db, moment):
        SessionFactory(starts_at=moment)
        assert Session.objects.values_list(day_of("starts_at"), flat=True).get() == local_day(moment)
