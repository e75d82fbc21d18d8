"""What django-axes asks of the project: whose attempt it was, and the page of whoever is locked out."""

from django.conf import settings
from django.shortcuts import render


def username_of(request, credentials=None) -> str | None:
    """The name that was tried: the form calls it `login`, Django's backends `username`; both have to be one key."""
    name = (credentials or {}).get("username") or (request.POST.get("login") if request is not None else None)
    return name.strip().casefold() if name else None


def locked_out(request, response=None, credentials=None, *_args, **_kwargs):
    """The lockout page of django-axes: says when to come back, not whether the name exists."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    return render(request, "account/locked_out.html", {"minutes": minutes}, status=429)
