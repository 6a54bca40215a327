"""Correct who bought an order, how they are reached, and where it goes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import Access
from common.actor import Actor
from common.errors import DomainError
from messaging.limits import check_sending
from messaging.models import Channel
from orders.actions.edit_references import check_open
from orders.actions.lock import check_version, locked, refuse
from orders.documents import renew_slip
from orders.messages import queue_customer_edited
from orders.models import Order
from orders.people.changes import Change, changes_between, concerns_customer, customer_of, parts_of
from orders.people.fields import customer_locks
from orders.rules import Verb, obstacle
from orders.timeline import What, record

_COLUMNS = ("customer_name", "email", "phone", "delivery_address", "billing_address", "search_text")


@dataclass(frozen=True, slots=True)
class CustomerInput:
    """A cleaned wish; None keeps what is there. The phone is E.164."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    delivery_address: Mapping[str, Any] | None = None
    billing_address: Mapping[str, Any] | None = None

    def flat(self) -> dict[str, str]:
        """The fields it names, as changes are told."""
        texts = {"name": self.name, "email": self.email, "phone": self.phone}
        found = {name: text for name, text in texts.items() if text is not None}
        for which, address in (("delivery", self.delivery_address), ("billing", self.billing_address)):
            if address is not None:
                found |= {f"{which}.{part}": value for part, value in parts_of(address).items()}
        return found


@transaction.atomic(durable=True)
def edit_customer(
    order_id: uuid.UUID,
    wish: CustomerInput,
    *,
    tells_customer: bool = True,
    version: int | None = None,
    access: Access | None,
    by: Actor,
    at: datetime,
) -> tuple[Change, ...]:
    """Write what the wish names, and tell the customer of contact and addresses.

    What changed is answered, nothing the second time. Raises the obstacle, or
    DomainError: `field_locked`, `contact_missing`, `stale`, `too_many_messages`.
    """
    order = locked(order_id, access=access)
    found = obstacle(order, Verb.EDIT_CUSTOMER, access, at)
    if found is not None:
        refuse(order, found, version)
    changes = changes_between(customer_of(order), wish.flat())
    if not changes:
        return ()
    check_version(order, version)
    check_open(changes, customer_locks(order, at))
    contact = order.email or order.phone
    _write(order, wish)
    edit = uuid.uuid4()
    data = {"edit": str(edit), "changes": [each.as_data() for each in changes]}
    record(order, What.CUSTOMER_EDITED, by=by, at=at, data=data)
    if tells_customer and concerns_customer(changes):
        _tell(order, edit, old_contact=contact, by=by, at=at)
    renew_slip(order, at)
    return changes


def _tell(order: Order, edit: uuid.UUID, *, old_contact: str, by: Actor, at: datetime) -> None:
    """Queue the messages; somebody who may edit must not be able to write to the whole world."""
    for recipient in dict.fromkeys((order.email or order.phone, old_contact)):
        check_sending(
            person=str(by.user_id),
            store=order.store.mid,
            recipient=recipient,
            country=order.country,
            channel=Channel.of(recipient),
        )
    queue_customer_edited(order, edit, old_contact=old_contact, by=by, at=at)


def _write(order: Order, wish: CustomerInput) -> None:
    order.customer_name = _or(wish.name, order.customer_name)
    order.email = _or(wish.email, order.email)
    order.phone = _or(wish.phone, order.phone)
    if not (order.email or order.phone):
        words = _("Leave an e-mail address or a phone number: the customer must be reached.")
        raise DomainError("contact_missing", words, field="email")
    if wish.delivery_address is not None:
        order.delivery_address = merged(order.delivery_address, wish.delivery_address)
    if wish.billing_address is not None:
        order.billing_address = merged(order.billing_address, wish.billing_address)
    order.search_text = order.search_words()
    order.save(update_fields=_COLUMNS)


def merged(stored: Mapping[str, Any], wish: Mapping[str, Any]) -> dict[str, Any]:
    """The wish's parts in the stored address; what the portal does not edit, such as a company, stays."""
    parts = parts_of(wish)
    kept = {name: value for name, value in stored.items() if name not in {*parts, "street_address"}}
    return {**kept, **{name: value for name, value in parts.items() if value}}


def _or(text: str | None, otherwise: str) -> str:
    return otherwise if text is None else text
