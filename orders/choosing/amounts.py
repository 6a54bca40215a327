"""Amounts that belong to no line, as typed: a sum, one of the order's rates, a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from common.contact import clean_text
from common.errors import DomainError
from common.money import format_amount, parse
from orders.cutting import Free
from orders.facts import percent

MOST = 10  # free amounts in one form: more than rates an order has
LONGEST_NAME = 255


@dataclass
class AmountChoice:
    """One free amount. `prefix` begins its fields' names; `errors` are by field."""

    prefix: str
    rates: tuple[int, ...]
    text: str = ""
    rate: str = ""
    name: str = ""
    has_name: bool = True
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """No sum was typed."""
        return not self.text.strip()

    @property
    def rate_choices(self) -> list[tuple[str, str, bool]]:
        """Value, words and whether it is the chosen one."""
        return [(str(rate), percent(rate), str(rate) == self.rate) for rate in self.rates]

    def read(self, currency: str, locale: str, *, strict: bool, name: str = "") -> Free | None:
        """The amount, or None with words in `errors`. `strict` also asks for a name."""
        if self.is_empty:
            return None
        try:
            minor = parse(self.text, currency, locale)
        except DomainError as error:
            self.errors["amount"] = error.message
            return None
        if minor <= 0:
            self.errors["amount"] = _("Enter an amount above 0.")
        if self.rate not in map(str, self.rates):
            self.errors["rate"] = _("Choose one of the order's tax rates.")
        called = self._read_name(strict=strict) if self.has_name else name
        if self.errors:
            return None
        return Free(minor, int(self.rate), called)

    def _read_name(self, *, strict: bool) -> str:
        """The name of one line, cut to its length; what cannot be stored is said in `errors`."""
        if strict and not self.name.strip():
            self.errors["name"] = _("Enter a name for the amount. The customer can see it.")
        try:
            return clean_text(self.name.strip()[:LONGEST_NAME], LONGEST_NAME)
        except ValueError as error:
            self.errors["name"] = str(error)
            return ""


def amount_choices(
    rates: tuple[int, ...], data: Mapping[str, str] | None, frees: Iterable[Free], currency: str, locale: str
) -> list[AmountChoice]:
    """The free amounts as they were sent; without `data` those wished, and at least one to fill in."""
    if data is None:
        given = [
            AmountChoice(
                f"free-{at}", rates, format_amount(each.amount, currency, locale), str(each.tax_rate), each.name
            )
            for at, each in enumerate(frees)
        ]
        return given or [blank("free-0", rates)]
    sent = [f"free-{at}" for at in range(MOST) if f"free-{at}-amount" in data]
    return [sent_amount(prefix, rates, data) for prefix in sent] or [blank("free-0", rates)]


def blank(prefix: str, rates: tuple[int, ...], *, has_name: bool = True) -> AmountChoice:
    """Nothing typed yet; the highest rate is the usual one."""
    return AmountChoice(prefix, rates, rate=str(rates[0]) if rates else "", has_name=has_name)


def sent_amount(
    prefix: str, rates: tuple[int, ...], data: Mapping[str, str], *, has_name: bool = True
) -> AmountChoice:
    """What was typed, kept as it is."""
    found = {name: data.get(f"{prefix}-{name}", "") for name in ("amount", "rate", "name")}
    return AmountChoice(prefix, rates, found["amount"], found["rate"], found["name"], has_name)
