"""The capture dialog: what is charged now, and what becomes of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Permission
from common import times
from common.errors import DomainError
from common.money import parse
from orders.abilities import loses_rest, method_of
from orders.actions.capture import cut_capture
from orders.choosing import payouts
from orders.choosing.dialog import Choosing
from orders.cutting import CutError, Piece, Share, capture_everything, told_capture
from orders.cutting.captures import chosen_pieces
from orders.cutting.pieces import by_rate, rest_by_rate
from orders.facts import percent
from orders.forms import ActForm, LineField
from orders.rules import Verb
from orders.selection import Rest, rest_to_capture
from payments.gateway import Method


class CaptureForm(ActForm):
    """What goes along with a capture."""

    reference = LineField(
        label=gettext_lazy("Capture reference"),
        required=False,
        max_length=255,
        help_text=gettext_lazy("Your own, for settlement files. The customer does not see it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    description = LineField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=255,
        help_text=gettext_lazy("Stands in the timeline and with the payment. The customer does not see it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    has_release = forms.BooleanField(required=False)


class CaptureChoice(Choosing):
    """Which lines and amounts are captured; everything that is left, when it opens."""

    form_class: ClassVar[type[ActForm]] = CaptureForm
    verb: ClassVar[Verb] = Verb.CAPTURE
    taken_whole: ClassVar[Promise] = gettext_lazy("Captured")
    taken_part: ClassVar[Promise] = gettext_lazy("%(taken)s of %(all)s captured")

    @cached_property
    def rest(self) -> Rest:
        """What there is to choose from."""
        return rest_to_capture(self.order)

    @cached_property
    def method(self) -> Method:
        """The way it was paid: it says what is possible."""
        return method_of(self.order)

    def shares(self) -> Sequence[Share]:
        """The order's lines."""
        return self.rest.shares

    def proposal(self) -> Sequence[Piece]:
        """Everything that is left."""
        return capture_everything(self.rest.shares, self.rest.free_taken, limit=max(self.order.capturable_amount, 0))

    def typed(self, text: str) -> CaptureChoice:
        """The same with only this amount chosen, from the highest rate down; all that is left stays the lines."""
        try:
            amount = parse(text, self.order.currency, self.locale)
            left = self.order.capturable_amount
            if amount == left:
                return self
            pieces = told_capture(
                self.rest.shares, self.rest.free_taken, amount=amount, limit=left, name=_("Part of the order")
            )
            wished = [(self._amount(piece.amount), piece.tax_rate, piece.name) for piece in pieces]
        except DomainError:  # what is wrong with it is said at its field
            wished = [(text, rate, _("Part of the order")) for rate in self.rates()[:1]]
        data = {name: str(value) for name, value in self.initial().items()}
        for at, (digits, rate, name) in enumerate(wished):
            data |= {f"free-{at}-amount": digits, f"free-{at}-rate": str(rate), f"free-{at}-name": name}
        return type(self)(self.sheet, data)

    def rates(self) -> tuple[int, ...]:
        """Rates at which something is left."""
        rest = rest_by_rate(self.rest.shares, self.rest.free_taken)
        return tuple(rate for rate in sorted(rest, reverse=True) if rest[rate] > 0)

    def cut(self) -> list[Piece]:
        """The pieces that would be captured."""
        return cut_capture(self.order, self.selection)

    def explain(self, error: CutError) -> None:
        """Which limit was passed, in numbers, at the amount that passed it."""
        self.problem = error.message
        if error.code == "more_than_left":
            self.problem = _("At most %(left)s can be captured.") % {"left": self.say(self.order.capturable_amount)}
        elif error.code == "more_than_left_at_rate":
            self._explain_rate()

    def _explain_rate(self) -> None:
        taken = by_rate(chosen_pieces(self.rest.shares, self.selection.quantities))
        for rate, left in rest_by_rate(self.rest.shares, self.rest.free_taken).items():
            room = max(left, 0) - taken.get(rate, 0)
            if room < 0:
                self.problem = _(
                    "The chosen lines come to %(chosen)s, and %(left)s is left at %(rate)s: "
                    "amounts were captured without lines before. Choose fewer units, or an amount."
                ) % {"chosen": self.say(taken[rate]), "left": self.say(max(left, 0)), "rate": percent(rate)}
                return
            if self._too_much(rate, room):
                return

    def _too_much(self, rate: int, room: int) -> bool:
        """Mark the first amount that does not fit into what is left at the rate."""
        for each in self.amounts:
            free = each.read(self.order.currency, self.locale, strict=False)
            if free is None or free.tax_rate != rate:
                continue
            if free.amount > room:
                words = _("At most %(left)s is left at %(rate)s beside the chosen lines.")
                each.errors["amount"] = words % {"left": self.say(room), "rate": percent(rate)}
                self.problem = ""
                return True
            room -= free.amount
        return False

    @property
    def left(self) -> int:
        """What is still reserved after this."""
        return self.order.capturable_amount - self.total

    @property
    def loses_rest(self) -> bool:
        """The method allows one capture: what is left is let go."""
        return bool(self.pieces) and loses_rest(self.method, self.left)

    @property
    def can_release(self) -> bool:
        """Something is left that could be let go, and the person may."""
        if not self.pieces or self.left <= 0:
            return False
        able = self.method.capabilities.release_remaining and self.method.capabilities.multi_capture
        return able and self.sheet.access.can(Permission.ORDERS_RELEASE, self.order.store_id)

    @property
    def is_releasing(self) -> bool:
        """The rest goes with this capture."""
        wished = bool(self.data and self.data.get("has_release"))
        return self.loses_rest or (wished and self.can_release)

    @property
    def left_words(self) -> str:
        """The row below the sum."""
        return _("Left to capture after this")

    @property
    def left_amount(self) -> str:
        """Digits only."""
        return self._amount(0 if self.is_releasing else self.left)

    @property
    def consequences(self) -> list[str]:
        """What happens, to whom, in numbers."""
        if not self.pieces:
            return []
        rest = self.left + self.order.surplus_amount
        left = {"left": self.say(self.left), "rest": self.say(rest), "method": self.method.name}
        found = [
            _(
                "%(customer)s is charged %(total)s now. It cannot be edited afterwards, and giving it back takes a refund."
            )
            % {"customer": self.order.actor_label, "total": self.money},
            payouts.grows(self.money),
        ]
        until = self.order.authorization_expires_at
        if self.loses_rest:
            found.append(_("%(method)s allows one capture: the remaining %(rest)s is released and lost.") % left)
        elif self.is_releasing:
            found.append(_("The remaining %(rest)s is released and cannot be captured later.") % left)
        elif rest and not self.left:
            found.append(_("The %(rest)s reserved beyond the lowered total is released.") % left)
        elif self.left and until:
            words = _("%(left)s stays reserved until %(until)s.")
            found.append(words % {**left, "until": times.full_day(until)})
        return found

    @property
    def release_words(self) -> str:
        """The tick that lets the rest go."""
        rest = self.left + self.order.surplus_amount
        return _("Release the remaining %(left)s") % {"left": self._amount(rest)}

    def words(self) -> dict[str, Any]:
        """Everything the templates say."""
        return {
            "title": _("Capture %(reference)s") % {"reference": self.order.merchant_reference1},
            "lead": _("The customer is charged for what you choose. Uncheck what you are not sending yet."),
            "now": _("Capture now"),
            "button": _("Capture %(total)s") % {"total": self.money} if self.pieces else _("Capture"),
            "busy": _("Capturing %(total)s…") % {"total": self.money},
            "more": _("Capture an amount instead, or as well"),
            "url": reverse("orders:captures", args=[self.order.pk]),
            "preview_url": reverse("orders:captures_preview", args=[self.order.pk]),
        }
