"""What the operator of the installation changes about a store after it was set up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.audit import Kind, record
from accounts.models import Merchant, Store
from common.actor import Actor

SENDER = ("street", "postal_code", "city", "website")


@transaction.atomic
def change_agreement(
    store: Store, *, currencies: list[str] | None = None, sender: Mapping[str, str], by: Actor, at: datetime
) -> list[str]:
    """Save a store's currencies and its merchant's address and website; returns the names of what changed.

    Orders and links that exist keep their currency.
    """
    merchant = Merchant.objects.select_for_update(no_key=True).get(pk=store.merchant_id)
    locked = Store.objects.select_for_update(no_key=True).get(pk=store.pk)
    wished: dict[str, Any] = {name: sender[name] for name in SENDER if name in sender}
    changed = [name for name in wished if getattr(merchant, name) != wished[name]]
    before = {name: getattr(merchant, name) for name in changed}
    after = {name: wished[name] for name in changed}
    for name in changed:
        setattr(merchant, name, wished[name])
    merchant.save(update_fields=changed)
    if currencies is not None and locked.allowed_currencies != currencies:
        before["allowed_currencies"], after["allowed_currencies"] = locked.allowed_currencies, currencies
        locked.allowed_currencies = currencies
        locked.save(update_fields=["allowed_currencies"])
    if after:
        record(Kind.AGREEMENT_CHANGED, by=by, at=at, store=locked, before=before, after=after)
    return list(after)


@transaction.atomic
def set_logo(store: Store, body: bytes, content_type: str, *, by: Actor, at: datetime) -> None:
    """Show another picture on payment pages and packing slips."""
    Store.objects.filter(pk=store.pk).update(logo=body, logo_type=content_type)
    record(Kind.LOGO_SET, by=by, at=at, store=store, content_type=content_type, size=len(body))
