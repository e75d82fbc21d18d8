from decimal import Decimal

import pytest

from learning.contributions.ledgers import (
    Account,
    adopted_pieces,
    ledger_rows,
    quotas_of,
    rules_in,
    submitted_pieces,
    sum_before,
    sum_of,
    unscored_pieces,
)
from learning.contributions.services.scoring import rescore
from learning.contributions.standing import department_standings, person_standings
from learning.models import Placement, Posting, ScoringRule
from tests.factories.contributions import PlacementFactory

from .counted import NOW, TODAY, YEAR, day, make_counted, more_placements, period, total


@pytest.fixture
def counted(db):
    return make_counted()


def rows_of(account, chosen=YEAR):
    return list(ledger_rows(account.shares(chosen, chosen.uses)))


class TestLedgerRows:
    def test_say_where_by_which_rules_and_how_much(self, counted):
        first, second, third = rows_of(Account.of_department(counted.basic))
        assert (first.counted_on, first.title, first.record, first.rules) == (day("03-05"), "一个科室的稿件", "某日报", "city 级 计 5 分")
        assert (first.value, first.credited, first.uncapped, first.points) == (5, 5, 5, 5)
        assert (second.printed_title, second.points) == ("改了的标题", 10)
        assert (third.is_shared, third.credited_text, third.points_text) == (True, "5", "2.5")
        assert first.about == "2026-03-05 《一个科室的稿件》 某日报 计 5 分"

    def test_add_up_to_the_standing_of_everybody(self, counted):
        more_placements(counted, 7)
        for chosen in (YEAR, period("2026-H1"), period("2026-07"), period("2026", use="assessment")):
            found = department_standings(chosen, uses=chosen.uses, today=TODAY)
            for row in found.rows:
                account = Account.of_department(type(counted.basic).objects.get(pk=row.key))
                assert total(one.points for one in rows_of(account, chosen)) == row.records
            for row in person_standings(chosen, uses=chosen.uses, today=TODAY).rows:
                account = Account.of_person(type(counted.writer).objects.get(pk=row.key))
                assert total(one.points for one in rows_of(account, chosen)) == row.points == sum_of(account.shares(chosen, chosen.uses))

    def test_name_events(self, counted):
        for number, line in enumerate(({"value": Decimal(8)}, {"effect": "bonus", "value": 1}, {"effect": "multiplier", "value": 2})):
            ScoringRule.objects.create(rule_set=counted.rules, sort_order=9 + number, name="批示", event="endorsement", **line)
        rescore([counted.alone.pk], now=NOW)
        found = next(row for row in rows_of(Account.of_department(counted.basic)) if row.counted_on == day("05-05"))
        assert (found.record, found.rules, found.points) == ("领导批示 市级 某领导", "批示 计 8 分；批示 加 1 分；批示 × 2", 18)

    def test_name_the_position(self, counted):
        Placement.objects.filter(published_on=day("03-05")).update(page="第 1 版", position="headline")
        assert rows_of(Account.of_department(counted.basic))[0].record == "某日报 第 1 版 头条"

    def test_take_one_statement(self, counted, django_assert_num_queries):
        more_placements(counted, 6)
        with django_assert_num_queries(1):
            assert len(rows_of(Account.of_department(counted.basic))) == 5


class TestSumBefore:
    def test_is_what_is_carried_over(self, counted):
        shares = Account.of_department(counted.basic).shares(YEAR, YEAR.uses)
        assert [sum_before(shares, number) for number in range(4)] == [0, 5, 15, Decimal("17.5")]


class TestPieces:
    def test_are_those_behind_the_counts(self, counted):
        account = Account.of_department(counted.basic)
        assert [(one.title, one.note) for one in submitted_pieces(account, YEAR).rows] == [
            ("一个科室的稿件", "采用"),
            ("两个科室的稿件", "采用"),
        ]
        assert [(one.title, one.note) for one in adopted_pieces(account, YEAR).rows] == [
            ("一个科室的稿件", "采用 2 次"),
            ("两个科室的稿件", "采用 1 次"),
        ]

    def test_are_cut_where_there_are_many(self, counted):
        found = adopted_pieces(Account.of_department(counted.basic), YEAR, most=1)
        assert (found.count, len(found.rows), found.is_cut) == (2, 1, True)
        assert not adopted_pieces(Account.of_department(counted.basic), YEAR, most=None).is_cut

    def test_say_why_a_use_was_not_scored(self, counted):
        outlet = counted.city
        PlacementFactory(article=counted.alone, outlet=outlet, published_on=day("06-01"), is_scored=False, unscored_reason="本单位主办")
        PlacementFactory(article=counted.alone, outlet=outlet, published_on=day("06-02"), level="internal")
        found = unscored_pieces(Account.of_person(counted.writer), YEAR)
        assert [one.note for one in found.rows] == ["某日报：不计分，本单位主办", "某日报：没有规则给这次采用计分"]


