"""An order as its customer reads it: lines, discounts, VAT per rate, total, ready to print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import format_percent
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.money import format_amount
from orders.models import Line, Order
from orders.models.lines import NEGATIVE_TYPES


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """A line: its name, what it is made of, its total."""

    name: str
    detail: str
    amount: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """The sums of one revision, formatted in the active language."""

    lines: tuple[ReceiptLine, ...]
    taxes: tuple[tuple[str, str], ...]
    total: str
    currency: str


def receipt_of(order: Order, revision: int | None = None) -> Receipt:
    """Read the lines of the current revision, or of another, and print them; one query."""
    lines = list(Line.objects.filter(order=order, revision=revision or order.revision).order_by("position"))
    locale = get_language() or "en"
    return Receipt(
        lines=tuple(_line(line, order.currency, locale) for line in lines),
        taxes=tuple(
            (percent(rate, locale), format_amount(tax, order.currency, locale)) for rate, tax in _taxes(lines)
        ),
        total=format_amount(sum(line.total_amount for line in lines), order.currency, locale),
        currency=order.currency,
    )


def _line(line: Line, currency: str, locale: str) -> ReceiptLine:
    return ReceiptLine(line.name, _detail(line, currency, locale), format_amount(line.total_amount, currency, locale))


def _detail(line: Line, currency: str, locale: str) -> str:
    """Quantity times price; a discount line says so; a discount within the line follows."""
    if line.type in NEGATIVE_TYPES:
        return str(line.get_type_display())
    each = f"{line.quantity} × {format_amount(line.unit_price, currency, locale)}"
    if not line.discount_amount:
        return each
    discount = format_amount(-line.discount_amount, currency, locale)
    return _("%(each)s, discount %(discount)s") % {"each": each, "discount": discount}


def _taxes(lines: Sequence[Line]) -> list[tuple[int, int]]:
    rates: dict[int, int] = {}
    for line in lines:
        if line.tax_amount:
            rates[line.tax_rate] = rates.get(line.tax_rate, 0) + line.tax_amount
    return sorted(rates.items())


@lru_cache(maxsize=256)
def percent(rate: int, locale: str) -> str:
    """A rate in percent x 100 as the language writes it: 2500 is "25%", 1050 is "10.5%"."""
    value = Decimal(rate).scaleb(-4)
    parsed = Locale.parse(locale.replace("-", "_"))
    text: str = format_percent(value, locale=parsed, decimal_quantization=False)
    return text
