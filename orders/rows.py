"""Rows of the orders list, ready to print: final strings, nothing to compute in the template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common import markup, times
from common.money import format_amount
from orders.marks import cell_mark
from orders.models import Order
from orders.states import OPEN

FIELDS = (
    "placed_at",
    "id",
    "merchant_reference1",
    "customer_name",
    "email",
    "phone",
    "status",
    "is_under_review",
    "is_test",
    "capture_problem",
    "has_stray",  # annotated
    "has_repeat",  # annotated
    "alert",  # annotated
    "captured_amount",
    "refunded_amount",
    "withheld_amount",
    "authorization_expires_at",
    "payment_label",
    "country",
    "amount",
    "currency",
)
SOON = timedelta(days=3)  # from here on the end of an authorization is marked
_NO_TEST = SafeString("")
_NOTHING = SafeString('<span class="muted">–</span>')
_CUT = '<span class="cut">{}</span>'  # a long one leaves room for the badge
_TEST = SafeString(' <span class="test" title="{}">TEST</span>')


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    id: str
    url: str
    reference: str
    customer: str
    status: str
    placed: str
    due: str
    payment: str
    country: str
    money: str
    test: str


def rows_of(values: Sequence[tuple[Any, ...]], now: datetime, query: str) -> list[Row]:
    """Rows for `FIELDS` tuples; `query` is the list's own, kept in each order's address."""
    here = times.here(now)
    prefix, suffix = reverse("orders:list"), f"/{escape(query)}"
    test = SafeString(_TEST.format(escape(_("No real money moves here"))))
    return [_row(each, now, here, (prefix, suffix), test) for each in values]


def row_of(order: Order, now: datetime, query: str, *, has_stray: bool, has_repeat: bool, alert: str) -> Row:
    """The row of one order that has just changed, with what lists ask beside the order itself."""
    known = {**vars(order), "has_stray": has_stray, "has_repeat": has_repeat, "alert": alert}
    return rows_of([tuple(known[name] for name in FIELDS)], now, query)[0]


def _row(values: tuple[Any, ...], now: datetime, here: times.Here, around: tuple[str, str], test: str) -> Row:
    (placed, key, reference, name, email, phone, status, review, is_test) = values[:9]
    (problem, stray, repeat, alert, captured, refunded, withheld, until, label, country, amount, currency) = values[9:]
    kept = captured - refunded - withheld
    return Row(
        id=SafeString(f"order-{key}"),
        url=SafeString(f"{around[0]}{key}{around[1]}"),
        reference=SafeString(_CUT.format(escape(reference)) if is_test else escape(reference)),
        customer=SafeString(escape(name or email or phone)),
        status=cell_mark(
            status,
            is_under_review=review,
            has_problem=bool(problem) and status in OPEN,  # as `Order.refused_capture`
            has_stray=stray,
            has_repeat=repeat,
            alert=alert,
            refunded=refunded,
            kept=kept,
        ),
        placed=markup.moment_for(placed, here),
        due=_due(until, now, here) if until and status in OPEN else _NOTHING,
        payment=SafeString(escape(label)) if label else _NOTHING,
        country=SafeString(escape(country)),
        money=markup.money(amount, currency),
        test=test if is_test else _NO_TEST,
    )


def _due(until: datetime, now: datetime, here: times.Here) -> SafeString:
    """The last day to capture, marked from three days ahead."""
    return markup.last_day(until, here, is_near=until - now <= SOON, is_over=until <= now)


def sums_of(values: Sequence[tuple[Any, ...]]) -> list[tuple[str, str]]:
    """What the orders of a page add up to, per currency."""
    sums: dict[str, int] = {}
    for *_rest, amount, currency in values:
        sums[currency] = sums.get(currency, 0) + amount
    language = get_language() or "en"
    return [(format_amount(total, currency, language), currency) for currency, total in sums.items()]
