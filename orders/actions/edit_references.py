"""Edit the merchant's own references of an order."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import Access
from common.actor import Actor
from common.errors import DomainError
from orders.actions.lock import check_version, locked, refuse
from orders.actions.reserve import key_of
from orders.documents import renew_slip
from orders.editing.sent import was_sent
from orders.models import Kind, Order
from orders.people.changes import Change, changes_between, references_of
from orders.people.fields import reference_locks
from orders.rules import Verb, obstacle
from orders.timeline import What, record


@transaction.atomic(durable=True)
def edit_references(
    order_id: uuid.UUID,
    *,
    merchant_reference1: str | None = None,
    merchant_reference2: str | None = None,
    key: str = "",
    version: int | None = None,
    access: Access | None,
    by: Actor,
    at: datetime,
) -> tuple[Change, ...]:
    """Write new references; None keeps one as it is. What changed is answered, nothing the second time.

    Raises the obstacle, or DomainError: `field_locked`, `reference_missing`, `stale`.
    """
    order = locked(order_id, access=access)
    if key and was_sent(order, key):
        return ()
    wish = {"merchant_reference1": merchant_reference1, "merchant_reference2": merchant_reference2}
    return write_references(
        order,
        {name: text for name, text in wish.items() if text is not None},
        key=key,
        version=version,
        access=access,
        by=by,
        at=at,
    )


def write_references(
    order: Order,
    wish: Mapping[str, str],
    *,
    key: str = "",
    version: int | None = None,
    access: Access | None,
    by: Actor,
    at: datetime,
) -> tuple[Change, ...]:
    """Write what `wish` names on a locked order, with its record; raises what editing them raises."""
    found = obstacle(order, Verb.EDIT_REFERENCES, access, at)
    if found is not None:
        refuse(order, found, version)
    changes = changes_between(references_of(order), wish)
    if not changes:
        return ()
    check_version(order, version)
    check_open(changes, reference_locks(order, at))
    if wish.get("merchant_reference1") == "":
        raise DomainError("reference_missing", _("An order needs merchant reference 1."), field="merchant_reference1")
    for change in changes:
        setattr(order, change.field, change.new)
    order.search_text = order.search_words()
    order.save(update_fields=[*(change.field for change in changes), "search_text"])
    data = {"changes": [each.as_data() for each in changes], "key": key and key_of(Kind.ADJUST, order.pk, key)}
    record(order, What.REFERENCES_EDITED, by=by, at=at, data=data)
    renew_slip(order, at)
    return changes


def check_open(changes: tuple[Change, ...], locks: dict[str, str]) -> None:
    """Raise DomainError `field_locked` with the reason when a change touches what is closed."""
    for change in changes:
        if change.group in locks:
            raise DomainError("field_locked", locks[change.group], field=change.field)
