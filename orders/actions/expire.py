"""Holds that ended: the gateway is asked, then they are booked as gone in batches."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import F

from common.db import refuse_transaction
from orders.models import Order
from orders.states import OPEN
from payments.gateway import GatewayUnavailable, Snapshot
from payments.gateways import gateway_for

log = structlog.get_logger(__name__)

BATCH = 500
_NO_ANSWER_WAIT = timedelta(minutes=30)


def expire_authorizations(at: datetime) -> int:
    """Book every hold that ended by `at`; answers how many.

    Never while an operation is in flight or under review, and only when the
    gateway confirms the end, or its hold's end has moved.
    """
    refuse_transaction()
    gone = [order.pk for order in _due(at) if _has_ended(order, at)]
    return _book(gone, at) if gone else 0


def _due(at: datetime) -> list[Order]:
    due = Order.objects.filter(
        status__in=sorted(OPEN),
        authorization_expires_at__lte=at,
        is_under_review=False,
        capturing_amount=0,
        releasing_amount=0,
    )
    return list(due.select_related("gateway_account__store").order_by("authorization_expires_at")[:BATCH])


def _has_ended(order: Order, at: datetime) -> bool:
    try:
        snapshot = gateway_for(order.paying_account).fetch(order.session_reference)
    except GatewayUnavailable:
        log.warning("expiry.gateway_silent", order=str(order.pk))
        return False
    return not _moved(order, snapshot, at)


def _moved(order: Order, snapshot: Snapshot, at: datetime) -> bool:
    """The gateway's time wins: a hold that lives on keeps the order open."""
    if snapshot.expires_at is None or snapshot.expires_at <= at:
        return False
    unchanged = Order.objects.filter(pk=order.pk, authorization_expires_at=order.authorization_expires_at)
    unchanged.update(authorization_expires_at=snapshot.expires_at, version=F("version") + 1)
    return True


_EXPIRE = """
WITH due AS (
    SELECT id, authorized_amount - captured_amount - released_amount AS rest
    FROM orders_order
    WHERE id = ANY(%(ids)s) AND status IN ('authorized', 'part_captured')
      AND authorization_expires_at <= %(at)s AND capturing_amount = 0 AND releasing_amount = 0
    ORDER BY id
    FOR NO KEY UPDATE SKIP LOCKED
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
    """One statement for the batch; it moves status as `states.MOVES` allows."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_EXPIRE, {"ids": list(ids), "at": at})
        return int(cursor.rowcount)
