from django.http import Http404


def adopt(request, *args, **kwargs):
    raise Http404


def adopt_article(request, *args, **kwargs):
    raise Http404
