"""What a gateway tells us by itself: heard, answered, and written down with how it was answered."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from common import clock
from common.limits import allow
from developers import redaction
from developers.actions import Answer, Call, log_call, quietly
from developers.models import Action, Direction
from developers.trace import tracing
from payments.exchange import milliseconds_since
from payments.models import GatewayAccount

# who is not proven may be anybody: their words are not kept, and not every one of their calls
_UNPROVEN = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.REQUEST_ENTITY_TOO_LARGE})
_MOST_UNPROVEN = 60
_HOUR = 3600


@dataclass
class Incoming:
    """A webhook being answered; without a response something unforeseen went wrong."""

    response: HttpResponse | None = None

    @property
    def status(self) -> int:
        """What the sender is told."""
        return self.response.status_code if self.response else HTTPStatus.INTERNAL_SERVER_ERROR


@contextmanager
def incoming(account: GatewayAccount, request: HttpRequest, raw: bytes) -> Iterator[Incoming]:
    """Write a webhook down once it is answered, about what `trace.about` said inside."""
    call, at, started = Incoming(), clock.now(), time.perf_counter()
    with tracing():
        try:
            yield call
        finally:
            duration = milliseconds_since(started)
            if call.status not in _UNPROVEN or allow("webhook refused", account.pk, _MOST_UNPROVEN, _HOUR):
                quietly(lambda: log_call(_call(account, request, raw, call), _answer(call, duration), at=at))


def _call(account: GatewayAccount, request: HttpRequest, raw: bytes, call: Incoming) -> Call:
    is_proven = call.status not in _UNPROVEN
    kept = redaction.message(request.headers.items(), raw if is_proven else b"")
    return Call(
        direction=Direction.IN,
        action=Action.WEBHOOK,
        method=request.method or "",
        path=redaction.path(request.get_full_path()),
        provider=account.provider,
        account_id=account.pk,
        merchant_id=account.store.merchant_id,
        store_id=account.store_id,
        request=kept if is_proven else {**kept, "kind": "other", "size": len(raw)},
    )


def _answer(call: Incoming, duration: int) -> Answer:
    response = call.response
    kept = redaction.message(response.headers.items(), response.content) if response else None
    return Answer(duration, call.status, response=kept)
