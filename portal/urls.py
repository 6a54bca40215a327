"""Every address of the portal."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from api.mail_events import mail_events
from portal import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("portal.home_urls")),
    path("", include("accounts.urls")),
    path("orders/", include("orders.urls")),
    path("links/", include("paylinks.urls")),
    path("pay/", include("paylinks.pay_urls")),
    path("webhooks/", include("api.urls")),
    path("mail-events/<path:path>", mail_events, name="mail_events"),
]

if settings.SANDBOX:
    urlpatterns.append(path("sandbox/", include("sandbox.urls")))

handler404 = "portal.errors.not_found"
handler500 = "portal.errors.failed"
