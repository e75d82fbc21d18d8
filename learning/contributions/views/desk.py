from django.http import Http404


def contributions(request, *args, **kwargs):
    raise Http404
