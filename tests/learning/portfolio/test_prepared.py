import datetime

import pytest
from django.db.models import Value

from learning.evidence import kinds_of_people
from learning.models import Application
from learning.portfolio.prepared import prepare
from learning.portfolio.years import facts_of_kind, first_day, last_day, records_of
from tests.factories.organisation import StaffMemberFactory
from tests.factories.portfolio import ApplicationFactory, StudyPlanFactory
from tests.factories.programme import SessionFactory
from tests.factories.reading import ReadingEntryFactory, accepted_reflection

pytestmark = pytest.mark.django_db


def rows_of(staff_id, day):
    return Application.objects.filter(staff=staff_id, happened_on__lte=day).order_by("pk").values("happened_on", "token", sort=Value("一"))


class TestPrepared:
    def test_answers_as_the_queryset_it_was_made_of(self, django_assert_num_queries):
        first, second = ApplicationFactory(), ApplicationFactory(happened_on=datetime.date(2026, 6, 1))
        prepared = prepare(rows_of(-1, datetime.date(1000, 1, 1)), -1, datetime.date(1000, 1, 1))
        for staff_id in (first.staff_id, second.staff_id):
            for day in (datetime.date(2026, 5, 12), datetime.date(2026, 12, 31)):
                with django_assert_num_queries(1):
                    found = prepared.rows(staff_id, day)
                assert found == list(rows_of(staff_id, day))

    def test_takes_as_many_values_as_there_are_blanks(self):
        prepared = prepare(rows_of(-1, datetime.date(1000, 1, 1)), -1, datetime.date(1000, 1, 1))
        with pytest.raises(ValueError, match="zip"):
            prepared.rows(1)

    def test_holds_for_every_kind_of_people(self):
        """Each kind's blanks are its own: what the year's statement says is what the kinds say one by one."""
        person = StaffMemberFactory()
        SessionFactory(attended_by=[person], held=True)
        accepted_reflection(author=person)
        ReadingEntryFactory(staff=person, finished_on=datetime.date(2026, 3, 3))
        ApplicationFactory(staff=person)
        StudyPlanFactory(file__staff=person)
        expected, found = [], []
        for kind in kinds_of_people():
            blank = facts_of_kind(kind, 1001, 1002).filter(subject_id=-1001)
            expected += facts_of_kind(kind, 2026).filter(subject_id=person.pk)
            found += prepare(blank, -1001, first_day(1001), last_day(1002)).rows(person.pk, first_day(2026), last_day(2026))
        assert found == expected
        assert len(found) == 5
        assert len(records_of(person.pk, 2026)) == 5
        assert records_of(person.pk, 2025) == ()
