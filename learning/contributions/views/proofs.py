from django.http import Http404


def add_proof(request, *args, **kwargs):
    raise Http404


def proof(request, *args, **kwargs):
    raise Http404
