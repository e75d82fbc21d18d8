from django.contrib.auth.decorators import login_required
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ...programme.books import workbook, xlsx_response
from ..placement_books import placements_sheet
from ..placing import listed
from ..research_books import research_sheet
from ..standing_books import ledger_sheets, matrix_sheet, standings_sheet
from ..submission_books import articles_sheet
from .ledger import department_asked, person_asked
from .matrix import matrix_asked
from .placements import rights_of
from .research import board_asked
from .standings import standings_asked


@never_cache
@login_required
@require_safe
def articles_xlsx(request):
    """What the list shows under its filters."""
    return xlsx_response(workbook([articles_sheet(request.GET, rights_of(request))]), "稿件")


@never_cache
@login_required
@require_safe
def placements_xlsx(request):
    asked = rights_of(request)
    shown = listed(request.GET, asked, today=asked.today)
    return xlsx_response(workbook([placements_sheet(shown)]), f"{shown.chosen.label}采用")


@never_cache
@login_required
@require_safe
def standings_xlsx(request):
    asked = standings_asked(request)
    sheet = standings_sheet(asked.standings, chosen=asked.chosen, title=asked.title, is_by_people=asked.is_by_people)
    return xlsx_response(workbook([sheet]), asked.title)


@never_cache
@login_required
@require_safe
def matrix_xlsx(request):
    asked = matrix_asked(request)
    sheet = matrix_sheet(asked.matrix, chosen=asked.chosen, title=asked.title, shows_points=asked.shows_points)
    return xlsx_response(workbook([sheet]), asked.title)


@never_cache
@login_required
@require_safe
def department_ledger_xlsx(request, pk):
    return _ledger_xlsx(department_asked(request, pk))


@never_cache
@login_required
@require_safe
def person_ledger_xlsx(request, pk):
    return _ledger_xlsx(person_asked(request, pk))


def _ledger_xlsx(asked):
    facts = {"chosen": asked.chosen, "title": asked.title, "rule_sets": asked.rule_sets}
    return xlsx_response(workbook(ledger_sheets(asked.account, asked.shares, asked.quotas, **facts)), asked.title)


@never_cache
@login_required
@require_safe
def research_xlsx(request):
    board = board_asked(request)
    return xlsx_response(workbook([research_sheet(board)]), f"{board.year}年调研报告")
