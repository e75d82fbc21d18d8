from django.http import Http404


def record(request, **_parts):
    raise Http404


def record_docx(request, **_parts):
    raise Http404
