"""Quantities and percentages as people type them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from common.errors import DomainError
from common.money import MINUS, format_amount, parse
from orders.lines import MAX_QUANTITY, quantity_words

_SPACES = re.compile(r"[\s\u00a0\u202f]")
_RATE = re.compile(r"(\d{1,3})(?:[.,](\d+))?")
_DECIMALS = 2  # rates are kept as percent x 100
WHOLE = 100 * 100


@dataclass(frozen=True, slots=True)
class Typed:
    """An amount, or a share of something else: exactly one is set."""

    amount: int | None = None
    rate: int | None = None

    def of(self, base: int) -> int:
        """The amount; a share of `base` is rounded half up to the minor unit."""
        if self.amount is not None:
            return self.amount
        return (abs(base) * (self.rate or 0) * 2 + WHOLE) // (2 * WHOLE)


def quantity(text: str) -> int:
    """A whole number of pieces."""
    bare = _SPACES.sub("", text)
    if not bare.isascii() or not bare.isdigit():
        raise DomainError("quantity", _("Enter a whole number, such as 2."))
    digits = bare.lstrip("0") or "0"
    if len(digits) > len(str(MAX_QUANTITY)):  # int() itself refuses thousands of digits
        raise DomainError("quantity", quantity_words())
    return int(digits)


def rate(text: str) -> int:
    """A percentage as percent x 100: "25", "25 %" and "12,5" pass."""
    match = _RATE.fullmatch(_SPACES.sub("", text).removesuffix("%"))
    if not match:
        raise DomainError("rate", _("Enter a percentage such as 25 or 12.5."))
    whole, decimals = match.groups(default="")
    if len(decimals) > _DECIMALS:
        raise DomainError("rate", _("A percentage has at most two decimals."))
    return int(whole + decimals.ljust(_DECIMALS, "0"))


def percent(value: int) -> str:
    """2500 as "25", 1250 as "12.5"."""
    whole, rest = divmod(value, 100)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".") if rest else str(whole)


def amount_or_share(text: str, currency: str, locale: str) -> Typed:
    """ "149.80" or "10 %"; the sign is left to whoever knows the line's type."""
    bare = text.strip().lstrip(f"-{MINUS}").strip()
    if bare.endswith("%"):
        share = rate(bare)
        if share > WHOLE:
            raise DomainError("rate", _("A discount can be at most 100%."))
        return Typed(rate=share)
    return Typed(amount=abs(parse(text, currency, locale)))


def differs(text: str, minor: int, currency: str, locale: str) -> str:
    """How the amount was read, when that is not plainly what was typed; otherwise ""."""
    shown = format_amount(minor, currency, locale)
    typed = text.strip().replace("-", MINUS)
    if typed == shown or (typed.isdigit() and minor >= 0):
        return ""
    return shown
