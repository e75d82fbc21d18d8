from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from wagtail.admin.views.account import AccountView as StockAccountView


@never_cache
def to_login(request, **_kwargs):
    """Every other address where somebody could sign in leads to the one path, with its way back."""
    wanted = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    if not is_ours:
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
