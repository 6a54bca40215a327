"""Pages for what no view answered: 404, 500 and a form whose protection did not fit."""

from __future__ import annotations

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page, or its partial when htmx asked; the path is not repeated."""
    partial = request.headers.get("HX-Request") == "true"
    template = "404.html#refusal" if partial else "404.html"
    response = render(request, template, status=404)
    patch_vary_headers(response, ("HX-Request",))
    return response


def failed(request: HttpRequest) -> HttpResponse:
    """Rendered without the request: its user or its session may be what broke."""
    bound = structlog.contextvars.get_contextvars()
    reference = str(bound.get("request_id", ""))[:12]
    return HttpResponse(render_to_string("500.html", {"reference": reference}), status=500)
