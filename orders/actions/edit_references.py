"""Edit the merchant's own references of an order."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import Access
from common.actor import Actor
from common.errors import DomainError
from orders.actions.lock import check_version, locked
from orders.documents import renew_slip
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
    version: int | None = None,
    access: Access | None,
    by: Actor,
    at: datetime,
) -> tuple[Change, ...]:
    """Write new references; None keeps one as it is. What changed is answered, nothing the second time.

    Raises the obstacle, or DomainError: `field_locked`, `reference_missing`, `stale`.
    """
    order = locked(order_id, access=access)
    found = obstacle(order, Verb.EDIT_REFERENCES, access, at)
    if found is not None:
        raise found.error()
    wish = {"merchant_reference1": merchant_reference1, "merchant_reference2": merchant_reference2}
    changes = changes_between(references_of(order), {name: text for name, text in wish.items() if text is not None})
    if not changes:
        return ()
    check_version(order, version)
    check_open(changes, reference_locks(order, at))
    if merchant_reference1 == "":
        raise DomainError("reference_missing", _("An order needs merchant reference 1."), field="merchant_reference1")
    for change in changes:
        setattr(order, change.field, change.new)
    order.search_text = order.search_words()
    order.save(update_fields=[*(change.field for change in changes), "search_text"])
    record(order, What.REFERENCES_EDITED, by=by, at=at, data={"changes": [each.as_data() for each in changes]})
    renew_slip(order, at)
    return changes


def check_open(changes: tuple[Change, ...], locks: dict[str, str]) -> None:
    """Raise DomainError `field_locked` with the reason when a change touches what is closed."""
    for change in changes:
        if change.group in locks:
            raise DomainError("field_locked", locks[change.group], field=change.field)
