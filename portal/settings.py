"""Django's settings, built from portal.environment."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import urlsplit

from kombu import Queue

from portal import environment, logs, schedule

BASE_DIR = Path(__file__).resolve().parent.parent
ENV = environment.load()
TESTING = "pytest" in sys.modules

# What this installation is
PRODUCTION = ENV.production
SANDBOX = ENV.sandbox or TESTING
PUBLIC_URL = ENV.public_url.rstrip("/")
SANDBOX_URL = ENV.sandbox_url.rstrip("/") or f"{PUBLIC_URL}/sandbox"
SANDBOX_SECRET = ENV.sandbox_key
# A call of ours gives up sooner than the sandbox's pretended time-out ends (seconds).
GATEWAY_CONNECT_SECONDS = 2.0
GATEWAY_READ_SECONDS = 10.0
SANDBOX_STALL_SECONDS = 0 if TESTING else 12
SANDBOX_CLOCK_SECONDS = float("inf") if TESTING else 0.5
SANDBOX_TRANSPORT = "wsgi" if TESTING else ENV.sandbox_transport
DATA_DIR = Path(ENV.data_dir) if ENV.data_dir else BASE_DIR / ".data"

SECRET_KEY = ENV.secret_key
SECRET_KEY_FALLBACKS = list(ENV.secret_key_fallbacks)
DEBUG = False
_HOST = urlsplit(PUBLIC_URL).hostname or "localhost"
ALLOWED_HOSTS = (
    [*ENV.allowed_hosts, _HOST] if PRODUCTION else [*ENV.allowed_hosts, _HOST, "localhost", "127.0.0.1", "[::1]"]
)
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
APPEND_SLASH = True

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "portal.staticfiles.ShippedFiles",
    "django.contrib.humanize",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
    "anymail",
    "messaging",
    "accounts",
    "documents",
    "developers",
    "sandbox",
    "payments",
    "orders",
    "paylinks",
    "api",
    "portal",
]

MIDDLEWARE = [
    "portal.middleware.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "portal.security.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.CompressionMiddleware",
    "portal.middleware.PrivatePagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.middleware.SignInMiddleware",
    "accounts.middleware.AccessMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.RefusalMiddleware",
]

_LOADERS = [
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            # Django 6 has partials in its core: then the loaders and the first builtin go
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [("django.template.loaders.cached.Loader", _LOADERS)],
                )
            ],
            "builtins": [
                "template_partials.templatetags.partials",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "common.templatetags.markup",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.shell",
            ],
        },
    }
]

# Data
DATABASES = {"default": ENV.database()}
if TESTING:
    # a request answered inside the test (the sandbox by WSGI) must not close the test's connection
    DATABASES["default"]["CONN_MAX_AGE"] = None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
_REDIS_OPTIONS = {"socket_connect_timeout": 0.5, "socket_timeout": 1.0}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": ENV.cache_url,
        "KEY_PREFIX": "counterfoil-test" if TESTING else "counterfoil",
        "OPTIONS": _REDIS_OPTIONS,
    }
}
FILE_STORE = DATA_DIR / "files"

# Background work
CELERY_BEAT_SCHEDULE = schedule.CELERY_BEAT_SCHEDULE
CELERY_BROKER_URL = ENV.broker_url
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 0.5,
    "socket_timeout": 5.0,
    "visibility_timeout": 3600,
}
# a worker takes from both in turn: a sign-in mail does not stand behind hundreds of slips
CELERY_TASK_QUEUES = (Queue("celery"), Queue("documents"))
CELERY_TASK_ROUTES = {"orders.tasks.make_slip": {"queue": "documents"}}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")

# People
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_100  # an order has up to 1,000 lines: a tick and a quantity each
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"
# two installations on one machine share a host name, and cookies know no ports
_PORT = urlsplit(PUBLIC_URL).port
SESSION_COOKIE_NAME = "sessionid" if PRODUCTION or not _PORT else f"sessionid_{_PORT}"
CSRF_COOKIE_NAME = "csrftoken" if PRODUCTION or not _PORT else f"csrftoken_{_PORT}"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Mail: rendered at delivery, sent by a worker
# the embedded run keeps what it sends in an outbox page, unless a mail server is named
_HAS_OUTBOX = SANDBOX and not ENV.email_host
EMAIL_BACKEND = "sandbox.mail.EmailBackend" if _HAS_OUTBOX else ENV.email_backend
EMAIL_HOST = ENV.email_host or "localhost"
EMAIL_PORT = ENV.email_port
EMAIL_HOST_USER = ENV.email_user
EMAIL_HOST_PASSWORD = ENV.email_password
EMAIL_USE_TLS = ENV.email_tls
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = ENV.email_from
SERVER_EMAIL = ENV.email_from
ANYMAIL = dict(ENV.anymail)
SMS_PROVIDER = ENV.sms_provider or ("sandbox.sms.OutboxSms" if SANDBOX else "")
# payment links an hour, so that nobody's mailbox or SMS bill is flooded through us
LINK_LIMITS = {"person": 300, "store": 2000, "recipient": 6, "country": 500, **ENV.link_limits}

# Words and time
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]

# Static files
STATIC_URL = "/static/"
STATIC_ROOT = None if TESTING else ENV.static_root or str(DATA_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = TESTING
WHITENOISE_AUTOREFRESH = False
_BUNDLED = "common.assets.BundledStorage"
_PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(FILE_STORE)},
    },
    "staticfiles": {"BACKEND": _PLAIN if TESTING else _BUNDLED},
}

# Every call to and from a gateway is kept this long (days)
LOG_RETENTION_DAYS = ENV.log_retention_days

# What browsers are told
SECURE_CSP = {
    "default-src": ["'self'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
    "object-src": ["'none'"],
}
X_FRAME_OPTIONS = "DENY"
# `no-referrer` would make browsers send `Origin: null`, and every POST fail
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PRODUCTION else []
if PRODUCTION:
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = ENV.hsts_seconds
    SECURE_HSTS_INCLUDE_SUBDOMAINS = ENV.hsts_subdomains
    SECURE_HSTS_PRELOAD = ENV.hsts_preload
if ENV.trust_proxy:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Logs
logs.configure()
LOGGING = logs.logging_config("WARNING" if TESTING else ENV.log_level)
