import datetime
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.contributions.choices import Dedupe, Effect
from learning.contributions.points import PLACES
from learning.contributions.scoring.engine import measure, score_article
from learning.contributions.scoring.facts import Line, Record, Rules
from tests.learning.contributions.scoring.strategies import (
    always,
    days,
    histories,
    placements,
    rule_sets,
    thorough,
    total,
)

DAY = datetime.date(2026, 3, 5)


def line(value, effect=Effect.POINTS, key=1, **match):
    return Line(key=key, name=f"第 {key} 条", effect=effect, value=Decimal(value), **match)


def rules(*lines, **facts):
    return Rules(key=facts.pop("key", 1), lines=lines, **facts)


def use(value=None, on=DAY, **facts):
    """A placement; `value` picks the level that `BY_LEVEL` gives so many points."""
    level = {20: "national", 10: "province", 5: "city", 2: "county", None: ""}[value]
    return Record(**{"key": object(), "counted_on": on, "level": level, "medium": "newspaper", "facts": ("甲",), **facts})


BY_LEVEL = (
    line(20, key=1, level="national"),
    line(10, key=2, level="province"),
    line(5, key=3, level="city"),
    line(2, key=4, level="county"),
)


def credited(records, **facts):
    return [one.credited for one in score_article(records, always(rules(*BY_LEVEL, **facts)))]


def reasons(records, **facts):
    return [one.why for one in score_article(records, always(rules(*BY_LEVEL, **facts)))]


class TestMatching:
    @pytest.mark.parametrize(
        ("match", "record"),
        [
            ({"level": "city"}, {"level": "city"}),
            ({"medium": "radio"}, {"medium": "radio"}),
            ({"weight_class": "first"}, {"weight_class": "first"}),
            ({"outlet": 7}, {"outlet": 7}),
            ({"position": "front_page"}, {"position": "front_page"}),
            ({"originality": "reprint"}, {"is_reprint": True}),
            ({"originality": "original"}, {"is_reprint": False}),
            ({"picture": "with"}, {"has_picture": True}),
            ({"picture": "without"}, {"has_picture": False}),
            ({"min_length": 800}, {"length": 800}),
            ({"max_length": 800}, {"length": 800}),
            ({"first": DAY, "last": DAY}, {}),
            ({"event": "late"}, {"is_event": True, "event": "late"}),
            ({}, {"level": "city", "outlet": 3}),
        ],
    )
    def test_fits(self, match, record):
        assert line(1, **match).matches(Record(key=1, counted_on=DAY, **record))

    @pytest.mark.parametrize(
        ("match", "record"),
        [
            ({"level": "city"}, {"level": "county"}),
            ({"outlet": 7}, {"outlet": 8}),
            ({"outlet": 7}, {}),
            ({"originality": "original"}, {"is_reprint": True}),
            ({"picture": "with"}, {}),
            ({"min_length": 800}, {"length": 799}),
            ({"max_length": 800}, {"length": 801}),
            ({"min_length": 800}, {"length": None}),
            ({"max_length": 800}, {"length": None}),
            ({"first": DAY + datetime.timedelta(1)}, {}),
            ({"last": DAY - datetime.timedelta(1)}, {}),
            ({"event": "late"}, {"is_event": True, "event": "commission"}),
            ({"event": "late"}, {}),
            ({}, {"is_event": True, "event": "late"}),
        ],
    )
    def test_does_not_fit(self, match, record):
        assert not line(1, **match).matches(Record(key=1, counted_on=DAY, **record))


class TestMeasure:
    def test_takes_the_first_line_of_points_all_bonuses_all_multipliers(self):
        found = measure(
            use(10),
            rules(
                line("0.5", Effect.MULTIPLIER, key=1),
                line(10, key=2),
                line(99, key=3),
                line(3, Effect.BONUS, key=4),
                line(1, Effect.BONUS, key=5),
                line(2, Effect.MULTIPLIER, key=6),
                line(5, Effect.BONUS, key=7, level="city"),
            ),
        )
        assert (found.value, found.rule) == (14, 2)
        assert [part.rule for part in found.parts] == [2, 4, 5, 1, 6]

    def test_is_nothing_without_a_line_of_points(self):
        assert measure(use(10), rules(line(3, Effect.BONUS), line(2, Effect.MULTIPLIER))) is None

    def test_is_exact_to_a_millionth(self):
        found = measure(use(10), rules(line("0.000001"), line("0.5", Effect.MULTIPLIER, key=2), line("3", Effect.MULTIPLIER, key=3)))
        assert found.value == Decimal("0.000002")  # 0.0000015: half to the even

    def test_gives_the_use_of_the_line_or_of_the_set(self):
        assert measure(use(10), rules(line(1, use="assessment"), use="display")).use == "assessment"
        assert measure(use(10), rules(line(1), use="display")).use == "display"


