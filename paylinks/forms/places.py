"""What a purchase country implies: its currency, the customer's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import get_territory_currencies
from django.conf import settings
from django.utils.translation import gettext as _

from common.countries import names
from common.errors import DomainError


@lru_cache(maxsize=512)
def currency_of(country: str) -> str:
    """The country's own currency, or "" where it has none."""
    found = get_territory_currencies(country)
    return str(found[0]) if found else ""


@lru_cache(maxsize=512)
def language_of(country: str) -> str:
    """The customer's language: the country's, as far as it is complete."""
    complete = dict(settings.LANGUAGES)
    try:
        language = Locale.parse(f"und_{country}").language
    except (UnknownLocaleError, ValueError):
        return settings.LANGUAGE_CODE
    return language if language in complete else settings.LANGUAGE_CODE


def currency_for(country: str, allowed: Sequence[str], chosen: str = "") -> str:
    """The currency an order gets: the country's if allowed, else the chosen one; "" when to choose.

    Raises DomainError when `chosen` is not part of the store's agreement.
    """
    if chosen and chosen not in allowed:
        raise DomainError("currency_not_allowed", not_allowed(chosen, allowed), field="currency")
    own = currency_of(country)
    if own in allowed:
        return own
    return chosen or (allowed[0] if len(allowed) == 1 else "")


def not_allowed(currency: str, allowed: Sequence[str]) -> str:
    """The answer to a currency outside the agreement."""
    words = _(
        "%(currency)s is not part of this store's agreement, which allows %(allowed)s. "
        "The operator of this installation can add a currency."
    )
    return words % {"currency": currency, "allowed": ", ".join(allowed)}


@dataclass(frozen=True, slots=True)
class Option:
    """One entry of the country list."""

    code: str
    label: str


@lru_cache(maxsize=128)
def options(language: str, allowed: tuple[str, ...], first: str) -> tuple[tuple[Option, ...], tuple[Option, ...]]:
    """Countries with a currency of the agreement (the store's own first), and all others."""
    near: list[Option] = []
    far: list[Option] = []
    for code, name in sorted(names(language).items(), key=lambda item: item[0] != first):
        currency = currency_of(code)
        label = f"{name}, {currency}" if currency else name
        (near if currency in allowed else far).append(Option(code, label))
    return tuple(near), tuple(far)
