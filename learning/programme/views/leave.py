from django.http import Http404


def ask(request, **_parts):
    raise Http404


def leave_request(request, **_parts):
    raise Http404


def withdraw(request, **_parts):
    raise Http404
