"""Rows of the orders list, ready to print: final strings, nothing to compute in the template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
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
    "authorization_expires_at",
    "payment_label",
    "country",
    "amount",
    "currency",
)
SOON = timedelta(days=3)  # from here on the end of an authorization is marked
_NOTHING = SafeString('<span class="muted">–</span>')
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
    prefix, suffix = reverse("orders:list"), f"/{query}"
    test = SafeString(_TEST.format(escape(_("No real money moves here"))))
    return [_row(each, now, prefix, suffix, test) for each in values]


def row_of(order: Order, now: datetime, query: str) -> Row:
    """The row of one order that has just changed."""
    return rows_of([tuple(getattr(order, name) for name in FIELDS)], now, query)[0]


def _row(values: tuple[Any, ...], now: datetime, prefix: str, suffix: str, test: str) -> Row:
    (placed, key, reference, name, email, phone, status, review, is_test) = values[:9]
    (problem, until, label, country, amount, currency) = values[9:]
    return Row(
        id=f"order-{key}",
        url=f"{prefix}{key}{suffix}",
        reference=reference,
        customer=name or email or phone,
        status=cell_mark(status, is_under_review=review, has_problem=bool(problem)),
        placed=markup.moment(placed, now),
        due=_due(until, now) if status in OPEN else _NOTHING,
        payment=label or _NOTHING,
        country=country,
        money=markup.money(amount, currency),
        test=test if is_test else "",
    )


def _due(until: datetime | None, now: datetime) -> SafeString:
    """The last day to capture, marked from three days ahead."""
    if until is None:
        return _NOTHING
    title = f'<time datetime="{until.isoformat(timespec="seconds")}" title="{times.exact(until)}">'
    day = times.day(until, now)
    if until - now > SOON:
        return mark_safe(f"{title}{day}</time>")  # noqa: S308 (dates only)
    words = times.days_until(until, now) if until > now else _("over")
    return mark_safe(f'<span class="due">{title}{day}, {words}</time></span>')  # noqa: S308 (dates only)


def sums_of(values: Sequence[tuple[Any, ...]]) -> list[tuple[str, str]]:
    """What the orders of a page add up to, per currency."""
    sums: dict[str, int] = {}
    for *_rest, amount, currency in values:
        sums[currency] = sums.get(currency, 0) + amount
    language = get_language() or "en"
    return [(format_amount(total, currency, language), currency) for currency, total in sums.items()]
