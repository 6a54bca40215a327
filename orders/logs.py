"""Which calls an event of the timeline stands for, and where they are shown."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

from django.urls import reverse

from accounts.access import Access
from accounts.roles import Permission
from common.actor import Origin
from developers.models import RequestLog
from developers.models import RequestLogQuerySet as Calls
from orders.actions.place import attempt_of
from orders.models import Event, Kind, Operation, Order
from orders.timeline import What

# the gateway was asked about the order as a whole, in the minute around the event
_ASKED = frozenset({What.ORDER_EXPIRED, What.SYNC_DIFFERENCE, What.SYNC_AGREED})
_AROUND = timedelta(minutes=1)


def log_address(order: Order, access: Access, query: str) -> Callable[[Event], str]:
    """Gives the address of an event's calls; "" when it has none, or the person may not read them."""
    may = access.can(Permission.DEVELOPER_LOGS, order.store_id)

    def address(event: Event) -> str:
        return reverse("orders:logs", args=[order.pk, event.seq]) + query if may and _has_calls(event) else ""

    return address


def calls_of(event: Event, access: Access) -> Calls:
    """The calls about what an event tells: its operation, the customer's attempt behind it, or the whole order.

    What the gateway tells by itself is heard of in calls about the order: nobody had asked for it.
    """
    calls = RequestLog.objects.visible_to(access)
    around = (event.at - _AROUND, event.at + _AROUND)
    of_order = calls.filter(order_id=event.order_id, operation_id=None, attempt_id=None, at__range=around)
    if event.kind in _ASKED:
        return of_order
    found = calls.about(_subjects(event))
    return found | of_order if _is_told(event) or _is_decided(event) else found


def _has_calls(event: Event) -> bool:
    is_known = event.operation_id is not None or "attempt" in event.data
    return is_known or event.kind in _ASKED or _is_decided(event)


def _is_decided(event: Event) -> bool:
    """What the gateway decided about the authorization itself, after its review or by charging at once."""
    is_rejected = event.data.get("reason") == "review_rejected"
    return is_rejected or event.kind == What.ORDER_REVIEW_APPROVED or bool(event.data.get("at_once"))


def _is_told(event: Event) -> bool:
    """What the gateway moved, or sent back, without being asked."""
    return event.operation is not None and event.operation.origin == Origin.GATEWAY


def _subjects(event: Event) -> set[uuid.UUID]:
    operation = event.operation
    if _is_decided(event):
        operation = Operation.objects.filter(order=event.order_id, kind=Kind.AUTHORIZE).first()
    attempt = attempt_of(operation) if operation and operation.kind == Kind.AUTHORIZE else event.data.get("attempt")
    found = (attempt, operation.pk, operation.reverses_id) if operation else (attempt,)
    return {uuid.UUID(str(each)) for each in found if each}
