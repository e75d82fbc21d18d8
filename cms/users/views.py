from urllib.parse import urlsplit

from allauth.account import views as account_views
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from wagtail.admin.views.account import AccountView as StockAccountView

SENT_BACK = "sent-back"  # in an address: whoever asks for it is signed in and has already come from the sign-in page


def _is_ours(request, address: str) -> bool:
    return url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}, require_https=request.is_secure())


@never_cache
def sign_in(request):
    """allauth's, but somebody who is signed in and sent here by a door that stays closed is told so.

    The admin and restricted pages answer "sign in" to everybody they do not let in, and a signed-in person would be sent to and fro.
    """
    wanted = request.GET.get("next", "")
    if request.user.is_authenticated and wanted and _is_ours(request, wanted):
        address = urlsplit(wanted)
        query = QueryDict(address.query, mutable=True)
        if SENT_BACK in query:
            list(messages.get_messages(request))  # each refusal has left one; the page of the refusal says it all
            raise PermissionDenied
        query[SENT_BACK] = "1"
        return redirect(address._replace(query=query.urlencode()).geturl())
    return account_views.login(request)


@never_cache
def to_login(request, **_kwargs):
    """Every other address where somebody could sign in leads to the one path, with its way back."""
    wanted = request.GET.get("next", "")
    if not _is_ours(request, wanted):
        wanted = "/admin/" if request.path.startswith("/admin/") else "/"
    return redirect_to_login(wanted, settings.LOGIN_URL)


@never_cache
@login_required
def account_security(request):
    """What the signed-in person can do for the safety of the own account."""
    return render(
        request,
        "account/security.html",
        {
            "has_second_factor": Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP).exists(),
            "sessions": UserSession.objects.filter(user=request.user).count(),
            "max_age_days": settings.PASSWORD_MAX_AGE_DAYS,
        },
    )


class AdminAccountView(StockAccountView):
    """What people may set for themselves in the admin: not the name, which the administrator keeps, and no picture of themselves."""

    left_out = ("name_email", "avatar")

    def get_panels(self):
        return [panel for panel in super().get_panels() if panel.name not in self.left_out]
