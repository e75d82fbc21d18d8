from django.http import Http404


def new_session(request, **_parts):
    raise Http404


def session_detail(request, **_parts):
    raise Http404


def edit_session(request, **_parts):
    raise Http404


def move(request, **_parts):
    raise Http404


def cancel(request, **_parts):
    raise Http404


def notify(request, **_parts):
    raise Http404


def materials(request, **_parts):
    raise Http404


def points(request, **_parts):
    raise Http404


def files(request, **_parts):
    raise Http404


def serve_file(request, **_parts):
    raise Http404


def remove(request, **_parts):
    raise Http404
