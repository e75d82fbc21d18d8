import ipaddress

import structlog
from csp.constants import SELF
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpResponseBadRequest

logger = structlog.get_logger(__name__)

INTERNAL = ("/admin/", "/account/", "/login/", "/logout/", "/_util/")
PERMISSIONS_POLICY = "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"
PAGE_TREE = "wagtail_serve"  # the name of the one address pattern that serves pages
FORWARDED_FOR = "HTTP_X_FORWARDED_FOR"
# What else people write their address into; the libraries that ask for a client's address look at these, too.
CLAIMED_ADDRESSES = (
    FORWARDED_FOR,
    "HTTP_X_REAL_IP",
    "HTTP_X_FORWARDED",
    "HTTP_X_CLUSTER_CLIENT_IP",
    "HTTP_X_CLIENT_IP",
    "HTTP_CLIENT_IP",
    "HTTP_TRUE_CLIENT_IP",
    "HTTP_FORWARDED_FOR",
    "HTTP_FORWARDED",
    "HTTP_VIA",
)


class ClientAddressMiddleware:
    """REMOTE_ADDR becomes the reader's address as the front server tells it; what else a request claims of its address is dropped.

    Lockout, rate limits, sessions, reading counts and log lines ask for the address through four libraries in four ways; behind a
    front server two of them saw everybody at one address and one refused every sign-in. After this they all get the same answer.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        told = [part.strip() for part in request.META.get(FORWARDED_FOR, "").split(",")]
        for name in CLAIMED_ADDRESSES:
            request.META.pop(name, None)
        # Counted from the right: each of our own servers appends one, whatever the client had written before.
        if 0 < settings.PROXY_COUNT <= len(told) and (address := plain_address(told[-settings.PROXY_COUNT])):
            request.META["REMOTE_ADDR"] = address
        return self.get_response(request)


def plain_address(written: str) -> str:
    """An IP address in its usual form, an IPv4 one also out of its IPv6 coat; empty when it is none."""
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


class KnownHostMiddleware:
    """Refuses a host that is not this site's before any template asks for it: the page of the refusal would fail on the same question."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        try:
            request.get_host()
        except DisallowedHost:
            logger.warning("host_refused", host=request.META.get("HTTP_HOST", "")[:100])
            return HttpResponseBadRequest("请求的域名不属于本站。\n", content_type="text/plain; charset=utf-8")
        return self.get_response(request)


class PolicyByPathMiddleware(CSPMiddleware):
    """The strict policy everywhere but in Wagtail's admin, which needs its own inline scripts (§5.2 of the security study)."""

    def get_policy_parts(self, request, response, report_only=False):
        if request.path.startswith("/admin/") and not report_only:
            return PolicyParts(config=settings.ADMIN_CONTENT_SECURITY_POLICY)
        parts = super().get_policy_parts(request, response, report_only)
        if getattr(request, "is_preview", False):
            parts.replace = {**(parts.replace or {}), "frame-ancestors": [SELF]}  # the editor shows it in a frame beside the form
        return parts


class ResponseHeadersMiddleware:
    """Headers that no library sets: who may keep an answer and for how long; internal addresses are not indexed.

    Nothing of a signed-in person's pages is stored anywhere. A page that is the same for every anonymous reader may be kept for a
    minute by the front server (deploy/nginx.conf), but no browser shows it again unasked: whoever has just signed in sees the own
    frame, and what was withdrawn is gone with the next click.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if settings.SESSION_COOKIE_NAME in request.COOKIES or settings.SESSION_COOKIE_NAME in response.cookies:
            response.headers["Cache-Control"] = "no-store, private"
        elif is_everybodys_page(request, response):
            response.headers["Cache-Control"] = f"public, max-age=0, s-maxage={settings.ANONYMOUS_PAGE_SECONDS}"
        if request.path.startswith(INTERNAL):
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
        if request.method == "POST" and request.path.rstrip("/") in ("/logout", "/admin/logout"):
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


def is_everybodys_page(request, response) -> bool:
    """Whether this is a page of the tree that any reader without a session would get just so.

    A form with a CSRF token, a message for one reader and a sign-in all set a cookie, so an answer that sets any is somebody's own;
    Wagtail itself says `no-store` on pages that are closed to some. Only the page tree is asked: every other address decides for
    itself, and most say never.
    """
    match = request.resolver_match
    return (
        settings.ANONYMOUS_PAGE_SECONDS > 0
        and match is not None
        and match.view_name == PAGE_TREE
        and request.method in ("GET", "HEAD")
        and response.status_code == 200
        and not response.cookies
        and "Cache-Control" not in response.headers
    )
