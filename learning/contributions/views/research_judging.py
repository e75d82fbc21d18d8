from django.http import Http404


def prepare(request, *args, **kwargs):
    raise Http404


def judging(request, *args, **kwargs):
    raise Http404


def open_for_judges(request, *args, **kwargs):
    raise Http404


def close(request, *args, **kwargs):
    raise Http404


def results(request, *args, **kwargs):
    raise Http404


def entry_result(request, *args, **kwargs):
    raise Http404


def judge_entry(request, *args, **kwargs):
    raise Http404


def entry_file(request, *args, **kwargs):
    raise Http404
