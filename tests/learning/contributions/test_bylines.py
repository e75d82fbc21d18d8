"""Authors and departments with the shares that are stated."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.contributions.bylines import UnfitLinesError, check_shares, read_authors, write_authors
from learning.models import ArticleAuthor
from learning.programme.people import People
from tests.factories.organisation import DepartmentFactory, StaffMemberFactory

TODAY = datetime.date(2026, 3, 5)


@pytest.fixture
def people(db):
    office = DepartmentFactory(name="办公室")
    for name in ("陶思远", "赵一鸣"):
        StaffMemberFactory(name=name, posted_to=office)
    for department in (office, DepartmentFactory(name="人事科")):
        StaffMemberFactory(name="重名", posted_to=department)
    return People(TODAY)


class TestReadAuthors:
    def test_keeps_the_order_and_knows_ours(self, people):
        lines = read_authors("外人、陶思远（办公室）；赵一鸣,\n", people)
        assert [(line.name, line.staff and line.staff.name) for line in lines] == [
            ("外人", None),
            ("陶思远", "陶思远"),
            ("赵一鸣", "赵一鸣"),
        ]

    @pytest.mark.parametrize("text", ["陶思远 60%", "陶思远60％", "陶思远：60%", "陶思远　６０ %", "陶思远 60.00%"])
    def test_reads_a_share_as_people_write_it(self, people, text):
        line = read_authors(text, people)[0]
        assert (line.name, line.share) == ("陶思远", Decimal(60))

    @pytest.mark.parametrize(
        ("text", "said"),
        [("60%", "前面没有姓名"), ("重名", "2 位"), ("长" * 51, "太长"), ("、".join(f"人{number}" for number in range(21)), "最多 20 位")],
    )
    def test_says_what_to_write_instead(self, people, text, said):
        with pytest.raises(UnfitLinesError, match=said):
            read_authors(text, people)

    @given(st.text(max_size=60))
    @settings(max_examples=200, deadline=None)
    def test_survives_any_text(self, text):
        people = People(TODAY)
        people.__dict__["by_key"] = {}
        try:
            lines = read_authors(text, people)
        except UnfitLinesError:
            return
        assert all(line.name.strip() for line in lines)


class TestWriteAuthors:
    def test_is_read_again_as_it_was(self, people):
        lines = read_authors("外人 33.5%、陶思远 66.5%", people)
        rows = [ArticleAuthor(name=line.name, staff=line.staff, share=line.share) for line in lines]
        assert write_authors(rows, people.labels) == "外人 33.5%、陶思远（办公室） 66.5%"
        assert read_authors(write_authors(rows, people.labels), people) == lines


class TestCheckShares:
    def test_takes_none_or_a_whole(self):
        check_shares([])
        check_shares([None, None])
        check_shares([Decimal("33.33"), Decimal("33.33"), Decimal("33.34")])

    @given(st.lists(st.decimals(0, 100, places=2), min_size=1, max_size=6))
    @settings(deadline=None)
    def test_takes_no_other_sum(self, shares):
        if sum(shares) == 100:
            check_shares(shares)
        else:
            with pytest.raises(UnfitLinesError, match="须是 100%"):
                check_shares(shares)
