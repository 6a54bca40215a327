"""What payment providers tell us. A webhook is a hint: the gateway is asked before anything is booked."""

from __future__ import annotations

import uuid
from http import HTTPStatus

import structlog
from django.contrib.auth.decorators import login_not_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from common import clock
from common.actor import Actor
from developers.trace import about
from orders import operations, unclaimed
from orders.models import Kind, Operation, State, unclaimed_id
from orders.returned_strays import check_strays
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
    """The attempt the session was opened for is asked about; without one, the session. Raises GatewayUnavailable."""
    if not event.session_reference:
        log.warning("webhook.ignored", account=str(account.pk), webhook=event.id, reason="no session")
        return True
    attempt_id = _uuid_of(event.our_reference)
    # a session whose answer was lost is known by our own reference
    is_its = Q(session_reference=event.session_reference) | Q(pk=attempt_id, session_reference="")
    found = Attempt.objects.filter(is_its, gateway_account=account).first()
    if found is None:
        return _unclaimed(account, event, attempt_id)
    about(order_id=found.order_id, attempt_id=found.pk)
    settle.check_attempt(found.pk, at=clock.now())
    return True


def _unclaimed(account: GatewayAccount, event: WebhookEvent, attempt_id: uuid.UUID) -> bool:
    """A session of no attempt: what the gateway says it holds is money nobody expected. Raises GatewayUnavailable."""
    about(operation_id=unclaimed_id(account.pk, event.session_reference))
    # it may call itself an attempt that was begun at another account of this store
    elsewhere = Attempt.objects.filter(pk=attempt_id, order__store=account.store_id).exclude(gateway_account=account)
    order_id = elsewhere.values_list("order_id", flat=True).first()
    return unclaimed.hear(account, event.session_reference, order_id=order_id, at=clock.now())


def _operation_updated(account: GatewayAccount, event: WebhookEvent) -> bool:
    """False while the operation is neither settled nor pending at the gateway. Raises GatewayUnavailable."""
    found = Operation.objects.filter(gateway_account=account, key=event.key).first() if event.key else None
    if found is None:
        return _nobodys_wish(account, event)
    about(order_id=found.order_id, operation_id=found.pk)
    operation = operations.resolve(found.pk)
    if _came_back(operation, event):
        if not operation.is_stray:
            return _sync(account, operation.order_id)
        check_strays(operation.order_id, at=clock.now())
    return not operation.is_in_flight or operation.state == State.PENDING


def _came_back(operation: Operation, event: WebhookEvent) -> bool:
    """Whether a refund that had succeeded may have failed since: then the gateway is asked."""
    if operation.kind != Kind.REFUND or operation.state != State.SUCCEEDED:
        return False
    there = event.snapshot.movements if event.snapshot else ()
    states = {movement.state for movement in there if movement.key == operation.key}
    return not states or Outcome.DECLINED in states


def _nobodys_wish(account: GatewayAccount, event: WebhookEvent) -> bool:
    """Something moved at the gateway that we did not ask for: the payment's order is synced.

    A payment of no order yet is asked about: a customer's attempt, or nobody's.
    """
    if not _placed_by(account, event).exists():
        stray = Operation.objects.filter(
            gateway_account=account, is_stray=True, payment_reference=event.payment_reference, settled_at=None
        ).first()
        if stray is not None:
            about(order_id=stray.order_id, operation_id=stray.pk)
            return not operations.resolve(stray.pk).is_in_flight
        if not _session_updated(account, event):
            return False
    paid = _placed_by(account, event).first()
    return _sync(account, paid.order_id) if paid is not None else True


def _placed_by(account: GatewayAccount, event: WebhookEvent) -> QuerySet[Operation]:
    """The authorization an order was placed with by the event's payment; none for an event without one."""
    here = Operation.objects.filter(gateway_account=account, kind=Kind.AUTHORIZE)
    return here.filter(gateway_reference=event.payment_reference).exclude(gateway_reference="")


def _sync(account: GatewayAccount, order_id: uuid.UUID) -> bool:
    """False while something is not booked that may fit when what is in flight has landed."""
    about(order_id=order_id)
    done = sync_order(order_id, by=Actor.gateway(account.provider), at=clock.now())
    return not (done.findings and done.is_waiting)


_BOOK = {"session.updated": _session_updated, "operation.updated": _operation_updated}


def _uuid_of(text: str) -> uuid.UUID:
    """The attempt a session calls itself; what is none of ours is the nil UUID, which no attempt has."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)


def _plain(status: int, words: str) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
