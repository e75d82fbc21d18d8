from django.http import Http404


def make_up(request, **_parts):
    raise Http404


def check(request, **_parts):
    raise Http404