class TestScoreArticle:
    def test_knows_no_score_where_no_rules_were_in_force(self):
        assert score_article([use(10)], lambda day: None) == []

    def test_counts_every_use(self):
        assert credited([use(10), use(5)], dedupe=Dedupe.EVERY) == [10, 5]

    def test_counts_the_highest_once_and_never_takes_back(self):
        records = [use(5, DAY), use(10, DAY + datetime.timedelta(40)), use(2, DAY + datetime.timedelta(50))]
        assert credited(records, dedupe=Dedupe.HIGHEST) == [5, 5, 0]
        assert reasons(records, dedupe=Dedupe.HIGHEST) == ["", "同一稿件已按 5 分计过，只计超出的部分", "同一稿件已按 10 分计过，不重复计"]

    def test_takes_the_higher_of_a_day_first(self):
        assert credited([use(5), use(10)], dedupe=Dedupe.HIGHEST) == [10, 0]

    def test_counts_once_a_kind_of_medium(self):
        records = [use(10), use(5), use(5, medium="radio", facts=("电台",))]
        assert credited(records, dedupe=Dedupe.PER_MEDIUM) == [10, 0, 5]
        assert reasons(records, dedupe=Dedupe.PER_MEDIUM) == ["", "同一稿件在报纸已按 10 分计过，不重复计", ""]

    def test_counts_once_a_level(self):
        records = [use(10), use(5, facts=("甲",)), use(5, facts=("乙",))]
        assert credited(records, dedupe=Dedupe.PER_LEVEL) == [10, 5, 0]
        assert reasons(records, dedupe=Dedupe.PER_LEVEL)[-1] == "同一稿件在市级媒体已按 5 分计过，不重复计"

    def test_counts_the_second_and_later_in_part(self):
        assert credited([use(10), use(5), use(2)], dedupe=Dedupe.NTH, nth=Decimal(30)) == [10, Decimal("1.5"), Decimal("0.6")]
        assert reasons([use(10), use(5)], dedupe=Dedupe.NTH, nth=Decimal("33.30"))[-1] == "同一稿件第 2 次采用，按 33.3% 计"

    def test_counts_each_event_beside_the_uses(self):
        event = Record(key="e", counted_on=DAY, is_event=True, event="endorsement")
        found = score_article([use(10), event, replace(event, key="f")], always(rules(*BY_LEVEL, line(8, key=9, event="endorsement"))))
        assert [one.credited for one in found] == [10, 8, 8]

    def test_stops_at_the_cap_of_the_article(self):
        records = [use(10), use(5), use(2)]
        assert credited(records, dedupe=Dedupe.EVERY, article_cap=Decimal(12)) == [10, 2, 0]
        assert reasons(records, dedupe=Dedupe.EVERY, article_cap=Decimal(12))[1:] == ["一稿最高 12 分，只计到上限", "一稿最高 12 分，已满"]

    def test_pays_under_a_new_version_only_for_what_exceeds_the_old(self):
        old, new = rules(*BY_LEVEL, dedupe=Dedupe.EVERY), rules(*BY_LEVEL, key=2, dedupe=Dedupe.HIGHEST)
        later = datetime.date(2026, 7, 1)
        found = score_article([use(10), use(20, later), use(5, later)], lambda day: new if day >= later else old)
        assert [one.credited for one in found] == [10, 10, 0]


class TestInvariants:
    """product.md §3.1."""

    @thorough
    @given(histories(), rule_sets(), st.randoms(use_true_random=False))
    def test_order_of_entry_never_changes_a_score(self, records, version, random):
        entered = list(records)
        random.shuffle(entered)
        renamed = {one.key: f"新键{one.key}" for one in records}
        again = score_article([replace(one, key=renamed[one.key]) for one in entered], always(version))
        expected = {renamed[one.record.key]: one.credited for one in score_article(records, always(version))}
        assert {one.record.key: one.credited for one in again} == expected

    @thorough
    @given(histories(with_events=False), placements(), rule_sets(dedupe=Dedupe.HIGHEST))
    def test_a_lower_use_changes_nothing_under_highest_once(self, records, extra, version):
        before = score_article(records, always(version))
        highest = max(one.value for one in before)
        extra = replace(extra, key="extra", facts=("另报", "extra"))
        if measure(extra, version).value <= highest:
            assert total(score_article([*records, extra], always(version))) == total(before)

    @thorough
    @given(histories(with_events=False), rule_sets(dedupe=Dedupe.HIGHEST, is_capped=False))
    def test_highest_once_adds_up_to_the_highest(self, records, version):
        found = score_article(records, always(version))
        assert total(found) == max(one.value for one in found)

    @thorough
    @given(histories(), rule_sets(), rule_sets(key=2), rule_sets(key=3), days)
    def test_rules_that_start_later_never_change_an_earlier_period(self, records, old, new, other, start):
        def under(later):
            found = score_article(records, lambda day: later if later and day >= start else old)
            return [(one.record.key, one.value, one.credited, one.why) for one in found if one.record.counted_on < start]

        assert under(new) == under(other) == under(None)

    @thorough
    @given(histories(), placements(), rule_sets(), st.integers(1, 30))
    def test_a_later_use_never_changes_what_was_credited_before(self, records, extra, version, wait):
        last = max(one.counted_on for one in records)
        extra = replace(extra, key="extra", counted_on=last + datetime.timedelta(wait))
        after = [one for one in score_article([*records, extra], always(version)) if one.record.key != "extra"]
        assert after == score_article(records, always(version))

    @thorough
    @given(histories(), rule_sets(is_capped=True))
    def test_the_cap_of_an_article_is_never_exceeded(self, records, version):
        running = Decimal(0)
        for one in score_article(records, always(version)):
            running += one.credited
            assert running <= version.article_cap

    @thorough
    @given(histories(), rule_sets())
    def test_no_use_is_credited_with_more_than_it_is_worth_and_all_is_exact(self, records, version):
        for one in score_article(records, always(version)):
            assert one.credited <= one.value
            assert one.credited.as_tuple().exponent >= -PLACES
            assert one.value == measure(one.record, version).value

    @thorough
    @given(histories(with_events=False), rule_sets(), days, st.sampled_from(["national", "county"]))
    def test_a_level_that_changes_from_a_day_on_leaves_earlier_uses_as_they_were(self, records, version, since, level):
        """A placement keeps the level of its day: what changes is only what is published afterwards."""
        changed = [replace(one, level=level) if one.counted_on >= since else one for one in records]

        def before(history):
            return [(one.record.key, one.credited) for one in score_article(history, always(version)) if one.record.counted_on < since]

        assert before(changed) == before(records)
