"""Everything that changes settings, members or access writes one line here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import TextChoices

from accounts.models.audit import AuditEntry
from accounts.models.merchants import Merchant, Store
from common.actor import Actor


class Kind(TextChoices):
    """The index of all that can happen outside an order."""

    MERCHANT_CREATED = "merchant.created"
    STORE_CREATED = "store.created"
    STORE_CONFIGURED = "store.configured"
    AGREEMENT_CHANGED = "agreement.changed"
    LOGO_SET = "logo.set"
    TERMS_FETCHED = "terms.fetched"
    TERMS_UNREACHABLE = "terms.unreachable"
    MEMBER_ADDED = "member.added"
    SIGNED_IN = "user.signed_in"
    SIGNED_OUT_EVERYWHERE = "user.signed_out_everywhere"
    PREFERENCES_CHANGED = "user.preferences_changed"
    GATEWAY_CONNECTED = "gateway.connected"
    UNCLAIMED_FOUND = "unclaimed.found"
    UNCLAIMED_RETURNED = "unclaimed.returned"
    UNCLAIMED_REFUSED = "unclaimed.refused"
    UNCLAIMED_CAME_BACK = "unclaimed.came_back"
    UNCLAIMED_ASKED_AGAIN = "unclaimed.asked_again"
    UNCLAIMED_NOTED = "unclaimed.noted"


def record(
    kind: Kind,
    *,
    by: Actor,
    at: datetime,
    merchant: Merchant | None = None,
    store: Store | None = None,
    **data: Any,
) -> AuditEntry:
    """Write one entry; `data` holds plain values only."""
    return AuditEntry.objects.create(
        kind=kind,
        origin=by.origin,
        actor=by.label,
        user_id=by.user_id,
        merchant=merchant or (store.merchant if store else None),
        store=store,
        data=data,
        at=at,
    )
