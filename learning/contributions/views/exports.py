from django.http import Http404


def articles_xlsx(request, *args, **kwargs):
    raise Http404


def placements_xlsx(request, *args, **kwargs):
    raise Http404


def standings_xlsx(request, *args, **kwargs):
    raise Http404


def matrix_xlsx(request, *args, **kwargs):
    raise Http404


def department_ledger_xlsx(request, *args, **kwargs):
    raise Http404


def person_ledger_xlsx(request, *args, **kwargs):
    raise Http404


def research_xlsx(request, *args, **kwargs):
    raise Http404
