"""What staff type to edit references and customer: read as the customer's page reads it.

What was not touched is not checked: an old order may hold what would be refused today.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from common.contact import clean_address, clean_email, clean_phone, clean_text, readable
from common.countries import names
from orders.forms import REFERENCE2_HINT
from orders.models import Order
from orders.people.changes import (
    ADDRESS_PARTS,
    OPTIONAL_PARTS,
    Change,
    changes_between,
    customer_of,
    part_label,
    references_of,
)
from orders.people.fields import ADDRESSES

_LONGEST = 255


def control_name(field: str) -> str:
    """`delivery.street` as a form's field is called."""
    return field.replace(".", "_")


class EditForm(forms.Form):
    """Open fields as controls, with what is stored; carries the version, and what the person was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, order: Order, locks: Mapping[str, str], data: Mapping[str, str] | None = None) -> None:
        self.order = order
        self.stored = self.stored_of(order)
        self.open = [field for field in self.stored if field.partition(".")[0] not in locks]
        self.shown = {control_name(field): shown_value(field, self.stored[field]) for field in self.open}
        self.changes: tuple[Change, ...] = ()
        self.read: dict[str, str] = {}
        super().__init__(data, initial={**self.shown, "version": order.version, "seen": json.dumps(self.shown)})
        for field in self.open:
            self.fields[control_name(field)] = control_of(field)

    def stored_of(self, order: Order) -> dict[str, str]:
        """Everything the form is about, by field."""
        raise NotImplementedError

    def check(self, touched: dict[str, str]) -> None:
        """Read what was touched into `read`; what is wrong becomes an error of its control."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        """Read what differs from what is stored; `changes` is what would be written."""
        sent = [field for field in self.open if control_name(field) in self.data]
        typed = {field: str(self.cleaned_data.get(control_name(field), "")) for field in sent}
        touched = {field: text for field, text in typed.items() if text != self.shown[control_name(field)]}
        self.check(touched)
        self.changes = changes_between(self.stored, self.read)
        return self.cleaned_data

    def refuse(self, field: str, words: str) -> None:
        """An error beside the control of a field."""
        self.add_error(control_name(field), words)


class ReferencesForm(EditForm):
    """Both merchant references."""

    def stored_of(self, order: Order) -> dict[str, str]:
        """The references."""
        return references_of(order)

    def check(self, touched: dict[str, str]) -> None:
        """One line each; the first cannot be empty."""
        for field, text in touched.items():
            try:
                self.read[field] = clean_text(text, _LONGEST)
            except ValueError as error:
                self.refuse(field, str(error))
        if self.read.get("merchant_reference1") == "":
            self.refuse("merchant_reference1", _("Enter a reference. The customer sees it."))


class CustomerForm(EditForm):
    """Name, contact and addresses, and whether the customer hears of it."""

    tells_customer = forms.BooleanField(label=gettext_lazy("Tell the customer"), required=False, initial=True)

    def stored_of(self, order: Order) -> dict[str, str]:
        """The customer."""
        return customer_of(order)

    def check(self, touched: dict[str, str]) -> None:
        """Each contact for itself, one of them at least; an address as a whole."""
        for field in ("name", "email", "phone"):
            if field in touched:
                self._contact(field, touched[field])
        contact = {**self.stored, **self.read}
        if not contact["email"] and not contact["phone"] and not self.errors:
            self.refuse("email", _("Leave an e-mail address or a phone number: the customer must be reached."))
        for which in ADDRESSES:
            if any(field.startswith(f"{which}.") for field in touched):
                self._address(which)

    def _contact(self, field: str, text: str) -> None:
        try:
            if field == "phone":
                self.read[field] = clean_phone(text, self.order.country)
            else:
                self.read[field] = clean_email(text) if field == "email" else clean_text(text, _LONGEST)
        except ValueError as error:
            self.refuse(field, str(error))

    def _address(self, which: str) -> None:
        typed = {part: str(self.cleaned_data.get(f"{which}_{part}", "")) for part in ADDRESS_PARTS}
        found, errors = clean_address(typed, ADDRESS_PARTS)
        for part, words in errors.items():
            self.refuse(f"{which}.{part}", words)
        self.read |= {f"{which}.{part}": value for part, value in found.items() if part not in errors}

    def address(self, which: str) -> dict[str, str] | None:
        """The address to write, or None when it was not touched."""
        found = {part: self.read.get(f"{which}.{part}") for part in ADDRESS_PARTS}
        return {part: value for part, value in found.items() if value is not None} if any(found.values()) else None


def control_of(field: str) -> forms.CharField:
    """The control of one field; what must be there is checked with words of its own."""
    group, _dot, part = field.partition(".")
    widget: forms.Widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    if part == "country":
        widget = forms.Select(choices=[("", ""), *names(get_language() or "en").items()])
    hint = REFERENCE2_HINT if field == "merchant_reference2" else ""
    return forms.CharField(label=part_label(part or group), required=False, widget=widget, help_text=hint)


def is_optional(field: str) -> bool:
    """Whether a field may stay empty and its label says so."""
    part = field.partition(".")[2]
    return part in OPTIONAL_PARTS if part else field == "merchant_reference2"


def shown_value(field: str, value: str) -> str:
    """A stored value as the control shows it."""
    return readable(value) if field == "phone" else value


def merged(sent: Mapping[str, str], fresh: EditForm) -> dict[str, str]:
    """What somebody typed, on the order as it is now: what they did not touch takes the new value."""
    seen = _seen(sent.get("seen", ""))
    kept = {
        name: sent[name] if name in sent and sent[name] != seen.get(name) else shown
        for name, shown in fresh.shown.items()
    }
    ticks = {"tells_customer": sent["tells_customer"]} if "tells_customer" in sent else {}
    return {**kept, **ticks, "version": str(fresh.order.version), "seen": json.dumps(fresh.shown)}


def lost_of(sent: Mapping[str, str], form: EditForm) -> dict[str, str]:
    """What was typed, by field, where `form` is locked now; it was open when it was shown."""
    seen = _seen(sent.get("seen", ""))
    found = {}
    for field in (each for each in form.stored if each not in form.open):
        name = control_name(field)
        if name in seen and sent.get(name, seen[name]) not in {seen[name], shown_value(field, form.stored[field])}:
            found[field] = sent[name]
    return found


def _seen(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
