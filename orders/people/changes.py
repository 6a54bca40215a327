"""What an edit changes: old and new value of each field, as data and in words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from common.contact import PARTS, readable
from orders.facts import country_name
from orders.models import Order
from orders.people.fields import ADDRESSES

Words = Callable[[], str]

# two beside each other on the screen; what is not among the customer's own fields may stay empty
ADDRESS_PARTS = (
    "given_name", "family_name", "street", "street_address2", "postal_code", "city", "care_of", "region", "country",
)  # fmt: skip
OPTIONAL_PARTS = frozenset(ADDRESS_PARTS) - frozenset(PARTS)

_LABELS: dict[str, Words] = {
    "merchant_reference1": lambda: _("Merchant reference 1"),
    "merchant_reference2": lambda: _("Merchant reference 2"),
    "name": lambda: _("Name"),
    "email": lambda: _("E-mail"),
    "phone": lambda: _("Phone"),
    "delivery": lambda: _("Delivery"),
    "billing": lambda: _("Billing"),
    "given_name": lambda: _("First name"),
    "family_name": lambda: _("Last name"),
    "care_of": lambda: _("Care of"),
    "street": lambda: _("Street"),
    "street_address2": lambda: _("Street, line 2"),
    "postal_code": lambda: _("Postal code"),
    "city": lambda: _("City"),
    "region": lambda: _("Region"),
    "country": lambda: _("Country"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after; a part of an address is called `delivery.street`."""

    field: str
    old: str
    new: str

    @property
    def group(self) -> str:
        """The field as the rules know it: an address is open or locked as a whole."""
        return self.field.partition(".")[0]

    def as_data(self) -> dict[str, str]:
        """As the timeline keeps it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Told:
    """A change in the reader's words."""

    label: str
    old: str
    new: str


def references_of(order: Order) -> dict[str, str]:
    """The merchant references by field."""
    return {
        "merchant_reference1": order.merchant_reference1,
        "merchant_reference2": order.merchant_reference2,
    }


def customer_of(order: Order) -> dict[str, str]:
    """All that can be edited of a customer, flat."""
    flat = {"name": order.customer_name, "email": order.email, "phone": order.phone}
    for which in ADDRESSES:
        flat |= {f"{which}.{part}": value for part, value in parts_of(address_of(order, which)).items()}
    return flat


def address_of(order: Order, which: str) -> dict[str, Any]:
    """The order's `delivery` or `billing` address as it is stored."""
    stored: dict[str, Any] = order.delivery_address if which == "delivery" else order.billing_address
    return stored


def parts_of(address: Mapping[str, Any]) -> dict[str, str]:
    """Every part of an address; some gateways call the street `street_address`."""
    known = {"street": address.get("street_address", ""), **address}
    return {part: str(known.get(part) or "") for part in ADDRESS_PARTS}


def changes_between(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Change, ...]:
    """What differs, in the order of `old`; what `new` does not name stays."""
    return tuple(Change(name, old[name], new[name]) for name in old if name in new and new[name] != old[name])


def told(changes: Iterable[Change | Mapping[str, str]]) -> list[Told]:
    """Changes in words; from an action or from the timeline's data."""
    read = [each if isinstance(each, Change) else Change(**each) for each in changes]
    return [
        Told(label_of(each.field), value_of(each.field, each.old), value_of(each.field, each.new)) for each in read
    ]


def label_of(field: str) -> str:
    """A field's name; a part of an address says of which."""
    group, _dot, part = field.partition(".")
    return f"{_LABELS[group]()}, {_LABELS[part]()}" if part else _LABELS[group]()


def part_label(part: str) -> str:
    """The name of a field inside its own group."""
    return _LABELS[part]()


def value_of(field: str, value: str) -> str:
    """A value as people read it; nothing says so."""
    if not value:
        return _("empty")
    if field.endswith(".country"):
        return country_name(value)
    return readable(value) if field == "phone" else value


def concerns_customer(changes: Iterable[Change]) -> bool:
    """Whether the customer is told: of contact and addresses, not of how the shop spells the name."""
    return any(change.group != "name" for change in changes)


def fingerprint(changes: Iterable[Change]) -> str:
    """What a button was shown to save: another change is shown first."""
    text = json.dumps([change.as_data() for change in changes], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
