from django.http import Http404


def write(request, *args, **kwargs):
    raise Http404


def visits(request, *args, **kwargs):
    raise Http404


def add_files(request, *args, **kwargs):
    raise Http404


def research_file(request, *args, **kwargs):
    raise Http404


def remove_file(request, *args, **kwargs):
    raise Http404


def hand_in(request, *args, **kwargs):
    raise Http404


def outcomes(request, *args, **kwargs):
    raise Http404


def remove_outcome(request, *args, **kwargs):
    raise Http404
