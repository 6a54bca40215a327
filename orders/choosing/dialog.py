"""What the capture and the refund dialog have in common: reading, summing up, words."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.errors import Obstacle
from common.money import format_amount, format_money
from orders.choosing.amounts import AmountChoice, amount_choices
from orders.choosing.lines import LineChoice, line_choices
from orders.choosing.sums import Sum, taxes_of
from orders.cutting import CutError, Free, Piece, Share
from orders.forms import ActForm
from orders.models import Line
from orders.rules import Verb, obstacle
from orders.selection import Selection
from orders.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the error summary; `id` is the control it links to, or ""."""

    id: str
    label: str
    words: str


class Choosing:
    """A dialog as it stands: what can be chosen, what is, and what that comes to.

    `data` is what was sent; without it the dialog proposes. Amounts are minor
    units of the order's currency.
    """

    form_class: ClassVar[type[ActForm]] = ActForm
    verb: ClassVar[Verb]
    taken_whole: ClassVar[Promise]  # what is said of a line that was taken before
    taken_part: ClassVar[Promise]

    def __init__(self, sheet: Sheet, data: Mapping[str, str] | None = None) -> None:
        self.sheet = sheet
        self.order = sheet.order
        self.data = data
        self.locale = get_language() or "en"
        self.form = self.form_class(data, initial=self.initial())
        self.problem = ""
        self.is_refused = False
        self.pieces: list[Piece] = []
        shares = self.shares()
        references = dict(Line.objects.filter(order=self.order).values_list("pk", "reference"))
        proposal = self.proposal() if data is None else []
        wished = {piece.key: piece.quantity for piece in proposal if piece.key is not None}
        frees = [Free(each.amount, each.tax_rate, each.name) for each in proposal if each.key is None]
        self.lines: list[LineChoice] = line_choices(shares, references, data, wished)
        self.amounts: list[AmountChoice] = amount_choices(self.rates(), data, frees, self.order.currency, self.locale)
        for line in self.lines:
            line.taken = self.taken_words(line.share)
        self.selection = Selection()

    def initial(self) -> dict[str, Any]:
        """A fresh key, and the version shown."""
        return {"key": uuid.uuid4(), "version": self.order.version}

    def again(self, problem: str) -> Self:
        """After a refusal: the input stays, with a fresh key, the version of now and what went wrong."""
        sent = {name: self.form.data.get(name, "") for name in self.form.fields}
        self.form = self.form_class(sent | Choosing.initial(self))
        self.read(strict=False)
        self.problem = problem
        return self

    @property
    def obstacle(self) -> Obstacle | None:
        """Why the verb is not possible now."""
        return obstacle(self.order, self.verb, self.sheet.access, self.sheet.now)

    def shares(self) -> Sequence[Share]:
        """The lines with what was taken of them."""
        raise NotImplementedError

    def taken_words(self, share: Share) -> str:
        """How much of a line was taken before, or ""."""
        if not share.taken_quantity:
            return ""
        if share.quantity == 1:
            return str(self.taken_whole)
        return str(self.taken_part) % {"taken": share.taken_quantity, "all": share.quantity}

    def proposal(self) -> Sequence[Piece]:
        """What is chosen when the dialog opens."""
        raise NotImplementedError

    def rates(self) -> tuple[int, ...]:
        """Tax rates a free amount can name, the highest first."""
        raise NotImplementedError

    def cut(self) -> list[Piece]:
        """The pieces of the selection. Raises CutError."""
        raise NotImplementedError

    def words(self) -> dict[str, Any]:
        """Everything the templates say."""
        raise NotImplementedError

    def explain(self, error: CutError) -> None:
        """Say why it could not be cut, at the field that is to be changed, with the limit."""
        raise NotImplementedError

    def read(self, *, strict: bool) -> bool:
        """Read and cut what is chosen; True when it can be done as it stands.

        `strict` is the check of a form somebody sent; a preview forgives what
        is not chosen or named yet.
        """
        self.selection = self.chosen(strict=strict)
        if self.problems(strict=strict):
            return False
        try:
            self.pieces = self.cut()
        except CutError as error:
            if strict or error.code != "nothing_chosen":
                self.explain(error)
        for line in self.lines:
            found = [piece.amount for piece in self.pieces if piece.key == line.key]
            line.amount = format_amount(sum(found), self.order.currency, self.locale) if found else "–"
        return bool(self.pieces)

    def chosen(self, *, strict: bool) -> Selection:
        """What is chosen, as far as it can be read."""
        quantities = {line.key: count for line in self.lines if (count := line.count())}
        read = [each.read(self.order.currency, self.locale, strict=strict) for each in self.amounts]
        return Selection(quantities, tuple(free for free in read if free is not None))

    def all_amounts(self) -> list[AmountChoice]:
        """Every amount of the form that somebody can type."""
        return self.amounts

    def problems(self, *, strict: bool = True) -> list[Problem]:
        """All that is wrong, in the order of the page."""
        found = [Problem("", "", self.problem)] if self.problem else []
        found += [Problem(f"quantity-{line.key}", line.share.name, line.error) for line in self.lines if line.error]
        labels = {"amount": _("Amount"), "rate": _("VAT"), "name": _("Name")}
        for each in self.all_amounts():
            found += [Problem(f"{each.prefix}-{name}", labels[name], words) for name, words in each.errors.items()]
        if strict and self.form.is_bound and not self.form.is_valid():
            found += [
                Problem(field.id_for_label if not field.is_hidden else "", str(field.label), str(words))
                for field in self.form
                for words in field.errors
            ]
        return found

    @property
    def summary(self) -> list[Problem]:
        """What stands on top of a form that came back."""
        return self.problems() if self.is_refused or self.problem else []

    @property
    def total(self) -> int:
        """What would move now."""
        return sum(piece.amount for piece in self.pieces)

    @property
    def money(self) -> str:
        """The same with its currency."""
        return self.say(self.total)

    def say(self, minor: int) -> str:
        """An amount in words."""
        return format_money(minor, self.order.currency, self.locale)

    @property
    def parts(self) -> list[Sum]:
        """What the total is made of beside the lines above."""
        return [Sum(piece.name, self._amount(piece.amount)) for piece in self.pieces if piece.key is None]

    @property
    def taxes(self) -> list[Sum]:
        """VAT contained in the total, by rate."""
        return taxes_of(self.pieces, self.order.currency)

    def _amount(self, minor: int) -> str:
        return format_amount(minor, self.order.currency, self.locale)

    @property
    def has_amounts_open(self) -> bool:
        """The free amounts are in use: their part of the form stands open."""
        return any(not each.is_empty or each.errors for each in self.amounts)

    @property
    def is_all_chosen(self) -> bool:
        """Every line that can be chosen is."""
        return all(line.is_chosen for line in self.lines if not line.is_locked and not line.follows)
