"""What payment providers tell us. A webhook is a hint: the gateway is asked before anything is booked."""

from __future__ import annotations

import uuid
from http import HTTPStatus

import structlog
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from common import clock
from common.actor import Actor
from developers.trace import about
from orders import operations
from orders.models import Kind, Operation, State
from orders.syncing import sync_order
from paylinks import settle
from paylinks.models import Attempt
from payments.gateway import BadSignature, GatewayUnavailable, Outcome, WebhookEvent
from payments.gateways import gateway_for
from payments.incoming import incoming
from payments.models import GatewayAccount

log = structlog.get_logger(__name__)

MOST_BYTES = 256 * 1024  # a session of 1,000 lines stays far below


@csrf_exempt  # proven by the provider's signature, not by a cookie
@login_not_required
@require_POST
def webhook(request: HttpRequest, provider: str, account: uuid.UUID) -> HttpResponse:
    """Answer 2xx only when all that is told is booked; anything else is sent again."""
    found = get_object_or_404(GatewayAccount.objects.select_related("store"), pk=account, provider=provider)
    raw = request.read(MOST_BYTES + 1)
    with incoming(found, request, raw) as call:
        call.response = _answer(found, request, raw)
    return call.response


def _answer(account: GatewayAccount, request: HttpRequest, raw: bytes) -> HttpResponse:
    if len(raw) > MOST_BYTES:
        return _plain(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large.")
    try:
        events = gateway_for(account).parse_webhook(request.headers, raw)
    except BadSignature as error:
        return _plain(HTTPStatus.UNAUTHORIZED, error.message)
    except GatewayUnavailable as error:
        return _plain(HTTPStatus.BAD_REQUEST, error.message)
    return _book(account, events)


def _book(account: GatewayAccount, events: tuple[WebhookEvent, ...]) -> HttpResponse:
    if not events:
        log.info("webhook.ignored", account=str(account.pk), reason="unknown kind")
    try:
        booked = [_BOOK[event.kind](account, event) for event in events]
    except GatewayUnavailable as error:
        return _plain(HTTPStatus.SERVICE_UNAVAILABLE, error.message)
    if not all(booked):
        return _plain(HTTPStatus.SERVICE_UNAVAILABLE, "Not booked yet.")
    return _plain(HTTPStatus.OK, "OK")


def _session_updated(account: GatewayAccount, event: WebhookEvent) -> bool:
    """The attempt the session was opened for is asked about. Raises GatewayUnavailable."""
    attempt_id = _uuid_of(event.our_reference)
    attempts = Attempt.objects.filter(gateway_account=account).values_list("order_id", flat=True)
    order_id = attempts.filter(pk=attempt_id).first() if attempt_id else None
    if attempt_id is None or order_id is None:
        log.warning("webhook.ignored", account=str(account.pk), webhook=event.id, reason="unknown attempt")
        return True
    about(order_id=order_id, attempt_id=attempt_id)
    settle.check_attempt(attempt_id, at=clock.now())
    return True


def _operation_updated(account: GatewayAccount, event: WebhookEvent) -> bool:
    """False while the operation is neither settled nor pending at the gateway. Raises GatewayUnavailable."""
    found = Operation.objects.filter(gateway_account=account, key=event.key).first() if event.key else None
    if found is None:
        return _nobodys_wish(account, event)
    about(order_id=found.order_id, operation_id=found.pk)
    operation = operations.resolve(found.pk)
    if _came_back(operation, event):
        return _sync(account, operation.order_id)
    return not operation.is_in_flight or operation.state == State.PENDING


def _came_back(operation: Operation, event: WebhookEvent) -> bool:
    """Whether a refund that had succeeded may have failed since: then the whole payment is looked at."""
    if operation.kind != Kind.REFUND or operation.state != State.SUCCEEDED or operation.is_stray:
        return False
    there = event.snapshot.movements if event.snapshot else ()
    states = {movement.state for movement in there if movement.key == operation.key}
    return not states or Outcome.DECLINED in states


def _nobodys_wish(account: GatewayAccount, event: WebhookEvent) -> bool:
    """Something moved at the gateway that we did not ask for: the payment's order is synced."""
    here = Operation.objects.filter(gateway_account=account)
    paid = here.filter(kind=Kind.AUTHORIZE, gateway_reference=event.payment_reference).first()
    if paid is not None and event.payment_reference:
        return _sync(account, paid.order_id)
    stray = here.filter(is_stray=True, payment_reference=event.payment_reference, settled_at=None).first()
    if stray is None:
        log.warning("webhook.ignored", account=str(account.pk), webhook=event.id, reason="unknown operation")
        return True
    about(order_id=stray.order_id, operation_id=stray.pk)
    return not operations.resolve(stray.pk).is_in_flight


def _sync(account: GatewayAccount, order_id: uuid.UUID) -> bool:
    """False while something is not booked that may fit when what is in flight has landed."""
    about(order_id=order_id)
    done = sync_order(order_id, by=Actor.gateway(account.provider), at=clock.now())
    return not (done.findings and done.is_waiting)


_BOOK = {"session.updated": _session_updated, "operation.updated": _operation_updated}


def _uuid_of(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _plain(status: int, words: str) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
