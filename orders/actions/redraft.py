"""A new version of an order nobody has paid: its lines are frozen as the next revision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from common.actor import Actor
from common.errors import DomainError
from orders.actions.draft import line_rows
from orders.changes import Content, changes_of, pair
from orders.lines import LineInput, check_lines, totals_of
from orders.models import Line, Order
from orders.timeline import What, record

_FIELDS = (
    "revision", "amount", "tax_amount", "merchant_reference1", "merchant_reference2", "email", "phone",
    "customer_name", "auto_capture", "auto_capture_by", "search_text",
)  # fmt: skip


def content_of(order: Order) -> Content:
    """What the order says now. One query."""
    return Content(
        lines=tuple(Line.objects.filter(order=order, revision=order.revision).order_by("position")),
        contact=order.email or order.phone,
        merchant_reference1=order.merchant_reference1,
        merchant_reference2=order.merchant_reference2,
        customer_name=order.customer_name,
        auto_capture=order.auto_capture,
    )


@transaction.atomic(savepoint=False)
def redraft_order(order: Order, new: Content, *, number: int, by: Actor, at: datetime) -> None:
    """Write `new` as the next revision of a locked pending order; earlier revisions stay as they are.

    Amounts are minor units of the order's currency, which stays, as do store and
    country. `number` is the link that will carry it. Raises DomainError `unchanged`,
    or what the lines break of the money rules.
    """
    check_lines(new.lines, currency=order.currency)
    old = content_of(order)
    changes = changes_of(old, new)
    if not changes:
        raise DomainError("unchanged", _("Nothing was changed, so nothing was sent."))
    before = order.amount
    _take_over(order, new, by)
    Line.objects.bulk_create(line_rows(order, new.lines, pair(old.lines, new.lines)))
    data = {
        "revision": order.revision,
        "number": number,
        "old_total": before,
        "new_total": order.amount,
        "changes": changes,
    }
    record(order, What.ORDER_AMENDED, by=by, at=at, amount=order.amount, data=data)


def _take_over(order: Order, new: Content, by: Actor) -> None:
    lines: Sequence[LineInput] = new.lines
    totals = totals_of(lines)
    order.revision += 1
    order.amount, order.tax_amount = totals.total, totals.tax
    order.merchant_reference1, order.merchant_reference2 = new.merchant_reference1, new.merchant_reference2
    if new.contact != (order.email or order.phone):
        order.email, order.phone = (new.contact, "") if "@" in new.contact else ("", new.contact)
    order.customer_name = new.customer_name
    if new.auto_capture != order.auto_capture:
        order.auto_capture, order.auto_capture_by = new.auto_capture, by.label if new.auto_capture else ""
    order.search_text = order.search_words()
    order.save(update_fields=_FIELDS)
