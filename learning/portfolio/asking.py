"""What somebody gets who may look at another's file and has not said so today: a page that says what a look is, and the one button."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ..organisation.models import StaffMember


def ask_first(request: HttpRequest, person: StaffMember, year: int, *, back_to: str = "") -> HttpResponse:
    """`back_to`: the path of this site that the button leads back to; empty for the file itself. Writes nothing."""
    context = {"person": person, "year": year, "back_to": back_to}
    return render(request, "learning/portfolio/look.html", context)
