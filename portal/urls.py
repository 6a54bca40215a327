"""Every address of the portal."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from portal import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

for prefix, module in (
    ("", "accounts.urls"),
    ("orders/", "orders.urls"),
    ("links/", "paylinks.urls"),
    ("pay/", "paylinks.pay_urls"),
    ("webhooks/", "api.urls"),
    ("documents/", "documents.urls"),
    ("", "portal.home_urls"),
):
    if find_spec(module):
        urlpatterns.append(path(prefix, include(module)))
if settings.SANDBOX and find_spec("sandbox.urls"):
    urlpatterns.append(path("sandbox/", include("sandbox.urls")))
if "WEBHOOK_SECRET" in settings.ANYMAIL:  # the e-mail provider reports bounces here
    urlpatterns.append(path("mail-events/", include("anymail.urls")))
if settings.ADMIN:
    from django.contrib import admin

    urlpatterns.append(path("admin/", admin.site.urls))

handler404 = "portal.errors.not_found"
handler500 = "portal.errors.failed"
