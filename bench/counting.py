"""A request that asks for it is answered with the SQL it ran; all others pass untouched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

HEADER = "X-Bench-Statements"
_KEY = "HTTP_X_BENCH_STATEMENTS"


class StatementsMiddleware:
    """Stands outermost, so that sessions and sign-in are counted too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _KEY not in request.META:
            return self.get_response(request)
        statements: list[str] = []

        def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
            statements.append(connection.ops.compose_sql(sql, params) if params else sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            response = self.get_response(request)
        return JsonResponse({"status": response.status_code, "statements": statements})
