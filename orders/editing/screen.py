"""The details tab while an order is edited: how what is typed is shown, and what follows from it."""

from __future__ import annotations

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import markup
from common.money import format_amount
from orders.editing.consequences import consequences_of
from orders.editing.form import Locked
from orders.editing.plan import say
from orders.editing.standing import Part
from orders.editing.typed import TypedEdit
from orders.facts import percent
from orders.grid.lines import ADDED
from orders.grid.rows import TEMPLATE_KEY, Printer, Problem, Row, cells, problems_of
from orders.models.lines import NEGATIVE_TYPES


class OrderEditing(TypedEdit):
    """The tab as it stands, ready for its templates."""

    @property
    def url(self) -> str:
        """Where the form goes."""
        return self.sheet.address("edit")

    @property
    def preview_url(self) -> str:
        """What it comes to while somebody types."""
        return self.sheet.address("edit_preview")

    @property
    def back_url(self) -> str:
        """Where the pen was."""
        return self.sheet.address("details")

    @property
    def problems(self) -> list[Problem]:
        """What stands on top of a form that came back."""
        if not self.is_refused:
            return []
        own = [Problem("", "", self.problem)] if self.problem else []
        named = [
            Problem(each.bound.id_for_label, str(each.bound.label), str(each.bound.errors[0]))
            for each in self.references.controls
            if each.bound.errors
        ]
        return [*own, *named, *problems_of(self.drafts)]

    @property
    def locked(self) -> list[Locked]:
        """The captured lines; all of them when none can be edited."""
        left = self.standing.open if self.obstacle else ()
        return [self._locked(part) for part in (*self.standing.locked, *left)]

    def _locked(self, part: Part) -> Locked:
        line = part.line
        each = f"{line.quantity} × {self._amount(line.unit_price)}"
        detail = "" if line.type in NEGATIVE_TYPES else each
        return Locked(line.name, detail, self._amount(line.total_amount))

    def _amount(self, minor: int) -> str:
        return format_amount(minor, self.order.currency, self.locale)

    def rows(self, focus: str = "") -> tuple[Row, ...]:
        """The open lines."""
        return self._printer.rows(self.drafts, focus)

    @cached_property
    def blanks(self) -> tuple[Row, ...]:
        """What a line that is added by the browser is made of."""
        return tuple(self._printer.row(self.blank(TEMPLATE_KEY, kind), 0) for kind in ADDED.values())

    @property
    def _printer(self) -> Printer:
        return Printer(self.order.currency, self.locale)

    @property
    def is_full(self) -> bool:
        """No further row fits."""
        return len(self.drafts) >= self.limit

    @cached_property
    def cells(self) -> dict[str, str]:
        """What the columns are called."""
        return cells()

    @property
    def cross(self) -> str:
        """The sign on the buttons that remove."""
        return markup.icon("x")

    @property
    def difference(self) -> str:
        """The new total less the old one, with its sign."""
        change = self.total - self.order.amount
        return f"+{self._amount(change)}" if change > 0 else self._amount(change)

    @property
    def taxes(self) -> list[tuple[str, str]]:
        """VAT contained in the new total, by rate."""
        sums: dict[int, int] = {}
        parts = [(part.line.tax_rate, part.tax_amount) for part in self.standing.locked]
        typed = [(line.tax_rate, line.tax_amount) for draft in self.drafts for line in draft.lines]
        for rate, tax in [*parts, *typed]:
            sums[rate] = sums.get(rate, 0) + tax
        return [(percent(rate), self._amount(tax)) for rate, tax in sorted(sums.items(), reverse=True) if tax]

    @property
    def consequences(self) -> list[str]:
        """What happens at the gateway."""
        return consequences_of(self.plan) if self.plan else []

    @property
    def remedy_url(self) -> str:
        """The create form filled in with this order, when the gateway cannot hold more for this one; or ""."""
        return self.sheet.duplicate_url if self.code == "cannot_raise" else ""

    @property
    def summary(self) -> str:
        """What saving would change, in a few words."""
        if self.total != self.order.amount:
            sums = {"old": self._amount(self.order.amount), "new": self._amount(self.total)}
            return _("%(old)s → %(new)s, %(difference)s") % {**sums, "difference": self.difference}
        count = len(self.references.form.changes) + (len(self.plan.changes) if self.plan else 0)
        if count:
            return ngettext("%(count)s change", "%(count)s changes", count) % {"count": count}
        return _("Not complete yet") if self.changes_lines else _("No changes yet")

    @property
    def button(self) -> str:
        """The verb, and the sum when it becomes another one."""
        if self.total == self.order.amount:
            return _("Save changes")
        return _("Save, new total %(total)s") % {"total": say(self.order, self.total)}

    @property
    def busy(self) -> str:
        """What the button says while the server works: no shorter, or what stands beside it moves under the hand."""
        if self.total == self.order.amount:
            return _("Saving changes…")
        return _("Saving, new total %(total)s…") % {"total": say(self.order, self.total)}

    @property
    def changed_words(self) -> str:
        """Why a sum that was not shown is not saved."""
        words = _("The new total is %(total)s. Nothing was done; look at it and save again.")
        return words % {"total": say(self.order, self.total)}
