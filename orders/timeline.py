"""Everything that can happen to an order, and the one way to write it down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, TextChoices
from django.utils.translation import gettext_lazy as _

from common.actor import Actor
from orders.models import Event, Operation, Order


class What(TextChoices):
    """The index: schema, documentation and audit list at once."""

    ORDER_CREATED = "order.created", _("Order created")
    ORDER_PLACED = "order.placed", _("Order placed")
    ORDER_AUTHORIZED = "order.authorized", _("Authorized")
    ORDER_UNDER_REVIEW = "order.under_review", _("Under review")
    ORDER_REVIEW_APPROVED = "order.review_approved", _("Review approved")
    ORDER_CAPTURED = "order.captured", _("Captured")
    ORDER_CANCELLED = "order.cancelled", _("Cancelled")
    ORDER_EXPIRED = "order.expired", _("Authorization expired")
    CAPTURE_DECLINED = "capture.declined", _("Capture declined")
    CAPTURE_UNKNOWN = "capture.unknown", _("Capture not confirmed yet")
    LINK_CREATED = "link.created", _("Payment link created")
    LINK_OPENED = "link.begun", _("Customer began to pay")
    LINK_DECLINED = "link.declined", _("Payment declined")
    LINK_CANCELLED = "link.cancelled", _("Payment link cancelled")
    LINK_EXPIRED = "link.expired", _("Payment link expired")
    LINK_REPLACED = "link.replaced", _("Payment link replaced")
    LINK_REQUESTED = "link.requested", _("Customer asked for a new link")
    MESSAGE_SENT = "message.sent", _("Message sent")
    MESSAGE_FAILED = "message.failed", _("Message not delivered")
    STRAY_FOUND = "stray.found", _("Money nobody expected")
    STRAY_RETURNED = "stray.returned", _("Unexpected money returned")
    STRAY_UNRESOLVED = "stray.unresolved", _("Unexpected money not returned yet")
    SLIP_MADE = "slip.made", _("Packing slip made")


# Told by machines about what was done before: they change nothing a form shows.
_QUIET = frozenset({What.MESSAGE_SENT, What.MESSAGE_FAILED, What.SLIP_MADE})


def record(
    order: Order,
    what: What,
    *,
    by: Actor,
    at: datetime,
    amount: int | None = None,
    operation: Operation | None = None,
    data: Mapping[str, Any] | None = None,
) -> Event:
    """Append one event. `seq` is taken from the order's row, which stays locked until commit.

    The version rises too, so that a form shown before is stale, but not for what
    machines tell afterwards.
    """
    step = 0 if what in _QUIET else 1
    Order.objects.filter(pk=order.pk).update(last_seq=F("last_seq") + 1, version=F("version") + step, changed_at=at)
    order.refresh_from_db(fields=["last_seq", "version", "changed_at"])
    return Event.objects.create(
        order=order,
        seq=order.last_seq,
        kind=what,
        origin=by.origin,
        actor=by.label,
        amount=amount,
        operation=operation,
        data=dict(data or {}),
        at=at,
    )
