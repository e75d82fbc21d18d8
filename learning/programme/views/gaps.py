from django.http import Http404


def gaps(request, **_parts):
    raise Http404


def cell(request, **_parts):
    raise Http404


def remind_behind(request, **_parts):
    raise Http404


def done(request, **_parts):
    raise Http404


def open_item_session(request, **_parts):
    raise Http404
