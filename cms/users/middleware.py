from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.shortcuts import redirect
from django.utils import timezone

from .passwords import password_is_due
from .sessions import is_over, see


def stays_open(path: str) -> bool:
    """Addresses that somebody with an unfinished duty (or none at all) still reaches."""
    return path.startswith(("/account/", "/login/", "/logout/", "/static/", "/media/", "/readings/", "/healthz", "/readyz"))


class SessionLimitsMiddleware:
    """Ends sessions that were idle or have lasted for too long; the request goes on as an anonymous reader's."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            now = timezone.now()
            idle = settings.IDLE_TIMEOUT_ADMIN if request.path.startswith("/admin/") else settings.IDLE_TIMEOUT_STAFF
            if is_over(request.session, now=now, idle_seconds=idle):
                logout(request)
                messages.info(request, "离开时间较长，已自动退出。请重新登录。")
            else:
                see(request.session, now=now)
        return self.get_response(request)


class AccountDutiesMiddleware:
    """A new password when one is due and a second factor for the groups that need one come before everything else."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if settings.SESSION_COOKIE_NAME in request.COOKIES and not stays_open(request.path) and request.user.is_authenticated:
            if password_is_due(request.user, now=timezone.now()):
                messages.warning(request, "请先设置新密码，再继续使用。")
                return redirect("account_change_password")
            if self.needs_second_factor(request.user):
                messages.warning(request, "您的岗位要求启用动态口令，请先完成设置。")
                return redirect("mfa_activate_totp")
        return self.get_response(request)

    @staticmethod
    def needs_second_factor(user) -> bool:
        groups = settings.MFA_REQUIRED_GROUPS
        if not groups or not (user.is_superuser or user.groups.filter(name__in=groups).exists()):
            return False
        return not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
