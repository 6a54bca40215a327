"""One helper decides whether htmx gets a fragment or the browser gets the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

VARY = ("HX-Request", "HX-Boosted", "HX-History-Restore-Request", "HX-Target")


def target_of(request: HttpRequest) -> str:
    """The id htmx will swap, or "" when the whole page is wanted."""
    headers = request.headers
    if headers.get("HX-Request") != "true" or headers.get("HX-Boosted") == "true":
        return ""
    if headers.get("HX-History-Restore-Request") == "true":
        return ""
    return headers.get("HX-Target", "")


def respond(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    fragments: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The fragment named for the asking target, otherwise the whole page."""
    fragment = (fragments or {}).get(target_of(request), template)
    response = render(request, fragment, dict(context), status=status)
    patch_vary_headers(response, VARY)
    return response


def respond_dialog(
    request: HttpRequest, page: str, dialog: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """A question as a dialog, without htmx as the page.

    Its form is posted for the drawer, which shows what was done; refused, it comes back to #dialog.
    """
    response = respond(request, page, context, fragments={"dialog": dialog, "drawer": dialog}, status=status)
    if target_of(request) == "drawer":
        response.headers["HX-Retarget"] = "#dialog"
        response.headers["HX-Reswap"] = "innerHTML"
    return response
