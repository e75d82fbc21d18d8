"""Production-safe settings; dev.py and test.py subtract from these, never the other way round.

Everything that differs between bureaus comes from the environment (or a `.env` file beside manage.py).
Values marked §n are those of the security study the project was started from.
"""

import datetime
from pathlib import Path

import environ
import structlog
from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

# Everything the site writes lives under one folder that an IT person can back up and give a disk quota.
VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))

DEBUG = False
SECRET_KEY = env("SECRET_KEY", default="")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])

INSTALLED_APPS = [
    "home",
    "learning",
    "cms.search",
    "cms.imports",
    "cms.review",
    "cms.feedback",
    "cms.inbox",
    "cms.readership",
    "cms.users",
    "cms.files",
    "cms.core",
    "cms.jobs",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "cms.users.wagtail_users.OwnWagtailUsersAppConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "wagtail_modeladmin",
    "modelcluster",
    "taggit",
    "django_filters",
    "django_cotton.apps.SimpleAppConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
    "django_structlog",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "cms.core.middleware.ClientAddressMiddleware",  # first: everything below asks for the reader's address
    "django_structlog.middlewares.RequestMiddleware",
    "cms.core.middleware.KnownHostMiddleware",
    "cms.core.middleware.ResponseHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "cms.core.middleware.PolicyByPathMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "cms.files.middleware.DownloadNameMiddleware",
    "cms.files.middleware.DiskFullMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "cms.users.middleware.SessionLimitsMiddleware",
    "cms.users.middleware.AccountDutiesMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "axes.middleware.AxesMiddleware",
    "cms.core.refusals.ProtectedRecordMiddleware",
]

ROOT_URLCONF = "cms.urls"
WSGI_APPLICATION = "cms.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cms.core.chrome.site_chrome",
                "cms.inbox.unread.unread_messages",
                "home.study.own_study",
            ],
        },
    }
]

# --- database -----------------------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url_config(env("DATABASE_URL", default="") or f"sqlite:///{VAR_DIR / 'site.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        # trusted_schema=OFF of §5.6 is left out: it refuses the JSON_VALID check of every JSONField ("unsafe use").
        # Without IMMEDIATE 85 % of simultaneous writers fail with "database is locked" (§0.1).
        "transaction_mode": "IMMEDIATE",
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=20000;"
            "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-20000; PRAGMA mmap_size=134217728;"
            "PRAGMA journal_size_limit=67108864; PRAGMA wal_autocheckpoint=1000;"
        ),
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        connect_timeout=5,
        # A migration of many rows may need longer: STATEMENT_TIMEOUT_SECONDS=0 in front of that one command.
        options=f"-c statement_timeout={env.int('STATEMENT_TIMEOUT_SECONDS', default=10) * 1000} -c lock_timeout=3000 -c jit=off -c idle_in_transaction_session_timeout=15000",
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# One process by default; several nodes share the database, never a process's memory.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "TIMEOUT": 60},
    # Which file a picture of a given size is; a minute's staleness on another node shows the picture as it was.
    "renditions": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "renditions", "TIMEOUT": 60},
}

# --- language, time -----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# --- files --------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
PRIVATE_ROOT = VAR_DIR / "private"  # import files and other things no address serves directly
BACKUP_DIR = Path(env("BACKUP_DIR", default=str(VAR_DIR / "backups")))  # where `manage.py backup` writes; better another disk
STORAGES = {
    "default": {"BACKEND": "cms.files.storage.CarefulFileSystemStorage"},
    "private": {
        "BACKEND": "cms.files.storage.CarefulFileSystemStorage",
        "OPTIONS": {"location": str(PRIVATE_ROOT), "base_url": None},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
DATA_UPLOAD_MAX_NUMBER_FILES = 20

# --- people and sign-in -------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
LOGIN_URL = WAGTAIL_FRONTEND_LOGIN_URL = WAGTAILADMIN_LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "__Host-sid"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = False  # Wagtail's admin scripts read the token from the cookie's twin in the page
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

IDLE_TIMEOUT_ADMIN = 15 * 60  # seconds; an open editor reports in by itself and does not count as idle
IDLE_TIMEOUT_STAFF = 30 * 60
MAX_SESSIONS_PER_USER = 2
PASSWORD_MAX_AGE_DAYS = env.int("PASSWORD_MAX_AGE_DAYS", default=90)  # 0 switches ageing off
MFA_REQUIRED_GROUPS = env.list("MFA_REQUIRED_GROUPS", default=["系统管理员", "审计管理员", "机关党委办事员", "终审员"])
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "cms.users.passwords.CharacterClassesValidator", "OPTIONS": {"min_classes": 3}},
    {
        "NAME": "cms.users.passwords.ContextWordsValidator",
        "OPTIONS": {"words": env.list("PASSWORD_CONTEXT_WORDS", default=["jiaoyuju", "xuexi", "教育局", "学习"])},
    },
    {"NAME": "cms.users.passwords.HistoryValidator", "OPTIONS": {"remember": 5}},
]
ACCOUNT_ADAPTER = "cms.users.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "cms.users.forms.LoginForm",
    "change_password": "cms.users.forms.ChangePasswordForm",
    "reauthenticate": "cms.users.forms.ReauthenticateForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
