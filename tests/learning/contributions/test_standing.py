import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learning.contributions.charts import bars_of, step_for, trend_of
from learning.contributions.standing import Standing, department_standings, heads_of, person_standings, trend
from learning.models import Department, StaffMember
from tests.factories.contributions import MediaArticleFactory, PlacementFactory, RuleSetFactory
from tests.factories.organisation import DepartmentFactory, StaffMemberFactory

from .counted import TODAY, YEAR, day, make_counted, more_placements, period

SECTIONS = {"audience": ["section"]}


def by_department(chosen=YEAR, today=TODAY):
    return department_standings(chosen, uses=chosen.uses, today=today)


def by_person(chosen=YEAR, **facts):
    return person_standings(chosen, uses=chosen.uses, today=TODAY, **facts)


def row_of(found, name):
    return next(row for row in found.rows if row.name == name)


def figures(row):
    return (row.submitted, row.adopted, row.placements, row.points)


@pytest.fixture
def counted(db):
    return make_counted(**SECTIONS)


class TestDepartmentStandings:
    def test_puts_what_was_submitted_beside_what_was_used(self, counted):
        found = by_department()
        assert figures(row_of(found, "基础教育科")) == (2, 2, 3, Decimal("17.5"))
        assert figures(row_of(found, "办公室")) == (1, 1, 1, Decimal("2.5"))
        assert figures(row_of(found, "青少年中心")) == (1, 0, 0, 0)

    def test_lists_those_with_nothing(self, counted):
        assert figures(row_of(by_department(), "财务科")) == (0, 0, 0, 0)

    def test_leaves_out_the_bureau_as_a_whole_only(self, counted):
        assert {row.name for row in by_department().rows} == {"基础教育科", "办公室", "财务科", "青少年中心"}

    def test_lists_the_bureau_where_people_belong_to_it_alone(self, counted):
        StaffMemberFactory(posted_to=Department.objects.get(name="局机关"))
        assert row_of(by_department(), "局机关").heads == 1

    def test_ranks_those_who_take_part_and_lists_the_others_below(self, counted):
        found = by_department()
        assert [(row.name, row.rank) for row in found.ranked] == [("基础教育科", 1), ("办公室", 2), ("财务科", 3)]
        assert [row.name for row in found.unranked] == ["青少年中心"]

    def test_gives_a_tie_one_rank(self, db):
        counted = make_counted()
        MediaArticleFactory(by_departments=[counted.finance], state="adopted")
        found = by_department(period("2026-Q3"))
        assert [(row.points, row.rank) for row in found.ranked] == [(Decimal("2.5"), 1), (Decimal("2.5"), 1), (0, 3), (0, 3)]

    def test_ranks_nobody_without_rules(self, counted):
        found = by_department(period("2025"))
        assert (found.ranked, len(found.unranked)) == ([], 4)

    def test_counts_a_piece_of_two_departments_once_in_the_whole(self, counted):
        whole = by_department().whole
        assert (whole.submitted, whole.adopted, whole.placements, whole.points) == (3, 2, 3, 20)

    def test_counts_by_the_days_of_the_period(self, counted):
        row = row_of(by_department(period("2026-03")), "基础教育科")
        assert figures(row) == (1, 1, 1, 5)

    def test_divides_by_the_people_of_the_last_day(self, counted):
        StaffMember.objects.filter(pk=counted.people[4].pk).update(left_on=day("05-01"))
        assert row_of(by_department(), "基础教育科").heads == 4
        row = row_of(by_department(period("2026-Q1")), "基础教育科")
        assert (row.heads, row.is_small, row.per_head) == (5, False, 1)

    def test_divides_by_the_people_of_today_while_the_period_runs(self, counted):
        found = by_department()
        assert found.heads_on == TODAY

    def test_has_nothing_per_head_where_nobody_belongs(self, counted):
        row = row_of(by_department(), "青少年中心")
        assert (row.heads, row.per_head, row.per_head_text, row.is_small) == (0, None, "—", True)

    def test_looks_at_the_uses_asked_for(self, counted):
        counted.rules.score_lines.get(placement__outlet=counted.province).shares.update(use="assessment")
        assert row_of(by_department(period("2026", use="assessment")), "基础教育科").points == 10
        assert row_of(by_department(period("2026", use="bulletin")), "基础教育科").points == Decimal("17.5")

    def test_adds_what_quotas_gave(self, db):
        quota = {"pieces": 1, "base": Decimal(3), "deduction": Decimal(2), "per": "month", "counts": "submitted"}
        make_counted(**SECTIONS, quotas=[quota])
        found = by_department(period("2026-Q1"))
        # January and February miss one each, March has its piece.
        assert (row_of(found, "基础教育科").quotas, row_of(found, "基础教育科").points) == (5, 10)
        assert row_of(found, "财务科").points == 3

    def test_keeps_a_closed_department_while_it_was_there_or_has_figures(self, counted):
        Department.objects.filter(pk=counted.finance.pk).update(closed_on=day("01-01"))
        Department.objects.filter(pk=counted.office.pk).update(closed_on=day("01-01"))
        names = {row.name for row in by_department().rows}
        assert "财务科" not in names
        assert "办公室" in names

    def test_takes_the_same_statements_however_much_there_is(self, counted):
        def statements():
            with CaptureQueriesContext(connection) as captured:
                by_department()
                trend(YEAR, today=TODAY)
            return len(captured)

        few = statements()
        more_placements(counted, 12)
        DepartmentFactory()
        assert statements() == few <= 12


