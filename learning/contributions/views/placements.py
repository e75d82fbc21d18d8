from django.http import Http404


def placement_list(request, *args, **kwargs):
    raise Http404


def placement(request, *args, **kwargs):
    raise Http404


def edit_placement(request, *args, **kwargs):
    raise Http404


def confirm(request, *args, **kwargs):
    raise Http404


def remove(request, *args, **kwargs):
    raise Http404


def new_event(request, *args, **kwargs):
    raise Http404


def remove_event(request, *args, **kwargs):
    raise Http404
