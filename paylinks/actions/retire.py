"""The old link ends before the new one exists: at most one is open."""

from __future__ import annotations

from datetime import datetime

from common.actor import Actor
from orders.timeline import What, record
from paylinks.models import PaymentLink
from paylinks.states import OPEN, LinkStatus


def retire_link(old: PaymentLink, *, by: Actor, at: datetime) -> None:
    """End a locked link that a newer one replaces; past its end it has expired, sweep or not."""
    if old.status in OPEN:
        if at >= old.expires_at:
            old.move_to(LinkStatus.EXPIRED)
            old.expired_at = at
        else:
            old.move_to(LinkStatus.CANCELLED)
            old.cancelled_at = at
            old.cancelled_by = by.label
    old.is_current = False
    old.save(update_fields=["status", "expired_at", "cancelled_at", "cancelled_by", "is_current"])
    record(old.order, What.LINK_REPLACED, by=by, at=at, data={"number": old.number})
