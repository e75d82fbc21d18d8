"""我的稿件, and for the office its desk."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ..desk import desk_of
from .articles import rights_of


@never_cache
@login_required
@require_safe
def contributions(request):
    rights = rights_of(request)
    return render(request, "learning/contributions/desk.html", {"rights": rights, "desk": desk_of(rights)})
