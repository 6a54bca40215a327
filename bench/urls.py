"""The portal's addresses, and what it is compared with: a constant page and the Django admin."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from bench.admin import site
from portal.urls import handler404, handler500
from portal.urls import urlpatterns as portal_patterns

__all__ = ["handler404", "handler500", "urlpatterns"]

CONSTANT = ("<!doctype html><title>Constant</title>" + "<p>Forty thousand bytes that never change.</p>\n" * 900)[
    :40_000
]


@login_not_required
def constant(_request: HttpRequest) -> HttpResponse:
    """What any page costs before it does anything."""
    return HttpResponse(CONSTANT)


urlpatterns = [path("bench/constant/", constant), path("admin/", site.urls), *portal_patterns]
