"""What is typed while an order is edited: read, planned, and held against the order as it is."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Self

from django.utils.translation import get_language

from common.errors import DomainError, Obstacle
from orders.editing.form import EditForm
from orders.editing.plan import Plan, Wish, plan_edit
from orders.editing.standing import Part, standing_of
from orders.grid import numbers
from orders.grid.lines import ADDED, LineDraft, Reader, drafts_from, next_key
from orders.grid.typed import cells_of
from orders.lines import MAX_LINES_IN_FORM
from orders.models.lines import LineType
from orders.people.dialog import REFERENCES
from orders.people.dialog import Editing as References
from orders.rules import Verb, obstacle
from orders.sheet import Sheet


class TypedEdit:
    """Lines and references as they were sent. Without `data` they are as they stand."""

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
        if kind not in ADDED or len(self.drafts) >= self.limit:
            return ""
        self.drafts.append(self.blank(next_key(self.drafts), ADDED[kind]))
        return self.drafts[-1].key

    def blank(self, key: str, kind: str) -> LineDraft:
        """A line nobody has typed anything in yet."""
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
    def obstacle(self) -> Obstacle | None:
        """Why the lines cannot be edited now."""
        return obstacle(self.order, Verb.EDIT_LINES, self.sheet.access, self.sheet.now)

    @property
    def is_closed(self) -> bool:
        """Neither a line nor a reference can be edited now."""
        return self.obstacle is not None and self.references.obstacle is not None

    @property
    def total(self) -> int:
        """What the lines come to, as far as they can be read."""
        if self.obstacle:
            return self.order.amount
        locked = sum(part.line.total_amount for part in self.standing.locked)
        return locked + sum(draft.total for draft in self.drafts)

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


def _item(draft: LineDraft) -> uuid.UUID | None:
    try:
        return uuid.UUID(draft.item)
    except ValueError:
        return None
