"""What an audit or a sync found, told once for as long as it stays the same."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from common.actor import Actor
from orders.actions.alerts import close_alerts, raise_alert
from orders.actions.lock import locked
from orders.differences import Found, last_told, plain
from orders.models import Alert, Order
from orders.timeline import What, record


@transaction.atomic(durable=True)
def report_differences(order_id: uuid.UUID, findings: Iterable[Found], *, by: Actor, at: datetime) -> None:
    """Write differences on the timeline with their numbers and raise an alert; repairs nothing.

    Found again unchanged they are not told again, also after somebody dismissed
    them. When they are gone, that is told once and the alert ends.
    """
    order = locked(order_id)
    differences = plain(findings)
    if differences and order.synced_at is not None:  # nobody may read of an earlier agreement
        order.synced_at = None
        order.save(update_fields=["synced_at"])
    if differences == last_told(order):
        return
    if differences:
        record(order, What.SYNC_DIFFERENCE, by=by, at=at, data={"differences": differences})
        raise_alert(order, Alert.Kind.DIFFERENCE, at=at, data={"differences": differences})
    else:
        record(order, What.SYNC_AGREED, by=by, at=at)
        close_alerts(order, Alert.Kind.DIFFERENCE, at=at)


def note_agreement(order_id: uuid.UUID, *, at: datetime) -> None:
    """Keep when books and gateway were last seen to agree; it changes nothing a form shows."""
    Order.objects.filter(pk=order_id).update(synced_at=at)
