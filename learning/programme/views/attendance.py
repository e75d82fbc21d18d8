from django.http import Http404


def summary(request, **_parts):
    raise Http404
