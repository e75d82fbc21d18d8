"""Where a page says "somebody is reading me". A script posts here, so the page itself may come from any cache."""

import re
import secrets

from django.http import Http404, HttpResponseForbidden, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cms.core.visibility import visible_pages

from .models import ReadingCount
from .services import count_reading

READER_COOKIE = "reader"
READER_COOKIE_AGE = 365 * 24 * 3600  # seconds
READER_TOKEN = re.compile(r"[\w-]{22,43}")
ROBOT = re.compile(r"bot\b|bot/|crawl|spider|slurp|phantom|python-|curl|wget|httpclient|preview|monitor|scan", re.IGNORECASE)


# The page is the same for every anonymous reader and may be cached, so it carries no CSRF token; the header below cannot be
# sent from another site without a preflight that nobody answers, and all that could be forged is a reading.
@csrf_exempt
@never_cache
@require_POST
def record_reading(request, page_id):
    """Count the reader and answer `{"total": n}`; `{"again": true}` asks a new reader to come back once with the cookie just set.

    A reader who keeps no cookie is counted by network address and browser, once a day for all who share them.
    """
    if request.headers.get("X-Requested-With") != "readership":
        return HttpResponseForbidden("请从页面打开。", content_type="text/plain; charset=utf-8")
    if not visible_pages(request.user).filter(pk=page_id).exists():
        raise Http404("页面不存在")
    if ROBOT.search(request.headers.get("User-Agent", "robot: no name given")):
        total = ReadingCount.objects.filter(page_id=page_id).values_list("total", flat=True).first()
        return JsonResponse({"total": total or 0})
    token = request.COOKIES.get(READER_COOKIE, "")
    if request.user.is_authenticated:
        identity = f"user:{request.user.pk}"
    elif READER_TOKEN.fullmatch(token):
        identity = f"cookie:{token}"
    elif "again" in request.GET:
        identity = f"network:{request.META.get('REMOTE_ADDR')}|{request.headers.get('User-Agent')}"
    else:
        response = JsonResponse({"again": True})
        response.set_cookie(
            READER_COOKIE,
            secrets.token_urlsafe(24),
            max_age=READER_COOKIE_AGE,
            path="/readings/",
            secure=request.is_secure(),
            httponly=True,
            samesite="Strict",
        )
        return response
    return JsonResponse({"total": count_reading(page_id=page_id, day=timezone.localdate(), identity=identity)})
