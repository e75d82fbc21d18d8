from django.http import Http404


def bulletins(request, *args, **kwargs):
    raise Http404


def new_bulletin(request, *args, **kwargs):
    raise Http404


def bulletin(request, *args, **kwargs):
    raise Http404
