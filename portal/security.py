"""Content-Security-Policy with the setting names of Django 6 (5.2 has none built in)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse

type_of_answer = Callable[[HttpRequest], HttpResponse]

HEADER = "Content-Security-Policy"


def build_policy(policy: Mapping[str, Sequence[str]], extra: Mapping[str, Sequence[str]] | None = None) -> str:
    """The header's value; `extra` adds sources to directives of the policy."""
    more = extra or {}
    return "; ".join(
        " ".join([directive, *sources, *more.get(directive, ())]) for directive, sources in policy.items()
    )


class ContentSecurityPolicyMiddleware:
    """Set the policy on every answer.

    A view whose form is redirected elsewhere (the pay page to its gateway) says so by
    `response.csp_extra = {"form-action": ["https://gateway.example"]}`: browsers apply
    form-action to redirects too.
    """

    def __init__(self, get_response: type_of_answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        extra = getattr(response, "csp_extra", None)
        response.headers.setdefault(HEADER, build_policy(settings.SECURE_CSP, extra))
        return response
