"""The fields that edit references or the customer, ready for their templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.contact import readable
from common.errors import DomainError, Obstacle
from orders.actions.lock import check_version
from orders.models import Order
from orders.people.changes import concerns_customer, fingerprint, part_label, value_of
from orders.people.fields import customer_locks, reference_locks
from orders.people.forms import CustomerForm, EditForm, ReferencesForm, control_name, is_optional, lost_of, merged
from orders.rules import Verb, obstacle
from orders.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Kind:
    """What is edited: its verb, its form, what closes its fields, and the tab it stands in."""

    verb: Verb
    form: type[EditForm]
    locks: Callable[[Order, datetime], dict[str, str]]
    tab: str


REFERENCES = Kind(Verb.EDIT_REFERENCES, ReferencesForm, reference_locks, "details")
CUSTOMER = Kind(Verb.EDIT_CUSTOMER, CustomerForm, customer_locks, "customer")


@dataclass(frozen=True, slots=True)
class Control:
    """An open field: its control, whether it must be filled, and once it is changed what was there.

    `read` is how a value is saved that was typed otherwise.
    """

    bound: BoundField
    is_needed: bool
    before: str = ""
    read: str = ""


@dataclass(frozen=True, slots=True)
class Locked:
    """A locked field: what is stored, and what was typed into it before it was locked."""

    label: str
    value: str
    unsaved: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together: controls, then what is locked as text, with the reasons."""

    name: str
    title: str
    controls: tuple[Control, ...]
    locked: tuple[Locked, ...]
    reasons: tuple[str, ...]


class Editing:
    """The fields as they stand. `data` is what was sent; without it the stored values are shown."""

    def __init__(self, sheet: Sheet, kind: Kind, data: Mapping[str, str] | None = None, problem: str = "") -> None:
        self.sheet, self.kind, self.problem = sheet, kind, problem
        self.locks = kind.locks(sheet.order, sheet.now)
        self.form = kind.form(sheet.order, self.locks, data)
        self.is_valid = self.form.is_valid()
        self.must_look = False
        self.unsaved: dict[str, str] = {}

    def again(self, sheet: Sheet, problem: str) -> Editing:
        """After a refusal: what was typed, on the order as it is now."""
        fresh = self.kind.form(sheet.order, self.kind.locks(sheet.order, sheet.now))
        sent = {name: str(value) for name, value in self.form.data.items()}
        found = Editing(sheet, self.kind, merged(sent, fresh), problem)
        found.unsaved = lost_of(sent, fresh)
        return found

    def check_lost(self) -> None:
        """Raise DomainError when something was typed into a field that has been locked since.

        `stale`, which says who acted meanwhile, or `field_locked` with the reason: time alone locked it.
        """
        for field in lost_of(self.form.data, self.form):
            check_version(self.sheet.order, self.form.cleaned_data.get("version"))
            raise DomainError("field_locked", self.locks[field.partition(".")[0]], field=field)

    def focus(self, name: str) -> None:
        """Begin at the first control of a group."""
        for group in self.groups:
            if group.name == name and group.controls:
                group.controls[0].bound.field.widget.attrs["autofocus"] = True

    @property
    def url(self) -> str:
        """Where the form goes."""
        return self.sheet.address(self.kind.verb)

    @property
    def preview_url(self) -> str:
        """Asked while somebody types."""
        return self.sheet.address(f"{self.kind.verb}_preview")

    @property
    def back_url(self) -> str:
        """The tab it was opened from."""
        return self.sheet.address(self.kind.tab)

    @property
    def obstacle(self) -> Obstacle | None:
        """Why nothing can be edited now."""
        return obstacle(self.sheet.order, self.kind.verb, self.sheet.access, self.sheet.now)

    @property
    def groups(self) -> list[Group]:
        """The fields in the order of the screen."""
        if self.kind is REFERENCES:
            return [self._group("references", "", list(self.form.stored))]
        titles = {"contact": _("Customer"), "delivery": _("Delivery address"), "billing": _("Billing address")}
        parts: dict[str, list[str]] = {name: [] for name in titles}
        for field in self.form.stored:
            parts[field.partition(".")[0] if "." in field else "contact"].append(field)
        return [self._group(name, title, parts[name]) for name, title in titles.items()]

    def _group(self, name: str, title: str, fields: list[str]) -> Group:
        is_open = set(self.form.open)
        locked = [field for field in fields if field not in is_open]
        return Group(
            name,
            title,
            tuple(self._control(field) for field in fields if field in is_open),
            tuple(
                Locked(
                    part_label(field.rpartition(".")[2]),
                    value_of(field, self.form.stored[field]),
                    self.unsaved.get(field, ""),
                )
                for field in locked
                if self.form.stored[field] or field in self.unsaved
            ),
            tuple(dict.fromkeys(self.locks[field.partition(".")[0]] for field in locked)),
        )

    def _control(self, field: str) -> Control:
        bound = self.form[control_name(field)]
        change = next((each for each in self.form.changes if each.field == field), None)
        if change is None:
            return Control(bound, not is_optional(field))
        read = value_of(field, change.new)
        is_as_typed = read == str(bound.value() or "").strip() or not change.new or field.endswith(".country")
        return Control(bound, not is_optional(field), value_of(field, change.old), "" if is_as_typed else read)

    @property
    def controls(self) -> list[Control]:
        """Every open field."""
        return [control for group in self.groups for control in group.controls]

    @property
    def summary(self) -> str:
        """How much would change."""
        count = len(self.form.changes)
        if not count:
            return _("No changes yet")
        return ngettext("%(count)s change", "%(count)s changes", count) % {"count": count}

    @property
    def consequence(self) -> str:
        """What saving does beside the change, in a sentence; nothing while nothing changes."""
        if not self.form.changes or not isinstance(self.form, CustomerForm):
            return ""
        if not self.form.cleaned_data.get("tells_customer"):
            return _("The customer is not told.")
        if not concerns_customer(self.form.changes):
            return _("The customer is not told of a corrected name alone.")
        return self._told_words()

    def _told_words(self) -> str:
        order, read = self.sheet.order, self.form.read
        old = order.email or order.phone
        new = read.get("email", order.email) or read.get("phone", order.phone)
        words = _("%(contact)s gets a message with what changed.") % {"contact": readable(new)}
        if old == new:
            return words
        moved = _("%(contact)s is told only that the contact changed.") % {"contact": readable(old)}
        return f"{words} {moved}"

    @property
    def confirmed(self) -> str:
        """What the button was shown to save."""
        return fingerprint(self.form.changes)

    def wish(self) -> dict[str, Any]:
        """What the action takes: the fields that would change, read."""
        return {change.field: change.new for change in self.form.changes}
