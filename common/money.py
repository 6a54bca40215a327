"""Money in integer minor units: parsing, showing, tax and slices.

Nothing here touches a float. Exponents and display come from Babel.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import (
    format_decimal,
    get_currency_precision,
    get_currency_symbol,
    get_decimal_symbol,
    list_currencies,
)
from babel.numbers import get_group_symbol as babel_group_symbol
from django.utils.translation import gettext as _

from common.errors import DomainError

MAX_AMOUNT = 200_000_000  # the API's upper bound for any amount, in minor units
_MOST_DIGITS = len(str(MAX_AMOUNT))
MINUS = "\N{MINUS SIGN}"
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009']")
_SHAPE = re.compile(r"^([-\N{MINUS SIGN}]?)(\d[\d.,]*)$")
_WORDS = re.compile(r"^((?:[^\W\d_]|[€$£¥])*)(.*?)((?:[^\W\d_]|[€$£¥])*)\.?$")
# how people write a currency beside its code and Babel's symbols
_CALLED = {
    "SEK": {"kr", "krona", "kronor"},
    "NOK": {"kr", "krone", "kroner"},
    "DKK": {"kr", "krone", "kroner"},
    "ISK": {"kr", "króna", "krónur"},
    "EUR": {"€", "euro", "euros"},
    "USD": {"$", "dollar", "dollars"},
    "GBP": {"£", "pound", "pounds"},
    "JPY": {"¥", "yen"},
    "PLN": {"zł", "zl"},
}


class MoneyError(DomainError):
    """Typed money that cannot be read."""


@lru_cache(maxsize=64)
def exponent(currency: str) -> int:
    """Decimals of a currency: JPY 0, SEK 2, KWD 3."""
    return int(get_currency_precision(currency))


@lru_cache(maxsize=64)
def _locale(locale: str) -> Locale:
    return Locale.parse(locale.replace("-", "_"))


@lru_cache(maxsize=64)
def _signs(locale: str) -> tuple[str, str]:
    parsed = _locale(locale)
    group = _SPACES.sub(" ", babel_group_symbol(parsed))
    return get_decimal_symbol(parsed), group


@lru_cache(maxsize=64)
def _pattern(decimals: int) -> str:
    return "#,##0" + ("." + "0" * decimals if decimals else "")


@lru_cache(maxsize=16384)
def format_amount(minor: int, currency: str, locale: str = "en") -> str:
    """`149800, "SEK"` as `1,498.00`, by locale, with a true minus sign."""
    decimals = exponent(currency)
    value = Decimal(minor).scaleb(-decimals)
    text = format_decimal(value, format=_pattern(decimals), locale=_locale(locale))
    return text.replace("-", MINUS)


def format_count(number: int, locale: str = "en") -> str:
    """A number of things with the language's grouping: `1,284`."""
    return str(format_decimal(number, locale=_locale(locale)))


def format_money(minor: int, currency: str, locale: str = "en") -> str:
    """Amount and currency, such as `1,498.00 SEK`."""
    return f"{format_amount(minor, currency, locale)} {currency}"


@dataclass(frozen=True, slots=True)
class _Number:
    negative: bool
    whole: str
    fraction: str


def parse(text: str, currency: str, locale: str = "en") -> int:
    """Typed money as minor units; comma or point, grouping, spaces and the currency's own word pass.

    Raises MoneyError when it is no number, names another currency, has too many
    decimals, is ambiguous (both readings are named) or beyond the limit.
    """
    number = _read(text, currency, locale)
    decimals = exponent(currency)
    fraction = number.fraction
    if len(fraction) > decimals:
        raise MoneyError("too_many_decimals", _too_many(currency, decimals))
    digits = (number.whole + fraction.ljust(decimals, "0")).lstrip("0") or "0"
    if len(digits) > _MOST_DIGITS or int(digits) > MAX_AMOUNT:  # int() itself refuses thousands of digits
        limit = format_money(MAX_AMOUNT, currency, locale)
        raise MoneyError("amount_too_large", _("An amount can be at most %(limit)s.") % {"limit": limit})
    return -int(digits) if number.negative else int(digits)


def _too_many(currency: str, decimals: int) -> str:
    if decimals == 0:
        return _("%(currency)s has no decimals.") % {"currency": currency}
    return _("%(currency)s has at most %(count)s decimals.") % {"currency": currency, "count": decimals}


def _read(text: str, currency: str, locale: str) -> _Number:
    match = _SHAPE.match(_without_words(_SPACES.sub("", text), currency, locale))
    if not match:
        raise _unreadable(currency, locale)
    sign, digits = match.groups()
    whole, fraction = _split(digits, currency, locale)
    return _Number(bool(sign), whole, fraction)


