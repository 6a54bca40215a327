"""The create form as if somebody had typed an order once more: customer, references and lines."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from accounts.models import Store
from common.contact import readable
from common.errors import DomainError
from orders.grid.typed import cells_of
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
