"""The details tab while an order is edited: what is typed, what it comes to, and what follows from it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Self

from django.utils.functional import cached_property
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from common import markup
from common.errors import DomainError, Obstacle
from common.money import format_amount
from orders.editing.consequences import consequences_of
from orders.editing.form import EditForm, Locked
from orders.editing.plan import Plan, Wish, plan_edit, say
from orders.editing.standing import Part, standing_of
from orders.facts import percent
from orders.grid import numbers
from orders.grid.lines import LineDraft, Reader, drafts_from, next_key
from orders.grid.rows import TEMPLATE_KEY, Printer, Problem, Row, cells, problems_of
from orders.grid.typed import cells_of
from orders.lines import MAX_LINES_IN_FORM
from orders.models.lines import NEGATIVE_TYPES, LineType
from orders.people.dialog import REFERENCES
from orders.people.dialog import Editing as References
from orders.rules import Verb, obstacle
from orders.sheet import Sheet


class OrderEditing:
    """The tab as it stands. `data` is what was sent; without it references and lines are shown as they are."""

    limit = MAX_LINES_IN_FORM

    def __init__(self, sheet: Sheet, data: Mapping[str, str] | None = None) -> None:
        self.sheet = sheet
        self.order = sheet.order
        self.locale = get_language() or "en"
        self.standing = standing_of(self.order)
        self.form = EditForm(self.order, data, initial={"key": uuid.uuid4(), "version": self.order.version})
        self.references = References(sheet, REFERENCES, data)
        sent = drafts_from(data or {})
        # a form that was shown without the grid says nothing of lines: they are not removed
        self.sends_lines = bool(sent) or "lines" in (data or {})
        self.drafts = sent if self.sends_lines else self._as_it_stands()
        self.wishes: tuple[Wish, ...] = ()
        self.plan: Plan | None = None
        self.problem = self.code = ""
        self.is_refused = self.must_look = False

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
        self.references = self.references.again(self.sheet, "")
        fresh = {"key": uuid.uuid4(), "version": self.order.version, "tells_customer": tells}
        self.form = EditForm(self.order, fresh)
        still = {str(part.source) for part in self.standing.open}
        gone = {str(part.source) for part in self.standing.locked} - still
        self.drafts = [draft for draft in self.drafts if draft.item not in gone]
        self.sends_lines = self.obstacle is None
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
        """Read and plan what is typed in the lines; True when it can be done as it stands."""
        Reader(self.order.currency, self.locale, strict).read(self.drafts)
        found = [(draft, number, line) for draft in self.drafts for number, line in enumerate(draft.lines)]
        self.wishes = tuple(Wish(line, None if number else _item(draft)) for draft, number, line in found)
        if self.obstacle or any(draft.errors for draft in self.drafts):
            return False
        try:
            self.plan = plan_edit(self.order, self.wishes)
        except DomainError as error:
            if error.code != "unchanged":
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
    def obstacle(self) -> Obstacle | None:
        """Why the lines cannot be edited now."""
        return obstacle(self.order, Verb.EDIT_LINES, self.sheet.access, self.sheet.now)

    @property
    def is_closed(self) -> bool:
        """Neither a line nor a reference can be edited now."""
        return self.obstacle is not None and self.references.obstacle is not None

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
        if self.obstacle:
            return self.order.amount
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
    def changes_lines(self) -> bool:
        """The lines that were sent are not the order's, or can be read in no way."""
        if self.obstacle:
            return self.sends_lines
        return bool(self.plan or self.problem or any(draft.errors for draft in self.drafts))

    @property
    def has_changes(self) -> bool:
        """Anything of the order is written differently."""
        return self.changes_lines or self.is_wrong or bool(self.references.form.changes)

    @property
    def is_wrong(self) -> bool:
        """Something that was typed cannot be saved as it stands."""
        if self.references.form.errors:
            return True
        return not self.obstacle and self.changes_lines and self.plan is None

    @property
    def is_current(self) -> bool:
        """The form was shown on the order as it is now, and what it was shown for is still possible."""
        is_blocked = self.obstacle is not None and self.changes_lines
        return bool(self.form.cleaned_data["version"] == self.order.version) and not is_blocked

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


_ADDED = {"add": LineType.PHYSICAL, "add_discount": LineType.DISCOUNT}


def _item(draft: LineDraft) -> uuid.UUID | None:
    try:
        return uuid.UUID(draft.item)
    except ValueError:
        return None
