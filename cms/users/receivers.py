"""What happens when somebody signs in. Connected in apps.py."""

from django.utils import timezone

from .sessions import begin, end_surplus


def on_signed_in(sender, request, user, **_kwargs):
    begin(request.session, now=timezone.now())
    end_surplus(user, current_key=request.session.session_key or "")
