"""The dialog that edits an order's lines: what is typed, what it comes to, and what follows from it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from common import markup
from common.errors import DomainError, Obstacle
from common.money import format_amount
from orders.editing.plan import Plan, Wish, plan_edit, say
from orders.editing.standing import Part, standing_of
from orders.facts import percent
from orders.forms import ActForm
from orders.grid import numbers
from orders.grid.lines import LineDraft, Reader, drafts_from, next_key
from orders.grid.rows import TEMPLATE_KEY, Printer, Problem, Row, cells, problems_of
from orders.grid.typed import cells_of
from orders.lines import MAX_LINES_IN_FORM
from orders.models.lines import NEGATIVE_TYPES, LineType
from orders.rules import Verb, obstacle
from orders.sheet import Sheet


class EditForm(ActForm):
    """What goes along with an edit."""

    tells_customer = forms.BooleanField(label=gettext_lazy("Tell the customer"), required=False, initial=True)


@dataclass(frozen=True, slots=True)
class Locked:
    """A captured line, as it stays."""

    name: str
    detail: str
    amount: str


class LineEditing:
    """The dialog as it stands. `data` is what was sent; without it the lines are shown as they are."""

    limit = MAX_LINES_IN_FORM

    def __init__(self, sheet: Sheet, data: Mapping[str, str] | None = None) -> None:
        self.sheet = sheet
        self.order = sheet.order
        self.locale = get_language() or "en"
        self.standing = standing_of(self.order)
        self.form = EditForm(data, initial={"key": uuid.uuid4(), "version": self.order.version})
        self.form.fields["tells_customer"].help_text = self._told()
        self.drafts = self._as_it_stands() if data is None else drafts_from(data)
        self.wishes: tuple[Wish, ...] = ()
        self.plan: Plan | None = None
        self.problem = ""
        self.code = ""
        self.is_refused = False

    def _told(self) -> str:
        words = _("%(recipient)s gets a message with the old and the new total and the lines.")
        return words % {"recipient": self.order.email or self.order.phone}

    def _as_it_stands(self) -> list[LineDraft]:
        return drafts_from(
            {
                f"line-{key}-{cell}": value
                for key, part in enumerate(self.standing.open)
                for cell, value in self._cells(part).items()
            }
        )

    def _cells(self, part: Part) -> dict[str, str]:
        return cells_of(part.line, self.order.currency, self.locale) | {"item": str(part.source)}

    def again(self, problem: str) -> Self:
        """After a refusal: the input stays, but for lines that were captured meanwhile, with a fresh key."""
        tells = bool(self.form.data.get("tells_customer"))
        fresh = {"key": uuid.uuid4(), "version": self.order.version, "tells_customer": tells}
        self.form = EditForm(fresh)
        self.form.fields["tells_customer"].help_text = self._told()
        still = {str(part.source) for part in self.standing.open}
        gone = {str(part.source) for part in self.standing.locked} - still
        self.drafts = [draft for draft in self.drafts if draft.item not in gone]
        self.read(strict=False)
        self.problem, self.is_refused = problem, True
        return self

    def change(self, wish: str) -> str:
        """What one of the form's own buttons asks for; answers the key of a row that was added."""
        kind, _sign, key = wish.partition(":")
        if kind == "remove":
            self.drafts = [draft for draft in self.drafts if draft.key != key]
        if kind not in _ADDED or len(self.drafts) >= self.limit:
            return ""
        self.drafts.append(self._new(next_key(self.drafts), _ADDED[kind]))
        return self.drafts[-1].key

    def _new(self, key: str, kind: str) -> LineDraft:
        rate = "" if kind == LineType.DISCOUNT else numbers.percent(self.order.store.default_tax_rate)
        return LineDraft(key, type=kind, tax_rate=rate)

    def read(self, *, strict: bool) -> bool:
        """Read and plan what is typed; True when it can be done as it stands."""
        Reader(self.order.currency, self.locale, strict).read(self.drafts)
        found = [(draft, number, line) for draft in self.drafts for number, line in enumerate(draft.lines)]
        self.wishes = tuple(Wish(line, None if number else _item(draft)) for draft, number, line in found)
        if self.obstacle or any(draft.errors for draft in self.drafts):
            return False
        try:
            self.plan = plan_edit(self.order, self.wishes)
        except DomainError as error:
            if strict or error.code != "unchanged":
                self.problem, self.code = error.message, error.code
        return self.plan is not None

    def forgive(self, active: str) -> None:
        """Nobody is told off for the cell under the hands."""
        for draft in self.drafts:
            for cell in list(draft.errors):
                if active == f"line-{draft.key}-{cell}":
                    del draft.errors[cell]

    @property
    def is_bound(self) -> bool:
        """Something was typed that leaving would lose."""
        return self.form.is_bound

    @property
    def url(self) -> str:
        """Where the form goes."""
        return self.sheet.address(Verb.EDIT_LINES)

    @property
    def preview_url(self) -> str:
        """What the lines come to while somebody types."""
        return self.sheet.address("edit_lines_preview")

    @property
    def back_url(self) -> str:
        """Where the pen was."""
        return self.sheet.address("details")

    @property
    def obstacle(self) -> Obstacle | None:
        """Why the lines cannot be edited now."""
        return obstacle(self.order, Verb.EDIT_LINES, self.sheet.access, self.sheet.now)

    @property
    def problems(self) -> list[Problem]:
        """What stands on top of a form that came back."""
        if not self.is_refused:
            return []
        own = [Problem("", "", self.problem)] if self.problem else []
        return [*own, *problems_of(self.drafts)]

    @property
    def locked(self) -> list[Locked]:
        """The captured lines."""
        return [self._locked(part) for part in self.standing.locked]

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
        return tuple(self._printer.row(self._new(TEMPLATE_KEY, kind), 0) for kind in _ADDED.values())

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
    def total(self) -> int:
        """What the lines come to, as far as they can be read."""
        locked = sum(part.line.total_amount for part in self.standing.locked)
        return locked + sum(draft.total for draft in self.drafts)

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
    def button(self) -> str:
        """The verb and the sum."""
        return _("Save, new total %(total)s") % {"total": say(self.order, self.total)}

    @property
    def busy(self) -> str:
        """What the button says while the server works: no shorter, or what stands beside it moves under the hand."""
        return _("Saving, new total %(total)s…") % {"total": say(self.order, self.total)}

    @property
    def changed_words(self) -> str:
        """Why a sum that was not shown is not saved."""
        words = _("The new total is %(total)s. Nothing was done; look at it and save again.")
        return words % {"total": say(self.order, self.total)}


