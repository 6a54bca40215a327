"""The one door through which requests leave for a gateway: each is written down, then sent."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx

from common import clock
from common.db import release_connection
from developers import redaction
from developers.actions import Answer, Call, log_answer, log_call, quietly
from developers.models import Action, Direction, Problem
from payments.models import GatewayAccount

Send = Callable[[httpx.Request], httpx.Response]


def exchange(account: GatewayAccount, action: Action, request: httpx.Request, send: Send) -> httpx.Response:
    """Send a request of an account and keep what went over the wire. Raises what `send` raises.

    The row stands before the call, so a process that dies in it leaves a row without
    an answer. The database connection is given back while the gateway is waited for.
    """
    row = quietly(lambda: log_call(_call(account, action, request), at=clock.now()))
    release_connection()
    started = time.perf_counter()
    try:
        response = send(request)
    except httpx.HTTPError as error:
        problem = Answer(milliseconds_since(started), problem=_problem(error))
        _complete(row, lambda: problem)
        raise
    duration = milliseconds_since(started)
    _complete(row, lambda: _answer(response, duration))
    return response


def milliseconds_since(started: float) -> int:
    """From a moment of `time.perf_counter` until now."""
    return round((time.perf_counter() - started) * 1000)


def _complete(row: int | None, answer: Callable[[], Answer]) -> None:
    if row is not None:
        quietly(lambda: log_answer(row, answer()))


def _answer(response: httpx.Response, duration: int) -> Answer:
    kept = redaction.message(response.headers.multi_items(), response.content)
    return Answer(duration, response.status_code, response=kept)


def _call(account: GatewayAccount, action: Action, request: httpx.Request) -> Call:
    return Call(
        direction=Direction.OUT,
        action=action,
        method=request.method,
        path=redaction.path(request.url.raw_path.decode()),
        provider=account.provider,
        account_id=account.pk,
        merchant_id=account.store.merchant_id,
        store_id=account.store_id,
        request=redaction.message(request.headers.multi_items(), request.content),
    )


def _problem(error: httpx.HTTPError) -> Problem:
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return Problem.NOT_SENT
    return Problem.TIMEOUT if isinstance(error, httpx.TimeoutException) else Problem.BROKEN
