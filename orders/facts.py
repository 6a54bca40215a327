"""Facts of an order in the reader's words: VAT per rate, countries, languages, addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from babel import Locale, UnknownLocaleError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from orders.models import Line

Words = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Rate:
    """VAT contained in the lines of one rate; `percent` as people write it."""

    percent: str
    amount: int


def rates_of(lines: Iterable[Line]) -> list[Rate]:
    """VAT per rate, in minor units."""
    found: dict[int, int] = {}
    for line in lines:
        found[line.tax_rate] = found.get(line.tax_rate, 0) + line.tax_amount
    return [Rate(percent(rate), amount) for rate, amount in sorted(found.items()) if amount]


def percent(rate: int) -> str:
    """`2500` as `25%`, `1250` as `12.5%`."""
    whole, part = divmod(rate, 100)
    return f"{whole}.{part:02}".rstrip("0").rstrip(".") + "%"


def country_name(code: str, language: str = "") -> str:
    """A country in the reader's language, or in the one named."""
    locale = Locale.parse(language.replace("-", "_") or _language())
    return str(locale.territories.get(code.upper(), code))


def language_name(code: str) -> str:
    """A language in the reader's language."""
    try:
        return str(Locale.parse(code.replace("-", "_")).get_language_name(_language()) or code)
    except (UnknownLocaleError, ValueError):
        return code


_ADDRESS: tuple[tuple[str, Words], ...] = (
    ("organization_name", lambda: _("Company")),
    ("name", lambda: _("Name")),
    ("care_of", lambda: _("Care of")),
    ("street", lambda: _("Street")),
    ("street_address2", lambda: _("Street, line 2")),
    ("postal_code", lambda: _("Postal code")),
    ("city", lambda: _("City")),
    ("region", lambda: _("Region")),
    ("country", lambda: _("Country")),
    ("email", lambda: _("E-mail")),
    ("phone", lambda: _("Phone")),
)


def address_facts(address: dict[str, Any]) -> list[tuple[str, str]]:
    """The filled fields of an address with their labels, in the order of an envelope."""
    known = {key: str(value) for key, value in address.items() if value}
    whole = f"{known.get('given_name', '')} {known.get('family_name', '')}".strip()
    known.setdefault("name", whole)
    known.setdefault("street", known.get("street_address", ""))
    if "country" in known:
        known["country"] = country_name(known["country"])
    return [(label(), known[key]) for key, label in _ADDRESS if known.get(key)]


def _language() -> str:
    return (get_language() or "en").replace("-", "_")
