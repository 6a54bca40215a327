"""Holds that ended: the gateway is asked, then they are booked as gone in batches."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from common.actor import Actor
from common.db import refuse_transaction
from developers.trace import tracing
from orders.actions.lock import locked
from orders.actions.sync import book_movements
from orders.models import Operation, Order
from orders.models.operations import IN_FLIGHT
from orders.states import OPEN
from orders.syncing import sync_order
from orders.timeline import What, record
from payments.gateway import Outcome, Snapshot
from payments.gateways import gateway_for

log = structlog.get_logger(__name__)

BATCH = 200
CHUNK = 50  # booked together, so that a run that is cut off keeps what it learned
RUN_SECONDS = 20.0  # a silent gateway must not keep a worker from everybody's mail
ASK_AGAIN = timedelta(minutes=30)

_IN_FLIGHT = Operation.objects.filter(state__in=sorted(IN_FLIGHT))  # whatever it moves: an extension holds no sum


def expire_authorizations(at: datetime) -> int:
    """Book every hold that ended by `at`; answers how many.

    Never while an operation is in flight or under review, nor while the gateway
    knows of money taken that is not booked here, and only when it confirms the
    end, or its hold's end has moved. A gateway that does
    not answer is asked again half an hour later.
    """
    refuse_transaction()
    end = time.monotonic() + RUN_SECONDS
    booked, gone = 0, []
    for order in _due(at):
        if time.monotonic() > end:
            break
        if _has_ended(order, at):
            gone.append(order.pk)
        if len(gone) == CHUNK:
            booked += _book(gone, at)
            gone = []
    return booked + (_book(gone, at) if gone else 0)


def _due(at: datetime) -> list[Order]:
    due = Order.objects.filter(
        Q(expiry_asked_at=None) | Q(expiry_asked_at__lte=at - ASK_AGAIN),
        status__in=sorted(OPEN),
        authorization_expires_at__lte=at,
        is_under_review=False,
    )
    still = due.exclude(Exists(_IN_FLIGHT.filter(order=OuterRef("pk"))))
    return list(still.select_related("gateway_account__store").order_by("authorization_expires_at")[:BATCH])


def _has_ended(order: Order, at: datetime) -> bool:
    # noted first: whatever the gateway does, this order steps back in the queue
    Order.objects.filter(pk=order.pk).update(expiry_asked_at=at)
    gateway = gateway_for(order.paying_account)
    try:
        with tracing(order_id=order.pk):
            snapshot = gateway.fetch(order.session_reference)
    except Exception:
        log.exception("expiry.not_answered", order=str(order.pk))
        return False
    if _has_news(order, snapshot):
        # what the gateway took before the end must not be booked as let go
        book_movements(order.pk, snapshot, seen=order.version, at=at)
    return not (_moved(order, snapshot, at) or _is_open(order, snapshot, at))


def _has_news(order: Order, snapshot: Snapshot) -> bool:
    known = (order.captured_amount, order.refunded_amount, order.released_amount)
    return known != (snapshot.captured_amount, snapshot.refunded_amount, snapshot.released_amount)


def _moved(order: Order, snapshot: Snapshot, at: datetime) -> bool:
    """The gateway's time wins: a hold that lives on keeps the order open."""
    if snapshot.expires_at is None or snapshot.expires_at <= at:
        return False
    _book_end(order, snapshot.expires_at, at)
    return True


def _is_open(order: Order, snapshot: Snapshot, at: datetime) -> bool:
    """Whether money there is not known here: nothing is booked as let go that may have been taken."""
    if any(movement.state == Outcome.PENDING for movement in snapshot.movements):
        return True
    if Order.objects.filter(pk=order.pk, captured_amount=snapshot.captured_amount).exists():
        return False
    try:
        sync_order(order.pk, by=Actor.system(), at=at)  # asks again, and puts before a person what stays
    except Exception:
        log.exception("expiry.not_compared", order=str(order.pk))
    return True


@transaction.atomic(durable=True)
def _book_end(seen: Order, ends_at: datetime, at: datetime) -> None:
    """Write down the end that moved at the gateway, unless somebody wrote another meanwhile, or is about to."""
    order = locked(seen.pk)
    before = order.authorization_expires_at
    if before is None or before != seen.authorization_expires_at or _IN_FLIGHT.filter(order=order).exists():
        return
    order.authorization_expires_at = ends_at
    order.save(update_fields=["authorization_expires_at"])
    data = {"before": before.isoformat(), "after": ends_at.isoformat()}
    record(order, What.ORDER_EXTENDED, by=Actor.gateway(seen.paying_account.provider), at=at, data=data)


_EXPIRE = """
WITH due AS (
    SELECT id, authorized_amount - captured_amount - released_amount AS rest
    FROM orders_order AS o
    WHERE id = ANY(%(ids)s) AND status IN ('authorized', 'part_captured')
      AND authorization_expires_at <= %(at)s AND NOT EXISTS (
        SELECT FROM orders_operation WHERE order_id = o.id AND state IN ('requested', 'pending', 'unknown')
      )
), moved AS (
    UPDATE orders_order AS o
    SET status = CASE WHEN o.captured_amount = 0 THEN 'expired' ELSE 'captured' END,
        expired_at = CASE WHEN o.captured_amount = 0 THEN %(at)s END,
        released_amount = o.released_amount + due.rest,
        last_seq = o.last_seq + 1, version = o.version + 1, changed_at = %(at)s
    FROM due WHERE o.id = due.id
    RETURNING o.id, o.last_seq, due.rest
)
INSERT INTO orders_event (order_id, seq, kind, origin, actor, amount, data, at)
SELECT id, last_seq, 'order.expired', 'system', '', rest, '{}', %(at)s FROM moved
"""


def _book(ids: Sequence[uuid.UUID], at: datetime) -> int:
    """One statement for the batch; it moves status as `states.MOVES` allows.

    The rows are locked by a statement before it: one that locks them itself may
    have begun before somebody reserved, and would not see what is in flight.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        free = Order.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True, skip_locked=True)
        cursor.execute(_EXPIRE, {"ids": list(free.values_list("pk", flat=True)), "at": at})
        return int(cursor.rowcount)