class TestQuotasOf:
    QUOTA = {"pieces": 2, "base": Decimal(5), "deduction": Decimal(2), "counts": "submitted"}

    def asked(self, counted, chosen=YEAR, **facts):
        account = Account.of_department(counted.basic)
        facts = {"rule_sets": rules_in(chosen, TODAY), "uses": chosen.uses, "today": TODAY} | facts
        return quotas_of(account, chosen, **facts)

    def test_are_of_the_months_that_have_ended(self, db):
        rows = self.asked(make_counted(quotas=[{**self.QUOTA, "per": "month"}]))
        assert [(row.period.first.month, row.pieces, row.points) for row in rows] == [
            (1, 0, 1), (2, 0, 1), (3, 1, 3), (4, 0, 1), (5, 0, 1), (6, 0, 1), (7, 1, 3),
        ]  # fmt: skip
        assert rows[2].words == "基础分 5，缺 1 篇 × 扣 2"
        assert rows[2].task == "2026年3月报送篇数任务 2 篇，实际 1 篇"

    def test_are_of_the_year_once_it_is_over(self, db):
        counted = make_counted(quotas=[{**self.QUOTA, "per": "year", "counts": "adopted"}])
        assert self.asked(counted) == []
        after = day("12-31").replace(year=2027, month=1)
        (row,) = self.asked(counted, today=after)
        assert (row.pieces, row.points, row.words) == (2, 5, "基础分 5，任务完成")
        assert self.asked(counted, period("2026-Q4"), today=after) == [row]
        assert self.asked(counted, period("2026-Q3"), today=after) == []

    def test_never_fall_below_nought(self, db):
        quota = {**self.QUOTA, "pieces": 9, "per": "month"}
        row = self.asked(make_counted(quotas=[quota]), period("2026-01"))[0]
        assert (row.points, row.words) == (0, "基础分 5，缺 9 篇 × 扣 2，扣到 0 为止")

    def test_are_of_the_kinds_that_the_quota_names(self, db):
        assert self.asked(make_counted(quotas=[{**self.QUOTA, "department_kinds": ["unit"]}])) == []

    def test_are_not_owed_before_the_department_was_there(self, db):
        counted = make_counted(quotas=[{**self.QUOTA, "per": "month"}])
        Posting.objects.filter(department=counted.basic).update(started_on=day("06-20"))
        # In March it had a piece, so it was there; in June it had people for ten days.
        assert [row.period.first.month for row in self.asked(counted)] == [3, 6, 7]

    def test_are_not_owed_once_the_department_is_closed(self, db):
        counted = make_counted(quotas=[{**self.QUOTA, "per": "month"}])
        counted.basic.closed_on = day("04-30")
        assert [row.period.first.month for row in self.asked(counted)] == [1, 2, 3]

    def test_are_not_the_bureau_s_as_a_whole_unless_named(self, db):
        counted = make_counted(quotas=[{**self.QUOTA, "per": "month"}])
        bureau = Account.of_department(counted.basic.parent)
        facts = {"rule_sets": rules_in(YEAR, TODAY), "uses": YEAR.uses, "today": TODAY}
        assert quotas_of(bureau, YEAR, **facts) == []
        counted.rules.quotas.update(department_kinds=["bureau"])
        assert len(quotas_of(bureau, YEAR, **facts | {"rule_sets": rules_in(YEAR, TODAY)})) == 7

    def test_are_of_the_uses_asked_for(self, db):
        counted = make_counted(quotas=[{**self.QUOTA, "use": "assessment"}])
        assert self.asked(counted, period("2026", use="assessment"))
        counted.rules.quotas.update(use="display")
        assert self.asked(counted, period("2026", use="bulletin")) == []

    def test_are_of_nobody_in_person(self, counted):
        assert quotas_of(Account.of_person(counted.writer), YEAR, rule_sets=[], uses=YEAR.uses, today=TODAY) == []
