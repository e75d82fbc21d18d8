from django.http import Http404


def standings(request, *args, **kwargs):
    raise Http404