# Wrong passwords are counted by django-axes, in the database and across nodes.
ACCOUNT_RATE_LIMITS = {"login_failed": None, "login": "30/m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "学习型机关"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = datetime.timedelta(minutes=30)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "cms.users.lockout.username_of"
AXES_LOCKOUT_CALLABLE = "cms.users.lockout.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False

# --- transport and headers (§5.1, §5.2) ---------------------------------------------------------------------------

USE_X_FORWARDED_HOST = False
PROXY_COUNT = env.int("PROXY_COUNT", default=0)  # front servers that write X-Forwarded-For; 0: the header is not believed
ANONYMOUS_PAGE_SECONDS = env.int("ANONYMOUS_PAGE_SECONDS", default=60)  # how long the front server may keep a public page; 0: not at all
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = False
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # the preload list is for the owner of the whole domain to join, not for one site below it
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-src": [NONE],
        "media-src": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
# Wagtail's admin writes scripts into its pages (date pickers, "add" buttons); recorded as a deviation in docs/adr/0005.
ADMIN_CONTENT_SECURITY_POLICY = {
    "default-src": [SELF],
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "font-src": [SELF, "data:"],
    "connect-src": [SELF],
    "frame-src": [SELF],
    "frame-ancestors": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "object-src": [NONE],
}

# --- Wagtail (§5.3) -----------------------------------------------------------------------------------------------

WAGTAIL_SITE_NAME = "学习型机关建设平台"
WAGTAILADMIN_BASE_URL = env("WAGTAILADMIN_BASE_URL", default="https://example.invalid")
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
WAGTAIL_USER_TIME_ZONES = ["Asia/Shanghai"]
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "cms.search.backend"}}
WAGTAILIMAGES_IMAGE_MODEL = "files.CustomImage"
WAGTAILIMAGES_IMAGE_FORM_BASE = "cms.files.forms.ImageForm"
WAGTAILIMAGES_EXTENSIONS = ["jpg", "jpeg", "png", "webp", "gif"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 20_000_000
WAGTAILIMAGES_FEATURE_DETECTION_ENABLED = False
WAGTAILDOCS_DOCUMENT_MODEL = "files.CustomDocument"
WAGTAILDOCS_DOCUMENT_FORM_BASE = "cms.files.forms.DocumentForm"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_INLINE_CONTENT_TYPES = []
WAGTAILDOCS_BLOCK_EMBEDDED_CONTENT = True
WAGTAILDOCS_EXTENSIONS = [
    "pdf", "docx", "xlsx", "pptx", "doc", "xls", "ppt", "wps", "et", "dps", "ofd", "txt", "csv", "jpg", "jpeg", "png",
]  # fmt: skip
WAGTAILDOCS_MAX_UPLOAD_SIZE = 20 * 1024 * 1024
WAGTAIL_PRIVATE_PAGE_OPTIONS = {"SHARED_PASSWORD": False}
WAGTAILDOCS_PRIVATE_COLLECTION_OPTIONS = {"SHARED_PASSWORD": False}
WAGTAILEMBEDS_FINDERS = []
WAGTAILADMIN_RICH_TEXT_EDITORS = {
    "default": {
        "WIDGET": "wagtail.admin.rich_text.DraftailRichTextArea",
        "OPTIONS": {"features": ["h2", "h3", "h4", "bold", "ol", "ul", "hr", "link", "document-link", "image"]},
    }
}
WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT = True
WAGTAIL_WORKFLOW_CANCEL_ON_PUBLISH = True
WAGTAIL_FINISH_WORKFLOW_ACTION = "cms.review.finishing.publish_reviewed"
WAGTAILADMIN_UNSAFE_PAGE_DELETION_LIMIT = 1
WAGTAILADMIN_NOTIFICATION_INCLUDE_SUPERUSERS = False  # no mail with the title of a reflection that nobody may read
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False  # one place: /account/password/
WAGTAILUSERS_PASSWORD_ENABLED = True
WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAILIMAGES_USAGE_COUNT_ENABLED = True

# --- e-mail -------------------------------------------------------------------------------------------------------

vars().update(env.email_url_config(env("EMAIL_URL", default="") or "dummymail://"))  # EMAIL_HOST and the like; by default nothing is sent
EMAIL_TIMEOUT = 10  # seconds; a mail server that says nothing would hold up every job
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="study@localhost")

# --- reading counts -----------------------------------------------------------------------------------------------

READERSHIP_KEEP_DAYS = 2  # how long the (unlinkable) reader marks are kept after their day

# --- contributions ------------------------------------------------------------------------------------------------

# Whether the text behind a pasted link is fetched when an adoption is registered. Off: what is needed is pasted, nothing leaves the site.
CONTRIBUTIONS_FETCH_LINKS = env.bool("CONTRIBUTIONS_FETCH_LINKS", default=False)

# --- log lines (§5.5): JSON, one event a line, no names, no form bodies --------------------------------------------


def say_when(_logger, _method, event):
    """RFC 3339 with the offset: a line that is read on another machine still says when it was (§5.5)."""
    event["timestamp"] = datetime.datetime.now().astimezone().isoformat(timespec="milliseconds")
    return event


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(ensure_ascii=False),
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                say_when,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "loggers": {name: {"level": "WARNING"} for name in ("axes", "django_tasks", "weasyprint", "fontTools")},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
}
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        say_when,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)


def require_production_values(*, secret_key: str, allowed_hosts: list[str]) -> None:
    """Refuse to start half-configured.

    Raises ImproperlyConfigured (in Chinese, naming the remedy) when the key is short or no host is allowed.
    """
    if len(secret_key) < 50:
        raise ImproperlyConfigured("环境变量 SECRET_KEY 缺失或不足 50 个字符。可用 make secret 生成一个，写入 .env 文件。")
    if not allowed_hosts or "*" in allowed_hosts:
        raise ImproperlyConfigured("环境变量 ALLOWED_HOSTS 缺失或含“*”。请写明本站域名，例如 ALLOWED_HOSTS=xx.example.gov.cn。")


if env("DJANGO_SETTINGS_MODULE", default="") in ("", "cms.settings.base"):
    require_production_values(secret_key=SECRET_KEY, allowed_hosts=ALLOWED_HOSTS)
