"""A line as somebody would have typed it."""

from __future__ import annotations

from common.money import format_amount
from orders.changes import LineLike
from orders.grid import numbers


def cells_of(line: LineLike, currency: str, locale: str, *, has_prices: bool = True) -> dict[str, str]:
    """What each cell holds. The sign of a price follows from the line's type, as it does when typed."""
    price = format_amount(abs(line.unit_price), currency, locale)
    discount = format_amount(line.discount_amount, currency, locale) if line.discount_amount else ""
    return {
        "type": line.type,
        "name": line.name,
        "reference": line.reference,
        "quantity": str(line.quantity),
        "unit_price": price if has_prices else "",
        "discount": discount if has_prices else "",
        "tax_rate": numbers.percent(line.tax_rate),
    }
