"""A department merged into another in mid-year: its people's files, boards and heads before and after, and the files of the year before."""

import datetime

import pytest

from learning.organisation.services import move_staff_member, save_record
from learning.portfolio.files import file_of
from learning.portfolio.services.confirming import ConfirmError, confirm_file
from learning.portfolio.totals import totals_by_department
from tests.factories.bureau import make_bureau
from tests.factories.programme import at
from tests.standing import standing

from .kept import rights

pytestmark = pytest.mark.django_db
MERGED_ON, TODAY, NOW = datetime.date(2026, 7, 1), datetime.date(2026, 12, 1), at(2026, 12, 1)


@standing()
def bureau():
    """The office is no more since July; its people are in the other department, its head without a department to head."""
    bureau = make_bureau()
    for person in (bureau.member, bureau.colleague, bureau.head):
        move_staff_member(staff=person, department=bureau.other, on=MERGED_ON, by=bureau.clerk.user)
    bureau.office.closed_on = MERGED_ON
    save_record(record=bureau.office, by=bureau.clerk.user)
    return bureau


def people(year):
    return {one.name: one.people for one in totals_by_department(year, TODAY)}


def confirm(bureau, year, by):
    seen = file_of(bureau.member, year, TODAY).to_confirm
    return confirm_file(staff=bureau.member, year=year, seen=seen, rights=rights(by, TODAY), now=NOW)


class TestTheYearOfTheMerger:
    def test_belongs_to_the_new_department_with_both_postings(self, bureau):
        view = file_of(bureau.member, 2026, TODAY)
        assert view.place.department == "人事科"
        assert [place.department for place in view.person_year.places] == ["办公室", "人事科"]
        assert people(2026) == {"人事科": 6, "局领导": 1}

    def test_is_confirmed_by_the_new_head_and_no_longer_by_the_old(self, bureau):
        with pytest.raises(ConfirmError, match="负责人"):
            confirm(bureau, 2026, bureau.head)
        assert confirm(bureau, 2026, bureau.other_head).confirmed_by == bureau.other_head.user


class TestTheYearBefore:
    def test_stays_with_the_department_that_was(self, bureau):
        assert file_of(bureau.member, 2025, TODAY).place.department == "办公室"
        assert people(2025) == {"办公室": 3, "人事科": 3, "局领导": 1}

    def test_is_confirmed_by_the_committee_where_nobody_heads_it_any_more(self, bureau):
        for head in (bureau.head, bureau.other_head):
            with pytest.raises(ConfirmError, match="负责人"):
                confirm(bureau, 2025, head)
        assert confirm(bureau, 2025, bureau.clerk).confirmed_by == bureau.clerk.user
