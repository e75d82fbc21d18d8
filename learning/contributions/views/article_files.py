from django.http import Http404


def add_files(request, *args, **kwargs):
    raise Http404


def article_file(request, *args, **kwargs):
    raise Http404


def remove_file(request, *args, **kwargs):
    raise Http404
