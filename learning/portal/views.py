from django.http import Http404


def my_study(request):
    raise Http404