def _without_words(text: str, currency: str, locale: str) -> str:
    """The number alone; what stands around it can only be the currency."""
    match = _WORDS.match(text)
    if match is None:
        raise _unreadable(currency, locale)
    before, bare, after = match.groups()
    for word in (before.casefold(), after.casefold()):
        if word and word not in _words(currency, locale):
            raise _other_currency(currency) if word in _all_words() else _unreadable(currency, locale)
    return bare


@lru_cache(maxsize=64)
def _words(currency: str, locale: str) -> frozenset[str]:
    symbols = {get_currency_symbol(currency, _locale(each)) for each in (locale, "en")}
    found = {currency, *symbols, *_CALLED.get(currency, ())}
    return frozenset(word.casefold().rstrip(".") for word in found)


@lru_cache(maxsize=1)
def _all_words() -> frozenset[str]:
    return frozenset(code.casefold() for code in list_currencies()).union(*_CALLED.values())


def _other_currency(currency: str) -> MoneyError:
    words = _("This order is in %(currency)s. Enter the amount in %(currency)s.")
    return MoneyError("other_currency", words % {"currency": currency})


def _split(digits: str, currency: str, locale: str) -> tuple[str, str]:
    signs = [c for c in digits if c in ".,"]
    if not signs:
        return digits, ""
    if len(set(signs)) == 2:  # noqa: PLR2004
        return _two_signs(digits, signs, currency, locale)
    if len(signs) > 1:
        return _grouped(digits, signs[0], currency, locale), ""
    whole, _sep, rest = digits.partition(signs[0])
    if len(rest) == 3:  # noqa: PLR2004
        return _three_digits(whole, rest, signs[0], currency, locale)
    return whole, rest


def _two_signs(digits: str, signs: list[str], currency: str, locale: str) -> tuple[str, str]:
    decimal = signs[-1]
    if signs.count(decimal) > 1:
        raise _unreadable(currency, locale)
    whole, _sep, fraction = digits.rpartition(decimal)
    return _grouped(whole, signs[0], currency, locale), fraction


def _grouped(digits: str, group: str, currency: str, locale: str) -> str:
    head, *rest = digits.split(group)
    if not _is_head(head) or any(len(part) != 3 for part in rest):  # noqa: PLR2004
        raise _unreadable(currency, locale)
    return head + "".join(rest)


def _is_head(digits: str) -> bool:
    """What may stand before a grouping sign."""
    return 1 <= len(digits) <= 3 and not digits.startswith("0")  # noqa: PLR2004


def _three_digits(whole: str, rest: str, sign: str, currency: str, locale: str) -> tuple[str, str]:
    """One separator and three digits: grouping only by the locale's own sign."""
    decimals = exponent(currency)
    if decimals < 3 and not _is_head(whole):  # noqa: PLR2004
        return whole, rest  # no grouping, so there are too many decimals
    if decimals < 3 and sign == _signs(locale)[1]:  # noqa: PLR2004
        return whole + rest, ""
    if decimals >= 3 and sign == _signs(locale)[0]:  # noqa: PLR2004
        return whole, rest
    words = _("%(text)s can be read as %(grouped)s or as %(decimal)s. Type it without grouping.") % {
        "text": f"{whole}{sign}{rest}",
        "grouped": f"{whole}{rest}",
        "decimal": f"{whole}{_signs(locale)[0]}{rest}",
    }
    raise MoneyError("ambiguous_amount", words)


def _unreadable(currency: str, locale: str) -> MoneyError:
    example = format_amount(123450, currency, locale)
    return MoneyError("not_an_amount", _("Enter an amount such as %(example)s.") % {"example": example})


def tax_of(total: int, rate: int) -> int:
    """Tax contained in a gross `total` at `rate` (percent x 100), half away from zero."""
    size = (2 * abs(total) * rate + 10000 + rate) // (2 * (10000 + rate))
    return size if total >= 0 else -size


def line_total(quantity: int, unit_price: int, discount: int = 0) -> int:
    """Quantity times gross unit price, less the discount."""
    return quantity * unit_price - discount


def slice_until(total: int, quantity: int, units: int) -> int:
    """A(i): what the first `units` of `quantity` are worth, rounded half up (away from zero)."""
    size = (2 * abs(total) * units + quantity) // (2 * quantity)
    return size if total >= 0 else -size


def slice_of(total: int, quantity: int, start: int, count: int) -> int:
    """Worth of units start+1 .. start+count; slices of a line sum to it exactly."""
    return slice_until(total, quantity, start + count) - slice_until(total, quantity, start)
