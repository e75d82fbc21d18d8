from django.http import Http404


def session_calendar(request, **_parts):
    raise Http404


def subscriptions(request, **_parts):
    raise Http404


def revoke(request, **_parts):
    raise Http404


def feed(request, **_parts):
    raise Http404
