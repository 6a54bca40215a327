"""HTTP clients, and the one way to speak to this portal without a socket."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import copy_context
from functools import lru_cache
from typing import Any, cast

import httpx
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest


def client(timeout: httpx.Timeout, **options: Any) -> httpx.Client:
    """A client that neither follows redirects nor reads proxies from the environment.

    With SANDBOX_TRANSPORT "wsgi" requests stay in this process (unit tests).
    """
    if getattr(settings, "SANDBOX_TRANSPORT", "http") == "wsgi":
        options["transport"] = httpx.WSGITransport(app=_in_process)
    return httpx.Client(timeout=timeout, trust_env=False, follow_redirects=False, **options)


@lru_cache(maxsize=1)
def _handler() -> WSGIHandler:
    return WSGIHandler()


def _in_process(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The inner request gets its own context: language and log fields must not leak outwards."""
    return copy_context().run(_answer, environ, start_response)


def _answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """No request_started, no request_finished: those would close the outer request's connection."""
    response = _handler().get_response(WSGIRequest(environ))
    start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
    return [b"".join(cast("Iterable[bytes]", response))]
