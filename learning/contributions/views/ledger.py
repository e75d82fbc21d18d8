from django.http import Http404


def department_ledger(request, *args, **kwargs):
    raise Http404


def person_ledger(request, *args, **kwargs):
    raise Http404
