from django.http import Http404


def roll(request, **_parts):
    raise Http404


def correct(request, **_parts):
    raise Http404


def sheet(request, **_parts):
    raise Http404


def code(request, **_parts):
    raise Http404


def code_picture(request, **_parts):
    raise Http404


def sign_in(request, **_parts):
    raise Http404
