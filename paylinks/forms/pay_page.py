"""The payment form as its template prints it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.contact import PARTS
from common.countries import country_options
from orders.models import Order
from paylinks.forms.pay import BILLING, DELIVERY, PayForm
from paylinks.models import Attempt
from paylinks.states import AttemptState

_LABELS: dict[str, Promise] = {
    "given_name": _("First name"),
    "family_name": _("Last name"),
    "street": _("Street and number"),
    "postal_code": _("Postal code"),
    "city": _("City"),
    "country": _("Country"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "method": _("Payment"),
    "terms": _("Terms and conditions"),
}
_FILL = {
    "given_name": "given-name",
    "family_name": "family-name",
    "street": "address-line1",
    "postal_code": "postal-code",
    "city": "address-level2",
    "country": "country",
    "email": "email",
    "phone": "tel",
}
# on the grid of six columns; what is not named takes the whole line
_WIDTH = {"given_name": "half", "family_name": "half", "postal_code": "third", "city": "rest"}
_SECTIONS = {DELIVERY: "shipping", BILLING: "billing"}
_KINDS = {"email": "email", "phone": "tel"}


@dataclass(frozen=True, slots=True)
class Control:
    """One field: an input, or a select when it has `options`."""

    name: str
    label: str
    value: str
    fill: str
    kind: str = "text"
    error: str = ""
    is_optional: bool = False
    options: str = ""
    width: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the summary; `name` is the field it links to."""

    name: str
    label: str
    words: str


def controls(form: PayForm) -> dict[str, Any]:
    """The groups of fields and the summary of what is wrong."""
    return {
        "delivery": [_part(form, DELIVERY, part) for part in PARTS],
        "billing": [_part(form, BILLING, part) for part in PARTS],
        "contact": [_contact(form, "email"), _contact(form, "phone")],
        "problems": [_problem(name, words) for name, words in form.errors.items()],
    }


def _part(form: PayForm, prefix: str, part: str) -> Control:
    name = f"{prefix}_{part}"
    value = form.values.get(name, "")
    return Control(
        name=name,
        label=str(_LABELS[part]),
        value=value,
        fill=f"{_SECTIONS[prefix]} {_FILL[part]}",
        error=form.errors.get(name, ""),
        options=country_options(value, form.language) if part == "country" else "",
        width=_WIDTH.get(part, ""),
    )


def _contact(form: PayForm, name: str) -> Control:
    return Control(
        name=name,
        label=str(_LABELS[name]),
        value=form.values.get(name, ""),
        fill=_FILL[name],
        kind=_KINDS[name],
        error=form.errors.get(name, ""),
        is_optional=form.needs_email != (name == "email"),
    )


def _problem(name: str, words: str) -> Problem:
    prefix, _under, part = name.partition("_")
    label = _LABELS[part if prefix in _SECTIONS else name]
    return Problem(name, str(label), words)


def first_values(order: Order, attempt: Attempt | None) -> dict[str, str]:
    """What stands in a fresh form: what the merchant knew, or what this customer typed a moment ago.

    Terms are never ticked in advance.
    """
    given, _space, family = order.customer_name.partition(" ")
    values = {
        "email": order.email,
        "phone": order.phone,
        "same": "on",
        "to_given_name": given,
        "to_family_name": family,
        "to_country": order.country,
        "bill_country": order.country,
    }
    if attempt is not None and attempt.state != AttemptState.AUTHORIZED:
        values |= _typed_before(attempt)
    return values


def _typed_before(attempt: Attempt) -> dict[str, str]:
    values = {f"{DELIVERY}_{part}": str(attempt.delivery_address.get(part, "")) for part in PARTS}
    if attempt.billing_address:
        values |= {f"{BILLING}_{part}": str(attempt.billing_address.get(part, "")) for part in PARTS}
        values["same"] = ""
    return {**values, "email": attempt.email, "phone": attempt.phone, "method": attempt.method}
