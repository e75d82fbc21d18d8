from django.http import Http404


def rule_sets(request, *args, **kwargs):
    raise Http404


def load_sample(request, *args, **kwargs):
    raise Http404


def rule_set(request, *args, **kwargs):
    raise Http404


def new_version(request, *args, **kwargs):
    raise Http404


def preview(request, *args, **kwargs):
    raise Http404


def activate(request, *args, **kwargs):
    raise Http404
