"""Cancel an order nobody has paid: the order and its link end together."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from accounts.access import Access
from common.actor import Actor
from orders.actions.let_go import cancel_unpaid
from orders.actions.lock import check_version, refuse
from orders.actions.lock import locked as locked_order
from orders.actions.unwind import Unwound
from orders.models import Event, Order
from orders.rules import Verb, obstacle
from orders.timeline import What, record
from paylinks import meanwhile
from paylinks.models import PaymentLink
from paylinks.settle import after_closing, refuse_begun
from paylinks.states import OPEN, LinkStatus


def withdraw_order(
    order_id: uuid.UUID,
    *,
    key: str,
    version: int | None = None,
    access: Access | None,
    by: Actor,
    at: datetime,
    tells_customer: bool,
    reason: str = "",
) -> Unwound:
    """End a never-paid order and its link; a running attempt is closed at the gateway first.

    `key` names this wish: posted twice it is done once, and answered as before.
    Raises the obstacle, DomainError `stale`, or `just_paid` and `attempt_unknown`
    as cancelling a link does. No money moves, so nothing is answered.
    """
    orders = Order.objects.visible_to(access) if access is not None else Order.objects.all()
    order = orders.get(pk=order_id)
    if _was_done(order, key):
        return Unwound(())
    found = obstacle(order, Verb.WITHDRAW, access, at)
    if found is not None:
        refuse(order, found, version)
    check_version(order, version)

    @transaction.atomic(durable=True)
    def end() -> None:
        mine = locked_order(order_id, access=access)
        if _was_done(mine, key):  # the same form, posted twice at once
            return
        refuse_begun(order_id)
        found = obstacle(mine, Verb.WITHDRAW, access, at)
        if found is not None:
            meanwhile.refuse(mine, found, version)
        meanwhile.check_unchanged(mine, version)  # closing an attempt raises the version itself
        _close_link(mine, by=by, at=at)
        cancel_unpaid(mine, wish=key, reason=reason, tells_customer=tells_customer, by=by, at=at)

    after_closing(order_id, end, by=by, at=at)
    return Unwound(())


def _was_done(order: Order, key: str) -> bool:
    return Event.objects.filter(order=order, kind=What.ORDER_CANCELLED, data__wish=key).exists()


def _close_link(order: Order, *, by: Actor, at: datetime) -> None:
    """The open link of a locked order, if there is one; past its end it reads expired, sweep or not."""
    links = PaymentLink.objects.select_for_update(no_key=True, of=("self",))
    link = links.filter(order=order, status__in=sorted(OPEN)).first()
    if link is None or at >= link.expires_at:
        return
    link.move_to(LinkStatus.CANCELLED)
    link.cancelled_at = at
    link.cancelled_by = by.label
    link.save(update_fields=["status", "cancelled_at", "cancelled_by"])
    record(order, What.LINK_CANCELLED, by=by, at=at, data={"number": link.number})