class TestPersonStandings:
    def test_counts_by_author(self, counted):
        found = by_person()
        writer, other = found.rows
        assert (writer.name, writer.place, figures(writer), writer.rank) == (
            counted.writer.name,
            "基础教育科",
            (2, 2, 3, Decimal("16.666667")),
            1,
        )
        assert (other.name, figures(other)) == (counted.other.name, (2, 1, 1, Decimal("1.666667")))

    def test_says_how_many_have_nothing(self, counted):
        assert by_person().silent == 5

    def test_keeps_to_departments(self, counted):
        found = by_person(departments={counted.office.pk})
        assert [(row.name, row.rank) for row in found.rows] == [(counted.other.name, 1)]
        assert (found.whole.submitted, found.whole.adopted, found.silent) == (2, 1, 0)

    def test_takes_the_same_statements_however_many_people(self, counted):
        def statements(**facts):
            with CaptureQueriesContext(connection) as captured:
                by_person(**facts)
            return len(captured)

        few, fewer = statements(), statements(departments={counted.office.pk})
        more_placements(counted, 12)
        assert len(by_person().rows) == 14
        assert (statements(), statements(departments={counted.office.pk})) == (few, fewer)
        assert max(few, fewer) <= 10


class TestTrend:
    def test_counts_articles_by_month(self, counted):
        months = trend(YEAR, today=TODAY)
        assert [(one.period.first.month, one.submitted, one.adopted) for one in months if one.submitted or one.adopted] == [
            (3, 1, 1),
            (4, 1, 1),
            (7, 1, 1),
        ]
        assert [one.period.first.month for one in months if one.submitted is None] == [9, 10, 11, 12]

    def test_ends_with_the_period(self, counted):
        months = trend(period("2026-Q1"), today=TODAY)
        assert (months[0].period.first, months[-1].period.last) == (datetime.date(2025, 4, 1), day("03-31"))

    def test_is_drawn_with_round_levels(self, counted):
        drawn = trend_of(trend(YEAR, today=TODAY))
        assert [level.text for level in drawn.levels] == ["0", "1", "2", "3", "4"]
        assert (len(drawn.adopted.dots), len(drawn.months)) == (8, 12)
        assert drawn.sentence == "2026年1月至2026年8月，报送 3 篇，按月计采用 3 篇；采用最多的是2026年3月，1 篇。"

    def test_is_drawn_for_nothing_at_all(self, db):
        assert "报送 0 篇" in trend_of(trend(YEAR, today=TODAY)).sentence
        assert trend_of(trend(period("2099"), today=TODAY)).sentence == "这一段时间还没有开始。"


class TestStepFor:
    @pytest.mark.parametrize(("highest", "step"), [(0, 1), (4, 1), (5, 2), (9, 5), (21, 10), (1234, 500)])
    def test_is_round(self, highest, step):
        assert step_for(highest) == step


class TestBarsOf:
    def test_sorts_and_leaves_out_nothing_but_nought(self):
        rows = [
            Standing(1, "甲", records=Decimal(2)),
            Standing(2, "乙", records=Decimal(8)),
            Standing(3, "丙"),
            Standing(4, "丁", records=Decimal(-4)),
        ]
        bars = bars_of(rows)
        assert [(bar.name, bar.value, bar.width, bar.is_below) for bar in bars] == [
            ("乙", "8", "100.00", False),
            ("甲", "2", "25.00", False),
            ("丁", "-4", "50.00", True),
        ]


class TestHeadsOf:
    def test_counts_primary_postings(self, counted):
        assert heads_of(counted.basic.pk, TODAY) == 5


class TestRuleSets:
    def test_the_last_version_says_who_takes_part(self, counted):
        counted.rules.effective_until = day("06-30")
        counted.rules.save()
        RuleSetFactory(effective_from=day("07-01"), audience=["unit"], lines=[])
        assert [row.name for row in by_department().ranked] == ["青少年中心"]
        assert len(by_department(period("2026-H1")).ranked) == 3

    def test_a_version_yet_to_come_says_nothing(self, counted):
        counted.rules.effective_until = day("09-30")
        counted.rules.save()
        RuleSetFactory(effective_from=day("10-01"), audience=["unit"], lines=[])
        assert len(by_department().ranked) == 3

    def test_unconfirmed_placements_count_for_nothing(self, counted):
        PlacementFactory(article=counted.together, outlet=counted.city, title="又一次", confirmed_at=None)
        assert by_department().whole.placements == 3
