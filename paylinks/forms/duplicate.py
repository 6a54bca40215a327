"""The create form as if somebody had typed an order once more: customer, references and lines."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from accounts.models import Store
from common.contact import readable
from common.errors import DomainError
from common.money import format_amount
from orders.grid import numbers
from orders.models import Line, Order
from paylinks.forms import places


def typed(order: Order, lines: Iterable[Line], locale: str) -> dict[str, str]:
    """What the fields hold. Never money that moved, nor history; capture is as the store has it.

    Prices are left out when the form would read them in another currency.
    """
    store = order.store
    data = {
        "store": store.mid,
        "country": order.country,
        "currency": order.currency if order.currency in store.allowed_currencies else "",
        "recipient": readable(order.email or order.phone),
        "merchant_reference1": order.merchant_reference1,
        "merchant_reference2": order.merchant_reference2,
        "form_key": str(uuid.uuid4()),
    }
    if store.auto_capture_default:
        data["auto_capture"] = "on"
    has_prices = is_same_currency(order, store)
    for number, line in enumerate(lines):
        cells = cells_of(line, order.currency, locale, has_prices=has_prices)
        data.update({f"line-{number}-{cell}": value for cell, value in cells.items()})
    return data


def is_same_currency(order: Order, store: Store) -> bool:
    """Whether the form asks for the currency the order was in."""
    try:
        return places.currency_for(order.country, store.allowed_currencies, order.currency) == order.currency
    except DomainError:
        return False


def cells_of(line: Line, currency: str, locale: str, *, has_prices: bool) -> dict[str, str]:
    """The sign of a price follows from the line's type, as it does when somebody types."""
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
