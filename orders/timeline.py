"""Everything that can happen to an order, and the one way to write it down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from psycopg.types.json import Jsonb

from common.actor import Actor, Origin
from orders.models import Event, Operation, Order


class What(TextChoices):
    """The index: schema, documentation and audit list at once."""

    ORDER_CREATED = "order.created", _("Order created")
    ORDER_AMENDED = "order.amended", _("Order changed before payment")
    ORDER_PLACED = "order.placed", _("Order placed")
    ORDER_AUTHORIZED = "order.authorized", _("Authorized")
    ORDER_UNDER_REVIEW = "order.under_review", _("Under review")
    ORDER_REVIEW_APPROVED = "order.review_approved", _("Review approved")
    ORDER_EDITED = "order.edited", _("Order edited")
    ORDER_CAPTURED = "order.captured", _("Captured")
    ORDER_REFUNDED = "order.refunded", _("Refunded")
    ORDER_RELEASED = "order.released", _("Remaining authorization released")
    ORDER_EXTENDED = "order.extended", _("Authorization extended")
    ORDER_CANCELLED = "order.cancelled", _("Cancelled")
    ORDER_EXPIRED = "order.expired", _("Authorization expired")
    REFERENCES_EDITED = "references.edited", _("References edited")
    CUSTOMER_EDITED = "customer.edited", _("Customer edited")
    CAPTURE_DECLINED = "capture.declined", _("Capture declined")
    CAPTURE_UNKNOWN = "capture.unknown", _("Capture not confirmed yet")
    REFUND_DECLINED = "refund.declined", _("Refund declined")
    REFUND_UNKNOWN = "refund.unknown", _("Refund not confirmed yet")
    CANCEL_DECLINED = "cancel.declined", _("Cancellation declined")
    CANCEL_UNKNOWN = "cancel.unknown", _("Cancellation not confirmed yet")
    RELEASE_DECLINED = "release.declined", _("Release declined")
    RELEASE_UNKNOWN = "release.unknown", _("Release not confirmed yet")
    EXTEND_DECLINED = "extend.declined", _("Extension declined")
    EXTEND_UNKNOWN = "extend.unknown", _("Extension not confirmed yet")
    EDIT_DECLINED = "edit.declined", _("Edit declined")
    EDIT_UNKNOWN = "edit.unknown", _("Edit not confirmed yet")
    LINK_CREATED = "link.created", _("Payment link created")
    LINK_OPENED = "link.begun", _("Customer began to pay")
    LINK_DECLINED = "link.declined", _("Payment declined")
    LINK_ABANDONED = "link.abandoned", _("Payment not finished")
    LINK_CANCELLED = "link.cancelled", _("Payment link cancelled")
    LINK_EXPIRED = "link.expired", _("Payment link expired")
    LINK_REPLACED = "link.replaced", _("Payment link replaced")
    LINK_REQUESTED = "link.requested", _("Customer asked for a new link")
    MESSAGE_SENT = "message.sent", _("Message sent")
    MESSAGE_FAILED = "message.failed", _("Message not delivered")
    STRAY_FOUND = "stray.found", _("Money nobody expected")
    STRAY_RETURNED = "stray.returned", _("Unexpected money returned")
    STRAY_CAME_BACK = "stray.came_back", _("Unexpected money came back")
    STRAY_UNRESOLVED = "stray.unresolved", _("Unexpected money not returned yet")
    SYNC_DIFFERENCE = "sync.difference", _("Differs from the gateway")
    SYNC_AGREED = "sync.agreed", _("Agrees with the gateway again")
    REFUND_REVERSED = "refund.reversed", _("Refund came back")
    OPERATION_HANDED_OVER = "operation.handed_over", _("No answer for a day")
    ALERT_DISMISSED = "alert.dismissed", _("Notice dismissed")
    SLIP_MADE = "slip.made", _("Packing slip made")
    REPEAT_FOUND = "repeat.found", _("Looks like a repeated order")
    REPEAT_DISMISSED = "repeat.dismissed", _("Not a repeat")
    REPEAT_RESTORED = "repeat.restored", _("Perhaps a repeat after all")


# Told by machines about what was done before, or said about two orders: they change nothing a form shows.
_QUIET = frozenset({
    What.LINK_ABANDONED, What.MESSAGE_SENT, What.MESSAGE_FAILED, What.SLIP_MADE,
    What.REPEAT_FOUND, What.REPEAT_DISMISSED, What.REPEAT_RESTORED,
})  # fmt: skip


# One statement for one event: this is written several times in every action that moves money.
_APPEND = """
WITH counted AS (
    UPDATE orders_order SET last_seq = last_seq + 1, version = version + %(step)s, changed_at = %(at)s
    WHERE id = %(order)s RETURNING last_seq, version
)
INSERT INTO orders_event (order_id, seq, kind, origin, actor, amount, data, operation_id, at)
SELECT %(order)s::uuid, last_seq, %(kind)s, %(origin)s, %(actor)s, %(amount)s::bigint, %(data)s::jsonb,
    %(operation)s::uuid, %(at)s
FROM counted RETURNING seq, (SELECT version FROM counted)
"""


def record(
    order: Order,
    what: What,
    *,
    by: Actor,
    at: datetime,
    amount: int | None = None,
    operation: Operation | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Append one event. `seq` is taken from the order's row, which stays locked until commit.

    The version rises too, so that a form shown before is stale, but not for what
    machines tell afterwards. `order` carries the new counters.
    """
    values: dict[str, Any] = {
        "order": order.pk,
        "kind": str(what),
        "origin": str(by.origin),
        "actor": by.label,
        "amount": amount,
        "data": Jsonb(dict(data or {})),
        "operation": operation.pk if operation else None,
        "at": at,
        "step": 0 if what in _QUIET else 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_APPEND, values)
        order.last_seq, order.version = cursor.fetchone()
    order.changed_at = at


def happened_since(order: Order, version: int) -> list[Event]:
    """What made a form of `version` old, oldest first.

    Each event that is not quiet raises the version by one, and so does each
    operation when it is reserved, before there is anything to tell of it.
    """
    steps = max(order.version - version, 0)
    loud = Event.objects.filter(order=order).exclude(kind__in=_QUIET).order_by("-seq")[:steps]
    # what the gateway told was never reserved
    wished = Operation.objects.filter(order=order, is_stray=False).exclude(origin=Origin.GATEWAY)
    reserved = wished.order_by("-requested_at").values_list("requested_at", flat=True)[:steps]
    raised: list[tuple[datetime, int, Event | None]] = [(event.at, event.seq, event) for event in loud]
    raised += [(at, 0, None) for at in reserved]
    raised.sort(key=lambda each: each[:2], reverse=True)
    return [event for _at, _seq, event in reversed(raised[:steps]) if event is not None]
