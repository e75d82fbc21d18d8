import io
from decimal import Decimal

import openpyxl
import pytest

from learning.models import MediaArticle, ScoreShare
from learning.programme.books import XLSX
from tests.learning.contributions.counted import NOW, make_watched, more_placements
from tests.learning.contributions.views.test_standings import NONSENSE
from tests.standing import standing

QUOTA = {"pieces": 2, "base": Decimal(5), "deduction": Decimal("1.5"), "per": "month", "counts": "submitted"}


@standing(now=NOW)
def watched():
    return make_watched(audience=["section"], quotas=[QUOTA])


def book(client, url):
    answer = client.get(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, XLSX)
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def rows_of(sheet, heading):
    """(column names, rows of values) below the notes."""
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    start = next(number for number, row in enumerate(rows) if heading in row)
    return rows[start], rows[start + 1 :]


def formulas(found):
    return [cell for sheet in found for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


class TestStandingsXlsx:
    def test_holds_what_is_on_the_screen(self, client, watched):
        client.force_login(watched.officer)
        header, rows = rows_of(book(client, "/contributions/standings.xlsx?period=2026-H1")["科室"], "名次")
        basic = dict(zip(header, rows[0], strict=True))
        assert (basic["名次"], basic["科室（单位）"], basic["报送（篇）"], basic["其中记录得分"], basic["人数"]) == (
            1,
            "基础教育科",
            1,
            15,
            6,
        )
        assert basic["得分"] == 15 + 6 * 2 + 1.5
        assert [row[0] for row in rows[:4]] == [1, 2, 2, "不参加排名"]

    def test_keeps_a_head_to_the_own_people(self, client, watched):
        client.force_login(watched.head)
        _header, rows = rows_of(book(client, "/contributions/standings.xlsx?by=people")["个人"], "名次")
        names = [row[1] for row in rows]
        assert watched.counted.writer.name in names
        assert watched.counted.other.name not in names

    def test_is_not_for_everybody(self, client, watched):
        client.force_login(watched.author)
        assert client.get("/contributions/standings.xlsx").status_code == 403
        assert client.get("/contributions/matrix.xlsx").status_code == 403


class TestMatrixXlsx:
    def test_sums_each_column(self, client, watched):
        client.force_login(watched.officer)
        sheet = book(client, "/contributions/matrix.xlsx?show=points")["得分"]
        header, rows = rows_of(sheet, "媒体")
        assert header[5:] == ["基础教育科", "办公室", "合计"]
        assert rows[0][:6] == ["某省报", "省级", "报纸", "甲类", 10, 10]
        assert [str(cell).startswith("=SUM(") for cell in rows[2][5:]] == [True] * 3


class TestLedgerXlsx:
    def url(self, watched, query=""):
        return f"/contributions/ledgers/departments/{watched.counted.basic.pk}.xlsx?{query}"

    @pytest.mark.parametrize(("who", "status"), [("officer", 200), ("head", 200), ("author", 404), ("stranger", 404)])
    def test_is_for_those_who_may_see_the_ledger(self, client, watched, who, status):
        client.force_login(getattr(watched, who))
        assert client.get(self.url(watched)).status_code == status

    @pytest.mark.parametrize("query", ["", "period=2026-H1", "period=2026-03", "from=2026-03-05&to=2026-04-04"])
    def test_has_a_sum_that_gives_the_number_on_the_page(self, client, watched, query):
        more_placements(watched.counted, 60)
        ScoreShare.objects.filter(counted_on="2026-02-03").update(points=Decimal("0.333333"))
        client.force_login(watched.head)
        found = book(client, self.url(watched, query))
        (formula,) = formulas(found)
        first, last = formula.value.removeprefix("=SUM(").removesuffix(")").split(":")
        values = [Decimal(str(row[0].value)) for row in found["明细"][f"{first}:{last}"]]
        shown = client.get(self.url(watched, query).replace(".xlsx", "/")).context["totals"].points
        assert sum(values) == shown > 0

    def test_sums_nothing_to_nought(self, client, watched):
        client.force_login(watched.head)
        found = book(client, self.url(watched, "use=assessment"))
        assert formulas(found) == []
        assert [cell.value for cell in list(found["明细"].rows)[-1]][9] == 0

    def test_writes_dates_as_dates_and_text_as_text(self, client, watched):
        MediaArticle.objects.filter(pk=watched.counted.alone.pk).update(title="=HYPERLINK(1)")
        client.force_login(watched.officer)
        sheet = book(client, self.url(watched))["明细"]
        cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "=HYPERLINK(1)")
        assert cell.data_type == "s"
        assert sheet.cell(cell.row, 1).number_format == "yyyy-mm-dd"

    def test_lists_the_pieces_too(self, client, watched):
        client.force_login(watched.author)
        found = book(client, f"/contributions/ledgers/people/{watched.counted.writer.pk}.xlsx")
        assert found.sheetnames == ["明细", "报送的稿件", "采用的稿件", "没有计分的采用"]
        assert len(rows_of(found["采用的稿件"], "稿件")[1]) == 2

    def test_takes_nonsense_for_the_default(self, client, watched):
        client.force_login(watched.officer)
        for query in NONSENSE:
            assert client.get(self.url(watched, query)).status_code == 200
