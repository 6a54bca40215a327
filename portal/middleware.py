"""What happens around every view: request id, private pages, sign-in, refusals."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

from common.errors import DomainError, PermissionDenied

log = structlog.get_logger(__name__)
Answer = Callable[[HttpRequest], HttpResponse]

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_OWN_SITE = {"same-origin", "none"}  # none: typed, or a bookmark
_QUIET = ("/healthz", "/readyz", "/static/")


def request_id(request: HttpRequest) -> str:
    """The id a proxy gave, when it looks like one; otherwise a new one."""
    given = request.headers.get("X-Request-ID", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


class RequestLogMiddleware:
    """Bind the request's id to all it logs, answer it back, and log one line."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        number = request_id(request)
        with structlog.contextvars.bound_contextvars(request_id=number):
            response = self.get_response(request)
            if not request.path.startswith(_QUIET):
                self._log(request, response, started)
        response.headers["X-Request-ID"] = number
        if request.method == "HEAD" and not response.streaming:
            response.content = b""  # gunicorn warns of a body that may not be sent
        return response

    @staticmethod
    def _log(request: HttpRequest, response: HttpResponse, started: float) -> None:
        # the route, never the path: a payment link's token must not reach a log
        match = request.resolver_match
        log.info(
            "request",
            method=request.method,
            route=match.route if match else "",
            status=response.status_code,
            ms=round((time.perf_counter() - started) * 1000, 1),
        )


class CompressionMiddleware(GZipMiddleware):
    """Compress pages, unless another site made the browser ask.

    Guessing what a page holds by the length of its answers (BREACH) takes a
    foreign page that makes the browser ask again and again with its guesses.
    Browsers say who asked: such an answer goes out plain. Files are left alone.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_own = request.headers.get("Sec-Fetch-Site") in _OWN_SITE
        if not is_own or not response.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)


class SignInMiddleware(LoginRequiredMiddleware):
    """Sign-in by default; pages for everybody never touch the session; htmx gets HX-Redirect."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponse:
        """Without htmx a redirect; with it the browser itself goes to the sign-in page."""
        if request.headers.get("HX-Request") != "true":
            return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))
        page = request.headers.get("HX-Current-URL", "")
        origin = f"{request.scheme}://{request.get_host()}"
        path = page.removeprefix(origin) if page.startswith(f"{origin}/") else "/"
        target = redirect_to_login(path, resolve_url(settings.LOGIN_URL))
        return HttpResponseClientRedirect(target.url)


class PrivatePagesMiddleware:
    """What a signed-in person sees stays out of every cache, and out of other sites' frames."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session = getattr(request, "session", None)
        if session is not None and session.accessed and not request.path.startswith("/static/"):
            response.headers["Cache-Control"] = "private, no-store"
        return response


class RefusalMiddleware:
    """Answer a DomainError no form took: 403 for a missing permission, 409 for the rest."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn the refusal into a page, or into its partial when htmx asked."""
        if not isinstance(exception, DomainError):
            return None
        forbidden = isinstance(exception, PermissionDenied)
        status = 403 if forbidden else 409
        page = "403.html" if forbidden else "409.html"
        partial = request.headers.get("HX-Request") == "true"
        response = render(request, f"{page}#refusal" if partial else page, {"error": exception}, status=status)
        patch_vary_headers(response, ("HX-Request",))
        log.info("refused", code=exception.code, status=status)
        return response
