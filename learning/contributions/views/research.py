from django.http import Http404


def research_year(request, *args, **kwargs):
    raise Http404


def declare(request, *args, **kwargs):
    raise Http404


def report(request, *args, **kwargs):
    raise Http404


def edit_topic(request, *args, **kwargs):
    raise Http404


def decide(request, *args, **kwargs):
    raise Http404


def withdraw(request, *args, **kwargs):
    raise Http404