_ADDED = {"add": LineType.PHYSICAL, "add_discount": LineType.DISCOUNT}


def _item(draft: LineDraft) -> uuid.UUID | None:
    try:
        return uuid.UUID(draft.item)
    except ValueError:
        return None


def consequences_of(plan: Plan) -> list[str]:
    """What happens at the gateway, and what becomes of what it holds beyond the total."""
    order, change = plan.order, plan.total - plan.held
    names = {"method": plan.method.name, "sum": say(order, abs(change)), "held": say(order, plan.held)}
    if plan.is_asked and change > 0:
        words = _("%(method)s is asked to reserve %(sum)s more. If it says no, nothing is changed.")
    elif plan.is_asked and change < 0:
        words = _("%(method)s is asked to reserve %(sum)s less.")
    elif plan.is_asked:
        words = _("%(method)s is told the new lines. What it has reserved stays the same.")
    elif plan.is_last:
        words = _("Nothing is left to capture: the %(sum)s still reserved is released at once.")
    elif plan.surplus:
        words = _("%(method)s goes on holding %(held)s. %(sum)s of it is released with the last capture.")
    else:
        words = _("%(method)s goes on holding %(held)s.")
    found = [words % names]
    if plan.is_last and plan.is_asked:
        found.append(_("Nothing is left to capture afterwards."))
    return found
