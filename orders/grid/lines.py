"""The grid of order lines: what was typed, what it means, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count

from django.utils.translation import gettext as _

from common.contact import clean_text
from common.errors import DomainError
from common.money import format_amount, parse, slice_of
from orders.grid import numbers
from orders.lines import LineInput
from orders.models.lines import NEGATIVE_TYPES, UNTAXED_TYPES, LineType

# the buttons that add a row, and of what type
ADDED = {"add": LineType.PHYSICAL, "add_discount": LineType.DISCOUNT}
CELLS = ("name", "reference", "type", "quantity", "unit_price", "discount", "tax_rate")
LONGEST = 255
_KEY = re.compile(r"line-([0-9]+)-type")
_GOODS = frozenset({LineType.PHYSICAL, LineType.DIGITAL})


@dataclass
class LineDraft:
    """One row as typed; reading it fills errors, notes and lines."""

    key: str
    type: str = LineType.PHYSICAL
    name: str = ""
    reference: str = ""
    quantity: str = "1"
    unit_price: str = ""
    discount: str = ""
    tax_rate: str = ""
    item: str = ""  # the line of the order it was, when it was one before
    errors: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    lines: tuple[LineInput, ...] = ()

    @property
    def is_blank(self) -> bool:
        """Nothing was typed; such rows are left out."""
        return not (self.name or self.reference or self.unit_price or self.discount)

    @property
    def is_negative(self) -> bool:
        """Takes off the total, whichever sign was typed."""
        return self.type in NEGATIVE_TYPES

    @property
    def total(self) -> int:
        """What the row adds to the order."""
        return sum(line.total_amount for line in self.lines)

    def refuse(self, error: DomainError, cell: str) -> None:
        """Keep the first complaint of a cell."""
        self.errors.setdefault(error.field if error.field in CELLS else cell, error.message)


def drafts_from(data: Mapping[str, str]) -> list[LineDraft]:
    """The rows of a posted form, in the order of the page."""
    keys = dict.fromkeys(match[1] for name in data if (match := _KEY.fullmatch(name)))
    return [_typed(key, data) for key in keys]


def _typed(key: str, data: Mapping[str, str]) -> LineDraft:
    draft = LineDraft(key)
    for cell in (*CELLS, "item"):
        setattr(draft, cell, data.get(f"line-{key}-{cell}", "").strip())
    return draft


def next_key(drafts: Iterable[LineDraft]) -> str:
    """A key no row of the form has."""
    taken = {draft.key for draft in drafts}
    return next(key for key in map(str, count(len(taken))) if key not in taken)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads rows in one currency and one person's locale.

    `strict` also complains about what is missing: while somebody types, only
    what cannot be read is wrong.
    """

    currency: str
    locale: str
    strict: bool

    def read(self, drafts: Iterable[LineDraft]) -> tuple[LineInput, ...]:
        """Every row's lines. Discounts come last, for a percentage needs the goods' sum."""
        rows = [draft for draft in drafts if not draft.is_blank]
        for draft in rows:
            if not draft.is_negative:
                self._row(draft, {})
        base = base_of(line for draft in rows for line in draft.lines)
        for draft in rows:
            if draft.is_negative:
                self._row(draft, base)
        return tuple(line for draft in rows for line in draft.lines)

    def _row(self, draft: LineDraft, base: Mapping[int, int]) -> None:
        self._texts(draft)
        quantity = self._quantity(draft)
        price = self._price(draft, sum(base.values()))
        rate = self._rate(draft)
        if rate is None and not base and self.strict:
            draft.errors.setdefault("tax_rate", _("Enter the VAT, such as 25."))
        if quantity is None or price is None or (rate is None and not base):
            return
        off = self._discount(draft, quantity * price)
        line = LineInput(draft.type, draft.name, quantity, price, rate or 0, draft.reference, off)
        try:
            line.check(self.currency)
        except DomainError as error:
            draft.refuse(error, "unit_price")
            return
        draft.lines = (line,) if rate is not None else split(line, base)
        if len(draft.lines) > 1:
            draft.notes.append(self._split_words(draft.lines))

    def _texts(self, draft: LineDraft) -> None:
        for cell in ("name", "reference"):
            try:
                setattr(draft, cell, clean_text(getattr(draft, cell), LONGEST))
            except ValueError as error:
                draft.errors[cell] = str(error)
        if self.strict and not draft.name:
            draft.errors["name"] = _("Enter what the customer buys.")

    def _quantity(self, draft: LineDraft) -> int | None:
        if not draft.quantity and not self.strict:
            return None
        try:
            return numbers.quantity(draft.quantity)
        except DomainError as error:
            draft.refuse(error, "quantity")
            return None

    def _price(self, draft: LineDraft, goods: int) -> int | None:
        if not draft.unit_price:
            if self.strict:
                draft.errors["unit_price"] = _("Enter a price.")
            return None
        try:
            price = self._signed(draft, goods)
        except DomainError as error:
            draft.refuse(error, "unit_price")
            return None
        shown = numbers.differs(draft.unit_price, price, self.currency, self.locale)
        if shown:
            draft.notes.append(_("Unit price: %(amount)s") % {"amount": shown})
        return price

    def _signed(self, draft: LineDraft, goods: int) -> int:
        """The sign follows the type; 10 % on a discount line is a share of the goods."""
        if draft.is_negative:
            return -numbers.amount_or_share(draft.unit_price, self.currency, self.locale).of(goods)
        return parse(draft.unit_price, self.currency, self.locale)

    def _rate(self, draft: LineDraft) -> int | None:
        """None is a discount that takes the VAT of the goods."""
        if draft.type in UNTAXED_TYPES:
            return 0
        if not draft.tax_rate:
            return None
        try:
            return numbers.rate(draft.tax_rate)
        except DomainError as error:
            draft.refuse(error, "tax_rate")
            return 0

    def _discount(self, draft: LineDraft, price: int) -> int:
        if not draft.discount:
            return 0
        if draft.is_negative:
            draft.errors["discount"] = _("A discount line has no discount of its own.")
            return 0
        try:
            off = numbers.amount_or_share(draft.discount, self.currency, self.locale).of(price)
        except DomainError as error:
            draft.refuse(error, "discount")
            return 0
        shown = numbers.differs(draft.discount, off, self.currency, self.locale)
        if shown:
            draft.notes.append(_("Discount: %(amount)s") % {"amount": shown})
        return off

    def _split_words(self, lines: Iterable[LineInput]) -> str:
        parts = ", ".join(
            _("%(amount)s at %(rate)s %%")
            % {
                "amount": format_amount(line.total_amount, self.currency, self.locale),
                "rate": numbers.percent(line.tax_rate),
            }
            for line in lines
        )
        return _("Split by VAT: %(parts)s") % {"parts": parts}


def base_of(lines: Iterable[LineInput]) -> dict[int, int]:
    """What discounts are shares of, by VAT rate: the goods, or everything when there are none."""
    sums: dict[bool, dict[int, int]] = {True: {}, False: {}}
    for line in lines:
        if line.total_amount > 0:
            rates = sums[line.type in _GOODS]
            rates[line.tax_rate] = rates.get(line.tax_rate, 0) + line.total_amount
    return sums[True] or sums[False]


def split(line: LineInput, base: Mapping[int, int]) -> tuple[LineInput, ...]:
    """A discount over goods of several rates as one line per rate, cut by their totals.

    The cuts are cumulative, so that they sum to the discount exactly.
    """
    if len(base) == 1:
        return (LineInput(line.type, line.name, line.quantity, line.unit_price, next(iter(base)), line.reference),)
    parts, start, whole = [], 0, sum(base.values())
    for rate, goods in sorted(base.items(), reverse=True):
        part = slice_of(line.total_amount, whole, start, goods)
        start += goods
        if part:
            parts.append(LineInput(line.type, line.name, 1, part, rate, line.reference))
    return tuple(parts)
