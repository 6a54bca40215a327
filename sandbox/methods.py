"""The ways to pay this provider knows, and what it lets a merchant do with each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Product:
    """One way to pay; empty `countries` or `currencies` means everywhere."""

    code: str
    window: timedelta
    charges_at_once: bool = False
    can_extend: bool = False
    can_adjust: bool = False
    countries: frozenset[str] = frozenset()
    currencies: frozenset[str] = frozenset()


PRODUCTS = {
    product.code: product
    for product in (
        Product("card", timedelta(days=7)),
        Product(
            "klarna",
            timedelta(days=28),
            can_extend=True,
            can_adjust=True,
            countries=frozenset({"SE", "NO", "DK", "FI", "DE"}),
        ),
        Product(
            "swish",
            timedelta(days=7),
            charges_at_once=True,
            countries=frozenset({"SE"}),
            currencies=frozenset({"SEK"}),
        ),
    )
}
LONGEST_HOLD = timedelta(days=90)  # Klarna extends to at most 90 days after the authorization
EXTENSION = timedelta(days=28)


def sold(code: str, country: str, currency: str) -> Product | None:
    """The product of that code if it is sold for this country and currency."""
    product = PRODUCTS.get(code)
    if product is None:
        return None
    is_sold = (not product.countries or country in product.countries) and (
        not product.currencies or currency in product.currencies
    )
    return product if is_sold else None
