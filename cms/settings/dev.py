"""A newcomer's machine: plain HTTP on 127.0.0.1, everything else as in production. `make run` uses it."""

from .base import *  # noqa: F403
from .base import env

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = "a newcomer's machine only: production refuses to start without a key of its own"  # noqa: S105
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

# No TLS here: the __Host- cookies and the redirect would lock everybody out.
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 0
SECURE_PROXY_SSL_HEADER = None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
SESSION_COOKIE_NAME = "sid"
CSRF_COOKIE_NAME = "csrf"

WAGTAILADMIN_BASE_URL = f"http://127.0.0.1:{env('PORT', default='8000')}"

# Static files straight from the source folders: no collectstatic before the first page.
STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

vars().update(env.email_url_config(env("EMAIL_URL", default="") or "consolemail://"))  # what would be sent is shown where the jobs run

# A newcomer looks around first; with a second factor demanded at once the sample sign-ins would not be usable.
MFA_REQUIRED_GROUPS = []
PASSWORD_MAX_AGE_DAYS = 0
