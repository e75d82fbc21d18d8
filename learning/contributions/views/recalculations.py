from django.http import Http404


def recalculations(request, *args, **kwargs):
    raise Http404


def new_recalculation(request, *args, **kwargs):
    raise Http404


def recalculation(request, *args, **kwargs):
    raise Http404
