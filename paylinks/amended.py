"""What the shop last changed of an unpaid order, for those who are to pay it and those who sent it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from common.money import format_money
from orders.changes import MOST_TOLD, SEEN_BY_CUSTOMERS, told
from orders.models import Event, Order
from orders.timeline import What
from paylinks.models import PaymentLink

BRIEFLY = 5  # changes said one by one to a customer, who sees the whole order beside them


@dataclass(frozen=True, slots=True)
class Amended:
    """Totals before and now, and what changed, in the reader's language. `number` is the link that first told it."""

    number: int
    old_total: str
    new_total: str
    changes: tuple[str, ...]


def amended_for_customer(order: Order) -> Amended | None:
    """The last change the customer can see, while the first version is not the current one. One query, or none."""
    if order.revision == 1:
        return None
    events = Event.objects.filter(order=order, kind=What.ORDER_AMENDED)
    data = events.order_by("-seq").values_list("data", flat=True).first()
    if data is None or not any(change["what"] in SEEN_BY_CUSTOMERS for change in data["changes"]):
        return None
    return _read(data, order.currency, to_customer=True, most=BRIEFLY)


def amended_by(link: PaymentLink) -> Amended | None:
    """What changed with this link, as the customer is told; None for a link that only came anew."""
    found = amended_for_customer(link.order)
    return found if found is not None and found.number == link.number else None


def amendments_of(order_id: uuid.UUID, currency: str) -> dict[int, Amended]:
    """Every change of an order, for staff, by the number of the link that told it. One query."""
    events = Event.objects.filter(order=order_id, kind=What.ORDER_AMENDED).values_list("data", flat=True)
    return {data["number"]: _read(data, currency, to_customer=False) for data in events}


def _read(data: Mapping[str, Any], currency: str, *, to_customer: bool, most: int = MOST_TOLD) -> Amended:
    language = get_language() or "en"
    return Amended(
        number=data["number"],
        old_total=format_money(data["old_total"], currency, language),
        new_total=format_money(data["new_total"], currency, language),
        changes=tuple(told(data["changes"], currency, to_customer=to_customer, most=most)),
    )
