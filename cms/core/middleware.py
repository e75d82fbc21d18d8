from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings

INTERNAL = ("/admin/", "/account/", "/login/", "/logout/", "/_util/")
PERMISSIONS_POLICY = "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"


class PolicyByPathMiddleware(CSPMiddleware):
    """The strict policy everywhere but in Wagtail's admin, which needs its own inline scripts (§5.2 of the security study)."""

    def get_policy_parts(self, request, response, report_only=False):
        if request.path.startswith("/admin/") and not report_only:
            return PolicyParts(config=settings.ADMIN_CONTENT_SECURITY_POLICY)
        return super().get_policy_parts(request, response, report_only)


class ResponseHeadersMiddleware:
    """Headers that no library sets: nothing of a signed-in person's pages is stored anywhere, internal addresses are not indexed."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if settings.SESSION_COOKIE_NAME in request.COOKIES or settings.SESSION_COOKIE_NAME in response.cookies:
            response.headers["Cache-Control"] = "no-store, private"
        if request.path.startswith(INTERNAL):
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
        if request.method == "POST" and request.path.rstrip("/") in ("/logout", "/admin/logout"):
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response
