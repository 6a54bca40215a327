"""The pens of lines with references and of the customer: where they lead, or why they write nothing now."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from orders.people.fields import CONTACT, customer_locks
from orders.rules import Verb, may, obstacle
from orders.sheet import Sheet
from orders.states import Status


@dataclass(frozen=True, slots=True)
class Pen:
    """One pen. `why` is what stands in the way, said at `why_id`; `says_why` when that is here."""

    part: str
    url: str
    why: str = ""
    why_id: str = ""
    says_why: bool = False
    amend_url: str = ""


def edit_pen(sheet: Sheet) -> Pen | None:
    """The pen of lines, discounts and references; None hides it from a role that does not edit.

    Locked lines are told even while a reference is open; without an address nothing is.
    """
    if not may(Verb.EDIT_LINES, sheet.order, sheet.access):
        return None
    lines = obstacle(sheet.order, Verb.EDIT_LINES, sheet.access, sheet.now)
    references = obstacle(sheet.order, Verb.EDIT_REFERENCES, sheet.access, sheet.now)
    url = "" if lines and references else sheet.address("edit")
    why = lines.words if lines else ""
    return Pen("lines", url, why, "lines-why", says_why=bool(why), amend_url=_amend_url(sheet))


def customer_pens(sheet: Sheet) -> dict[str, Pen]:
    """The pens of contact, delivery and billing; one reason for all is said once."""
    if not may(Verb.EDIT_CUSTOMER, sheet.order, sheet.access):
        return {}
    url = sheet.address(Verb.EDIT_CUSTOMER)
    locks = customer_locks(sheet.order, sheet.now)
    parts = {"contact": CONTACT, "delivery": ("delivery",), "billing": ("billing",)}
    pens: dict[str, Pen] = {}
    told: dict[str, str] = {}
    for part, fields in parts.items():
        why = locks.get(fields[0], "") if all(field in locks for field in fields) else ""
        why_id = told.setdefault(why, f"{part}-why") if why else ""
        says_why = why_id == f"{part}-why"
        pens[part] = Pen(part, url, why, why_id, says_why, _amend_url(sheet) if says_why else "")
    return pens


def _amend_url(sheet: Sheet) -> str:
    """An order that waits to be paid changes by a new version, in another part of the house."""
    is_pending = sheet.order.status == Status.PENDING and may(Verb.AMEND, sheet.order, sheet.access)
    return reverse("paylinks:amend", args=[sheet.order.pk]) if is_pending else ""
