from django.http import Http404


def matrix(request, *args, **kwargs):
    raise Http404
