import datetime
import io

from openpyxl import load_workbook

from learning.contributions.research_board import board_of
from learning.contributions.research_books import HEADER, research_sheet
from learning.contributions.research_rights import ResearchRights
from learning.contributions.rights import ContributionRights
from learning.programme.books import workbook
from tests.factories.bureau import make_bureau, rights_of
from tests.factories.organisation import DepartmentFactory
from tests.factories.research import written_report

DAY = datetime.date(2026, 10, 1)


class TestResearchSheet:
    def test_has_every_row_of_the_board_with_days_as_days(self, db):
        bureau = make_bureau()
        written_report(state="handed_in", department=bureau.office, title="=1+1")
        written_report(department=DepartmentFactory(kind="unit", name="中心"), title="在写")
        found = board_of(2026, rights=ResearchRights(ContributionRights(rights_of(bureau.clerk, DAY))), today=DAY)
        sheet = load_workbook(io.BytesIO(workbook([research_sheet(found)])), read_only=False).active
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
        assert len(rows[0]) == len(HEADER)
        by_department = {row[0]: row for row in rows[1:]}
        assert by_department["人事科"][2] == "未申报"
        title, stage, _declared, _decided, handed_in, characters = by_department["办公室"][1:7]
        assert (title, stage, handed_in.date(), characters) == ("=1+1", "已提交", datetime.date(2026, 9, 1), 10)
        assert (by_department["中心"][6], by_department["中心"][10]) == (None, "否")
