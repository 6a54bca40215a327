"""Draft an order: it is pending until a customer authorizes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import Store
from common.actor import Actor
from orders.lines import LineInput, check_lines, totals_of
from orders.models import Line, Order
from orders.timeline import What, record


@transaction.atomic(savepoint=False)
def draft_order(
    store: Store,
    *,
    lines: Sequence[LineInput],
    currency: str,
    country: str,
    language: str,
    merchant_reference1: str,
    by: Actor,
    at: datetime,
    email: str = "",
    phone: str = "",
    customer_name: str = "",
    merchant_reference2: str = "",
    auto_capture: bool = False,
) -> Order:
    """Write a pending order with its lines frozen as revision 1.

    Raises DomainError when the lines break the money rules.
    """
    check_lines(lines, currency=currency)
    totals = totals_of(lines)
    order = Order(
        merchant_id=store.merchant_id,
        store=store,
        is_test=store.is_test,
        currency=currency,
        amount=totals.total,
        tax_amount=totals.tax,
        country=country,
        language=language,
        email=email,
        phone=phone,
        customer_name=customer_name,
        merchant_reference1=merchant_reference1,
        merchant_reference2=merchant_reference2,
        auto_capture=auto_capture,
        auto_capture_by=by.label if auto_capture else "",
        created_by=by.label,
        created_by_id=by.user_id,
        created_at=at,
        changed_at=at,
    )
    order.search_text = order.search_words()
    order.save(force_insert=True)
    Line.objects.bulk_create(line_rows(order, lines))
    record(order, What.ORDER_CREATED, by=by, at=at, amount=order.amount)
    return order


def line_rows(order: Order, lines: Sequence[LineInput], before: Sequence[Line | None] = ()) -> list[Line]:
    """Rows of the order's revision; `before` names for each the line of the last revision it goes on from."""
    rows = [
        Line(
            order=order,
            revision=order.revision,
            position=position,
            type=line.type,
            name=line.name,
            reference=line.reference,
            quantity=line.quantity,
            unit_price=line.unit_price,
            tax_rate=line.tax_rate,
            discount_amount=line.discount_amount,
            total_amount=line.total_amount,
            tax_amount=line.tax_amount,
        )
        for position, line in enumerate(lines, start=1)
    ]
    for row, earlier in zip(rows, before, strict=False):
        if earlier is not None:
            row.item, row.quantity_unit = earlier.item, earlier.quantity_unit
    return rows
