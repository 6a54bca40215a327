"""Which calls an event of the timeline stands for, and where they are shown."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.urls import reverse

from accounts.access import Access
from accounts.roles import Permission
from developers.models import RequestLog
from developers.models import RequestLogQuerySet as Calls
from orders.actions.place import attempt_of
from orders.models import Event, Kind, Operation, Order


def log_address(order: Order, access: Access, query: str) -> Callable[[Event], str]:
    """Gives the address of an event's calls; "" when it has none, or the person may not read them."""
    may = access.can(Permission.DEVELOPER_LOGS, order.store_id)

    def address(event: Event) -> str:
        has_calls = event.operation_id is not None or "attempt" in event.data
        return reverse("orders:logs", args=[order.pk, event.seq]) + query if may and has_calls else ""

    return address


def calls_of(event: Event, access: Access) -> Calls:
    """The calls about what an event tells: its operation, or the customer's attempt behind it."""
    return RequestLog.objects.visible_to(access).about(_subjects(event))


def _subjects(event: Event) -> set[uuid.UUID]:
    subjects = {uuid.UUID(str(event.data["attempt"]))} if "attempt" in event.data else set()
    operation = event.operation
    if operation is None:
        return subjects
    if event.data.get("at_once"):  # the money was taken with the authorization
        operation = Operation.objects.filter(order=event.order_id, kind=Kind.AUTHORIZE).first() or operation
    if operation.kind == Kind.AUTHORIZE:
        attempt = attempt_of(operation)
        return subjects | ({attempt} if attempt else set())
    return subjects | {each for each in (operation.pk, operation.reverses_id) if each}
