"""The portal's own settings with nothing faster: a constant page, counted SQL, high limits.

With BENCH_PLAIN the same project is served with Django's own middleware only, so that the
admin is not charged for what our middleware does.
"""

import os

from portal.settings import *  # noqa: F403
from portal.settings import INSTALLED_APPS as PORTAL_APPS
from portal.settings import MIDDLEWARE as PORTAL_MIDDLEWARE

COUNTING = "bench.counting.StatementsMiddleware"
PLAIN = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

INSTALLED_APPS = ["django.contrib.admin.apps.SimpleAdminConfig", *PORTAL_APPS]
MIDDLEWARE = [COUNTING, *(PLAIN if os.environ.get("BENCH_PLAIN") else PORTAL_MIDDLEWARE)]
ROOT_URLCONF = "bench.urls"
LINK_LIMITS = dict.fromkeys(("person", "store", "recipient", "country"), 10**9)
