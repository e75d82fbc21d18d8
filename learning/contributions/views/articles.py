from django.http import Http404


def article_list(request, *args, **kwargs):
    raise Http404


def new_article(request, *args, **kwargs):
    raise Http404


def article(request, *args, **kwargs):
    raise Http404


def edit_article(request, *args, **kwargs):
    raise Http404


def hand_in(request, *args, **kwargs):
    raise Http404


def take_back(request, *args, **kwargs):
    raise Http404


def discard(request, *args, **kwargs):
    raise Http404
