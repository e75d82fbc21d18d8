"""Everybody's cells, asked in two ways: person by person (`year_of`), and of all at once in SQL. The answers must be the same."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.portfolio.choices import State
from learning.portfolio.totals import CELLS, people_of, totals_by_department
from learning.portfolio.years import in_scope, place_day, place_of, places_of, year_of

from .bureaus import YEAR, Bureau, days, undone


@pytest.fixture
def bureau(db):
    return Bureau()


def cells_of(person, today):
    return {cell.have: cell.state.key for cell in year_of(person, YEAR, today).cells}


class TestTheTwoAnswers:
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
    @given(data=st.data())
    def test_agree(self, bureau, data):
        with undone():
            bureau.fill(data.draw)
            today = data.draw(days, label="today")
            expected = {
                person.pk: (cells_of(person, today), place_of(places_of(person.pk, YEAR), place_day(YEAR, today)))
                for person in in_scope(YEAR)
            }
            found = list(people_of(YEAR, today))
            for person in found:
                cells, place = expected[person.pk]
                assert {have: getattr(person, name) for have, name in CELLS.items()} == cells
                assert (person.department_then, person.department_then_name) == (place.department_id, place.department)
            assert sorted(person.pk for person in found) == sorted(expected)
            self.totals_agree(today, expected)

    def totals_agree(self, today, expected):
        """Of the whole, and of one department alone."""
        totals = totals_by_department(YEAR, today)
        assert totals.whole.people == len(expected)
        assert {one.department_id: one.people for one in totals} == Counter(place.department_id for _cells, place in expected.values())
        for one in totals:
            mine = [cells for cells, place in expected.values() if place.department_id == one.department_id]
            counts = {have: {state: sum(cells[have] == state.key for cells in mine) for state in State} for have in CELLS}
            assert one.states == counts
            assert list(totals_by_department(YEAR, today, departments=[one.department_id])) == [one]
