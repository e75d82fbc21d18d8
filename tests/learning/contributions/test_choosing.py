import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.contributions.choosing import NOT_A_PERIOD, NOT_A_USE, NOT_DAYS, UseFilter, chosen_period, terms_around
from learning.periods import PeriodKind

TODAY = datetime.date(2026, 8, 20)


def day(text):
    return datetime.date.fromisoformat(text)


class TestChosenPeriod:
    @pytest.mark.parametrize(
        ("text", "first", "last", "label"),
        [
            ("2026", "2026-01-01", "2026-12-31", "2026年"),
            ("2025-H1", "2025-01-01", "2025-06-30", "2025年上半年"),
            ("2025-H2", "2025-07-01", "2025-12-31", "2025年下半年"),
            ("2026-Q1", "2026-01-01", "2026-03-31", "2026年第一季度"),
            ("2026-Q4", "2026-10-01", "2026-12-31", "2026年第四季度"),
            ("2024-02", "2024-02-01", "2024-02-29", "2024年2月"),
        ],
    )
    def test_is_what_the_address_names(self, text, first, last, label):
        chosen = chosen_period({"period": text}, TODAY)
        assert (chosen.first, chosen.last, chosen.label, chosen.query, chosen.note) == (day(first), day(last), label, f"period={text}", "")

    def test_is_this_year_without_an_address(self):
        assert chosen_period({}, TODAY) == chosen_period({"period": "2026"}, TODAY)

    def test_is_from_a_day_to_a_day(self):
        chosen = chosen_period({"from": "2026-01-05", "to": "2026-03-02", "period": "2025"}, TODAY)
        assert (chosen.first, chosen.last, chosen.kind) == (day("2026-01-05"), day("2026-03-02"), None)
        assert chosen.query == "from=2026-01-05&to=2026-03-02"
        assert chosen.label == "2026-01-05 至 2026-03-02"

    def test_calls_the_days_of_a_calendar_period_by_its_name(self):
        assert chosen_period({"from": "2026-04-01", "to": "2026-06-30"}, TODAY).query == "period=2026-Q2"

    @pytest.mark.parametrize(
        "text", ["x", "2026-13", "2026-00", "2026-Q5", "2026-H3", "1999", "2101", "９999", "2026\0", "2026-03-01", "9" * 5000, "２０２６"]
    )
    def test_is_this_year_with_a_note_for_nonsense(self, text):
        chosen = chosen_period({"period": text}, TODAY)
        assert (chosen.label, chosen.note) == ("2026年", NOT_A_PERIOD)

    @pytest.mark.parametrize(
        ("first", "last"), [("2026-02-01", ""), ("", "2026-02-01"), ("2026-03-01", "2026-02-01"), ("2026-02-30", "2026-03-01"), ("\0", "x")]
    )
    def test_wants_both_days_in_order(self, first, last):
        chosen = chosen_period({"from": first, "to": last}, TODAY)
        assert (chosen.label, chosen.note) == ("2026年", NOT_DAYS)

    def test_takes_what_counts_in_the_assessment_for_a_bulletin_too(self):
        assert chosen_period({"use": "bulletin"}, TODAY).uses == {"bulletin", "assessment"}
        assert chosen_period({"use": "assessment"}, TODAY).uses == {"assessment"}
        assert chosen_period({"use": "assessment"}, TODAY).query == "period=2026&use=assessment"
        assert len(chosen_period({}, TODAY).uses) == 3

    def test_says_that_a_use_is_unknown(self):
        chosen = chosen_period({"use": "x", "period": "y"}, TODAY)
        assert (chosen.use, chosen.note) == (UseFilter.ALL, NOT_A_PERIOD + NOT_A_USE)

    def test_counts_heads_today_while_it_runs(self):
        assert chosen_period({}, TODAY).counted_to(TODAY) == TODAY
        assert chosen_period({"period": "2025"}, TODAY).counted_to(TODAY) == day("2025-12-31")

    @given(st.dictionaries(st.sampled_from(["period", "from", "to", "use"]), st.text(max_size=30)))
    def test_never_fails(self, params):
        chosen = chosen_period(params, TODAY)
        assert chosen.first <= chosen.last
        assert chosen_period(dict(part.split("=") for part in chosen.query.split("&")), TODAY).query == chosen.query


class TestTermsAround:
    def test_offers_what_has_begun(self):
        rows = {row.label: row.terms for row in terms_around(chosen_period({"period": "2026-Q3"}, TODAY), TODAY)}
        assert [term.label for term in rows["年度"]] == ["2025年", "2026年"]
        assert [term.query for term in rows["季度"]] == ["period=2026-Q1", "period=2026-Q2", "period=2026-Q3"]
        assert [term.is_current for term in rows["季度"]] == [False, False, True]
        assert len(rows["月份"]) == 8

    def test_keeps_the_use(self):
        rows = terms_around(chosen_period({"use": "assessment"}, TODAY), TODAY)
        assert rows[0].terms[0].query == "period=2025&use=assessment"

    def test_leads_back_from_a_year_far_away(self):
        rows = terms_around(chosen_period({"period": "2000"}, TODAY), TODAY)
        assert [term.label for term in rows[0].terms] == ["2000年", "2001年", "2026年"]
        assert chosen_period({"period": "2100"}, TODAY).kind == PeriodKind.YEAR
        assert terms_around(chosen_period({"period": "2100"}, TODAY), TODAY)[0].terms[-1].is_current
