from django.http import Http404


def calls(request, *args, **kwargs):
    raise Http404


def new_call(request, *args, **kwargs):
    raise Http404


def call(request, *args, **kwargs):
    raise Http404


def close_call(request, *args, **kwargs):
    raise Http404


def focus(request, *args, **kwargs):
    raise Http404
