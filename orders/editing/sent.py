"""Whether a wish to edit an order was sent before: its key stands in the operation, or in what it left behind."""

from __future__ import annotations

from orders.actions.reserve import key_of
from orders.models import Event, Kind, Operation, Order
from orders.timeline import What

_EDITS = (What.ORDER_EDITED, What.REFERENCES_EDITED)


def was_sent(order: Order, key: str) -> bool:
    """Whether the wish was carried out, or is on its way."""
    name = key_of(Kind.ADJUST, order.pk, key)
    is_told = Event.objects.filter(order=order, kind__in=_EDITS, data__key=name).exists()
    return is_told or Operation.objects.filter(key=name).exists()
