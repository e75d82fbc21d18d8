"""The test suite: dev's transport, fast password hashing, files in a throw-away folder, warnings as errors in pyproject."""

import tempfile
from pathlib import Path

from .dev import *  # noqa: F403
from .dev import DATABASES, STORAGES, env

SECRET_KEY = "tests only " * 6
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# TEST_DB keeps apart the databases of people (or machines) testing at the same time.
_database_name = env("TEST_DB", default="learning")
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not memory: WAL, IMMEDIATE and the browser tests' second connection behave as in production.
    DATABASES["default"]["TEST"] = {"NAME": str(Path(tempfile.gettempdir()) / f"test_{_database_name}.sqlite3")}
    # Nobody mourns a test database after a power cut.
    _options = DATABASES["default"]["OPTIONS"]
    _options["init_command"] = _options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
else:
    DATABASES["default"]["TEST"] = {"NAME": f"test_{_database_name}"}
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    # Dropping the test database at the end may take longer than any statement of a page on a machine that is busy testing.
    _options = DATABASES["default"]["OPTIONS"]
    _options["options"] = _options["options"].replace("statement_timeout=10000", "statement_timeout=60000")

MEDIA_ROOT = tempfile.mkdtemp(prefix="learning-media-")
PRIVATE_ROOT = tempfile.mkdtemp(prefix="learning-private-")
STORAGES = {
    **STORAGES,
    "private": {
        "BACKEND": "cms.files.storage.CarefulFileSystemStorage",
        "OPTIONS": {"location": PRIVATE_ROOT, "base_url": None},
    },
}
LOGGING = {"version": 1, "disable_existing_loggers": False, "handlers": {"null": {"class": "logging.NullHandler"}}}

EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ACCOUNT_RATE_LIMITS = False  # hundreds of sign-ins a minute from one address
