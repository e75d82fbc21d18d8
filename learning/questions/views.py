from django.http import Http404


def questions(request, *args, **kwargs):
    raise Http404


def ask(request, *args, **kwargs):
    raise Http404


def question(request, *args, **kwargs):
    raise Http404
