"""The refund dialog: what goes back to the customer, and what the next payout loses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.actions.refund import cut_refund
from orders.choosing import payouts
from orders.choosing.amounts import AmountChoice, blank, sent_amount
from orders.choosing.dialog import Choosing
from orders.cutting import CaptureShares, CutError, Piece, Share, refund_everything, refund_pieces
from orders.cutting.pieces import by_rate
from orders.facts import percent
from orders.forms import ActForm, LineField
from orders.rules import Verb
from orders.selection import Selection, rest_to_refund
from orders.sheet import Sheet


class RefundForm(ActForm):
    """What goes along with a refund."""

    reason = LineField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Stands in the timeline and in the message to the customer."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    tells_customer = forms.BooleanField(label=gettext_lazy("Tell the customer"), required=False)


class RefundChoice(Choosing):
    """Which captured lines and amounts go back, less a return fee; nothing, when it opens."""

    form_class: ClassVar[type[ActForm]] = RefundForm
    verb: ClassVar[Verb] = Verb.REFUND
    taken_whole: ClassVar[Promise] = gettext_lazy("Refunded")
    taken_part: ClassVar[Promise] = gettext_lazy("%(taken)s of %(all)s refunded")

    def __init__(self, sheet: Sheet, data: Mapping[str, str] | None = None) -> None:
        super().__init__(sheet, data)
        rates = tuple(sorted({rate for capture in self.captures for rate in capture.rest()}, reverse=True))
        self.fee: AmountChoice = (
            blank("fee", rates, has_name=False)
            if data is None
            else sent_amount("fee", rates, data, has_name=False)
        )  # fmt: skip

    def initial(self) -> dict[str, Any]:
        """The customer is told unless somebody says no."""
        return {**super().initial(), "tells_customer": True}

    @cached_property
    def captures(self) -> list[CaptureShares]:
        """What there is to refund from, oldest first."""
        return rest_to_refund(self.order)

    def shares(self) -> Sequence[Share]:
        """The captured lines, summed over captures."""
        found: dict[int, Share] = {}
        for capture in self.captures:
            for share in capture.shares:
                known = found.get(share.key)
                found[share.key] = share if known is None else _together(known, share)
        return tuple(found.values())

    def proposal(self) -> Sequence[Piece]:
        """Nothing: what comes back is known to people only."""
        return ()

    def whole(self, reason: str) -> RefundChoice:
        """The same with all chosen that can still be refunded, and why: one order of two is one too many."""
        try:
            cut = refund_everything(self.captures, limit=max(self.order.refundable_amount, 0))
        except CutError:  # the dialog says what stands in the way
            return self
        data = {name: str(value) for name, value in self.initial().items()} | {"reason": reason}
        units: Counter[int] = Counter()
        frees: Counter[int] = Counter()
        for piece in (piece for pieces in cut.values() for piece in pieces):
            if piece.key is None:
                frees[piece.tax_rate] += piece.amount
            else:
                units[piece.key] += piece.quantity
        for key, count in units.items():
            data |= {f"line-{key}": "on", f"quantity-{key}": str(count)}
        for at, (rate, amount) in enumerate(frees.items()):
            prefix, name = f"free-{at}", _("Remaining amount")
            data |= {f"{prefix}-amount": self._amount(amount), f"{prefix}-rate": str(rate), f"{prefix}-name": name}
        return type(self)(self.sheet, data)

    def rates(self) -> tuple[int, ...]:
        """Rates at which something can be refunded."""
        found = {rate for capture in self.captures for rate, left in capture.rest().items() if left > 0}
        return tuple(sorted(found, reverse=True))

    def all_amounts(self) -> list[AmountChoice]:
        """The free amounts and the fee."""
        return [*self.amounts, self.fee]

    def chosen(self, *, strict: bool) -> Selection:
        """Lines, amounts and the fee."""
        fee = self.fee.read(self.order.currency, self.locale, strict=strict, name=_("Return fee"))
        return replace(super().chosen(strict=strict), fee=fee)

    def cut(self) -> list[Piece]:
        """The pieces that would be refunded, of all captures."""
        return [piece for cut in cut_refund(self.order, self.selection).values() for piece in cut]

    def explain(self, error: CutError) -> None:
        """Which limit was passed, in numbers, at the amount that passed it."""
        self.problem = error.message
        if error.code == "more_than_left":
            limit = _("Refund can be at most %(left)s.")
            if self.selection.fee is not None:
                limit = _("Refund can be at most %(left)s before the return fee.")
            most = limit % {"left": self.say(self.order.refundable_amount)}
            self.problem = f"{most} {self.held_words}".strip()
        elif error.code == "more_than_left_at_rate":
            self._explain_rate()
        elif error.code in {"fee_too_large", "nothing_chosen"} and self.selection.fee is not None:
            self.fee.errors["amount"] = _("A return fee must be less than what is refunded.")
            self.problem = ""

    def _explain_rate(self) -> None:
        room = self._room()
        if room is None:
            self.problem = _(
                "The chosen lines come to more than is left at their tax rate: amounts were refunded "
                "without lines before. Refund an amount instead, at most %(left)s."
            ) % {"left": self.say(self.order.refundable_amount)}
            return
        for each in self.amounts:
            free = each.read(self.order.currency, self.locale, strict=False)
            if free is None:
                continue
            left = room.get(free.tax_rate, 0)
            if free.amount > left:
                words = _("Refund can be at most %(left)s at %(rate)s beside the chosen lines.")
                each.errors["amount"] = words % {"left": self.say(left), "rate": percent(free.tax_rate)}
                self.problem = ""
                return
            room[free.tax_rate] = left - free.amount

    def _room(self) -> dict[int, int] | None:
        """What free amounts can take at each rate beside the lines; None when the lines alone are too much."""
        quantities = self.selection.quantities
        try:
            limit = self.order.captured_amount
            cut = refund_pieces(self.captures, quantities=quantities, limit=limit) if quantities else {}
        except CutError:
            return None
        room: dict[int, int] = {}
        for capture in self.captures:
            taken = by_rate(cut.get(capture.key, []))
            for rate, left in capture.rest().items():
                room[rate] = room.get(rate, 0) + max(left - taken.get(rate, 0), 0)
        return room

    @property
    def held_words(self) -> str:
        """Why less can be refunded than was captured, when an open dispute holds the rest."""
        held = self.order.charged_back_amount
        return _("A dispute holds %(held)s of this order.") % {"held": self.say(held)} if held else ""

    @property
    def left_words(self) -> str:
        """The row below the sum."""
        return _("Left to refund after this")

    @property
    def left(self) -> int:
        """What could still be refunded: a fee uses up what it was withheld from."""
        fee = self.selection.fee.amount if self.selection.fee and self.pieces else 0
        return max(self.order.refundable_amount - self.total - fee, 0)

    @property
    def left_amount(self) -> str:
        """Digits only."""
        return self._amount(self.left)

    @property
    def has_fee_open(self) -> bool:
        """A fee is being withheld: its part of the form stands open."""
        return not self.fee.is_empty or bool(self.fee.errors)

    @property
    def consequences(self) -> list[str]:
        """What happens, to whom, in numbers."""
        if not self.pieces:
            return []
        facts = {"customer": self.order.actor_label, "total": self.money, "method": self.order.payment_label}
        found = [_("%(customer)s gets %(total)s back on %(method)s. It cannot be taken again.") % facts]
        if self.selection.fee is not None:
            fee = {"fee": self.say(self.selection.fee.amount)}
            found.append(_("You keep %(fee)s as a return fee; it cannot be refunded later.") % fee)
        found.append(payouts.shrinks(self.money))
        return found

    @property
    def recipient(self) -> str:
        """Where the customer is told."""
        return self.order.email or self.order.phone

    def words(self) -> dict[str, Any]:
        """Everything the templates say."""
        return {
            "title": _("Refund %(reference)s") % {"reference": self.order.merchant_reference1},
            "lead": f"{_('Choose what comes back. Discounts are taken off in proportion.')} {self.held_words}".strip(),
            "now": _("Refund now"),
            "button": _("Refund %(total)s") % {"total": self.money} if self.pieces else _("Refund"),
            "busy": _("Refunding %(total)s…") % {"total": self.money},
            "more": _("Refund an amount instead, or as well"),
            "url": reverse("orders:refunds", args=[self.order.pk]),
            "preview_url": reverse("orders:refunds_preview", args=[self.order.pk]),
        }


def _together(one: Share, other: Share) -> Share:
    """One line's pieces in two captures, for the screen only: cuts are made from each."""
    return replace(
        one,
        quantity=one.quantity + other.quantity,
        total=one.total + other.total,
        taken_quantity=one.taken_quantity + other.taken_quantity,
        taken_amount=one.taken_amount + other.taken_amount,
        taken_tax=one.taken_tax + other.taken_tax,
    )
