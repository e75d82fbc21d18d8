"""What machines ask of the site: may I index it, is the process alive, can it work?"""

import shutil
from pathlib import Path

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = structlog.get_logger(__name__)
LEAST_FREE_SHARE = 0.05  # of the disk that takes uploads


@require_safe
def robots_txt(request):
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in ("/admin/", "/account/", "/login/", "/search/", "/feedback/", "/documents/")),
        f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def healthz(request):
    """The process answers."""
    return JsonResponse({"status": "ok"})


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _disk() -> bool:
    folder = Path(settings.MEDIA_ROOT)
    usage = shutil.disk_usage(folder if folder.exists() else settings.BASE_DIR)
    return usage.free / usage.total >= LEAST_FREE_SHARE


@never_cache
@require_safe
def readyz(request):
    """Database, migrations and disk are fit for work; 503 and the name of what is not, never a reason that says too much."""
    checks = {}
    for name, check in (("database", _database), ("migrations", _migrations), ("disk", _disk)):
        try:
            checks[name] = check()
        except (DatabaseError, OSError):
            logger.exception("not_ready", check=name)
            checks[name] = False
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)
