"""The portal's addresses and a constant page to compare with."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from orders.search import PAGE_SIZE
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


urlpatterns = [path("bench/constant/", constant), *portal_patterns]

if settings.ADMIN:
    for shown in admin.site._registry.values():  # noqa: SLF001
        shown.list_per_page = PAGE_SIZE  # as many rows as the portal's own lists
