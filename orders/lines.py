"""Lines as they are typed or sent, and what they add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.money import MAX_AMOUNT, format_count, format_money, line_total, tax_of
from orders.models.lines import NEGATIVE_TYPES, UNTAXED_TYPES, LineType

MAX_LINES_IN_FORM = 100
MAX_QUANTITY = 100_000


@dataclass(frozen=True, slots=True)
class LineInput:
    """One line; prices gross in minor units, rate in percent x 100."""

    type: str
    name: str
    quantity: int
    unit_price: int
    tax_rate: int
    reference: str = ""
    discount_amount: int = 0

    @property
    def total_amount(self) -> int:
        """Quantity times price less discount."""
        return line_total(self.quantity, self.unit_price, self.discount_amount)

    @property
    def tax_amount(self) -> int:
        """VAT contained in the total, rounded once per line."""
        return tax_of(self.total_amount, self.tax_rate)

    def check(self, currency: str = "") -> None:
        """Raise DomainError (with the field) when the line breaks a rule of the money page.

        With `currency` a sum that is too large is told how large it may be.
        """
        if self.type not in LineType.values:
            raise DomainError("line_type", _("Choose a type."), field="type")
        if not 1 <= self.quantity <= MAX_QUANTITY:
            raise DomainError("quantity", quantity_words(), field="quantity")
        if not 0 <= self.tax_rate <= 10000:  # noqa: PLR2004
            raise DomainError("tax_rate", _("VAT is between 0 and 100 percent."), field="tax_rate")
        self._check_sign()
        self._check_discount()
        if abs(self.total_amount) > MAX_AMOUNT:
            raise DomainError("amount_too_large", _too_large(currency), field="unit_price")

    def _check_sign(self) -> None:
        negative = self.type in NEGATIVE_TYPES
        if negative and self.unit_price > 0:
            raise DomainError("sign", _("A discount line has a negative price."), field="unit_price")
        if not negative and self.unit_price < 0:
            raise DomainError(
                "sign", _("Only discounts, gift cards and store credit are negative."), field="unit_price"
            )
        if self.type in UNTAXED_TYPES and self.tax_rate:
            raise DomainError("tax_rate", _("Gift cards and store credit carry no VAT."), field="tax_rate")

    def _check_discount(self) -> None:
        if self.discount_amount < 0:
            raise DomainError("discount", _("A discount is not negative."), field="discount")
        if self.discount_amount > max(self.quantity * self.unit_price, 0):
            raise DomainError("discount", _("A discount can be at most the price of the line."), field="discount")


def quantity_words() -> str:
    """What a quantity may be."""
    most = format_count(MAX_QUANTITY, get_language() or "en")
    return _("A quantity is between 1 and %(most)s.") % {"most": most}


def _too_large(currency: str) -> str:
    """The bound in the currency's own decimals; without one known, only that it is passed."""
    if not currency:
        return _("This amount is too large.")
    most = format_money(MAX_AMOUNT, currency, get_language() or "en")
    return _("An amount can be at most %(limit)s.") % {"limit": most}


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of an order in minor units, VAT included."""

    goods: int
    discount: int
    tax: int
    total: int
    tax_by_rate: dict[int, int] = field(default_factory=dict)


def totals_of(lines: Sequence[LineInput]) -> Totals:
    """Sums computed once, on the server, the same everywhere."""
    rates: dict[int, int] = {}
    for line in lines:
        if line.tax_amount:
            rates[line.tax_rate] = rates.get(line.tax_rate, 0) + line.tax_amount
    goods = sum(line.total_amount for line in lines if line.total_amount > 0)
    total = sum(line.total_amount for line in lines)
    return Totals(goods, total - goods, sum(rates.values()), total, dict(sorted(rates.items())))


def check_lines(lines: Sequence[LineInput], limit: int = MAX_LINES_IN_FORM, *, currency: str = "") -> None:
    """Raise DomainError unless the lines make an order: at least one, within limits, total above 0."""
    if not lines:
        raise DomainError("no_lines", _("Add at least one line."), field="lines")
    if len(lines) > limit:
        raise DomainError(
            "too_many_lines", _("An order can have at most %(limit)s lines.") % {"limit": limit}, field="lines"
        )
    for line in lines:
        line.check(currency)
    total = totals_of(lines).total
    if total <= 0:
        raise DomainError("total_not_positive", _("The total must be above 0."), field="lines")
    if total > MAX_AMOUNT:
        raise DomainError("amount_too_large", _too_large(currency), field="lines")
