"""Let go of reserved money: cancel a whole order, or release what is left after a capture."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.access import Access
from common.actor import Actor
from common.kick import kick
from orders import operations
from orders.actions.reserve import key_of, ready, reserve
from orders.messages import queue_voided
from orders.models import Kind, Operation, Order, State
from orders.rules import Verb
from orders.states import Status
from orders.timeline import What, record


def cancel_order(
    order_id: uuid.UUID,
    *,
    key: str,
    version: int | None = None,
    access: Access | None,
    by: Actor,
    at: datetime,
    tells_customer: bool,
    reason: str = "",
) -> Operation:
    """Cancel an order nothing was captured of; the whole reservation is voided.

    Raises DomainError when a rule forbids it or the order changed since `version`.
    """
    operation = _request(
        order_id,
        Verb.CANCEL,
        Kind.VOID,
        key=key,
        version=version,
        access=access,
        by=by,
        at=at,
        tells_customer=tells_customer,
        reason=reason,
    )
    return operations.run(operation.pk)


def release_order(
    order_id: uuid.UUID,
    *,
    key: str,
    version: int | None = None,
    access: Access | None,
    by: Actor,
    at: datetime,
    tells_customer: bool = False,
    wished: dict[str, Any] | None = None,
) -> Operation:
    """Release what is still reserved of a partly captured order; it is captured then.

    `tells_customer` when this ends the order: a refund that is still to follow tells of itself,
    and `wished` is then what the whole step is to do.
    """
    operation = _request(
        order_id,
        Verb.RELEASE,
        Kind.RELEASE,
        key=key,
        version=version,
        access=access,
        by=by,
        at=at,
        tells_customer=tells_customer,
        wished=wished,
    )
    return operations.run(operation.pk)


def extend_order(
    order_id: uuid.UUID,
    *,
    key: str,
    version: int | None = None,
    access: Access | None,
    by: Actor,
    at: datetime,
) -> Operation:
    """Ask the gateway to keep the reservation longer; the end it answers counts."""
    operation = _request(order_id, Verb.EXTEND, Kind.EXTEND, key=key, version=version, access=access, by=by, at=at)
    return operations.run(operation.pk)


@transaction.atomic(durable=True)
def _request(
    order_id: uuid.UUID,
    verb: Verb,
    kind: str,
    *,
    key: str,
    version: int | None,
    access: Access | None,
    by: Actor,
    at: datetime,
    **fields: Any,
) -> Operation:
    name = key_of(kind, order_id, key)
    order, earlier = ready(order_id, verb, name, version=version, access=access, at=at)
    if earlier is not None:
        return earlier
    # an extension keeps all that is held, also what a capture on its way may yet leave
    amount = order.reserved_amount if kind == Kind.EXTEND else order.releasable_amount
    if kind == Kind.RELEASE and order.refundable_amount > 0:
        fields["tells_customer"] = False
    return reserve(order, kind, amount, name, by=by, at=at, **fields)


def cancel_unpaid(order: Order, *, wish: str, reason: str, tells_customer: bool, by: Actor, at: datetime) -> None:
    """Cancel a locked order nobody has paid; its link is the caller's. No money moves; `wish` is kept."""
    order.cancelled_at = at
    order.move_to(Status.CANCELLED)
    order.save(update_fields=["cancelled_at", "status"])
    record(order, What.ORDER_CANCELLED, by=by, at=at, data={"reason": reason or "cancelled", "wish": wish})
    if tells_customer:
        queue_voided(order, by=by, at=at)


def release_rest(order: Order, *, at: datetime) -> None:
    """Reserve the release that is due, if one is, and send it soon."""
    release = reserve_release(order, at=at)
    if release is not None:
        kick("orders.tasks.run_operation", str(release.pk))


def reserve_release(order: Order, *, at: datetime) -> Operation | None:
    """The release chosen together with a capture, or of what is held beyond a lowered total.

    Reserved when the last capture has landed: earlier, the gateway would let go
    of what another capture is about to take. Not while the total is being changed.
    """
    if order.capturing_amount or order.adjusting_amount or order.releasable_amount <= 0:
        return None
    captures = Operation.objects.filter(order=order, is_stray=False, kind=Kind.CAPTURE, state=State.SUCCEEDED)
    last = captures.order_by("-settled_at").first()
    wished = captures.filter(has_release=True).order_by("-settled_at").first()
    if wished is not None and not _was_released(order, wished):
        return _after(order, wished, "", at)
    if last is None or order.capturable_amount > 0 or _was_released(order, last):
        return None
    return _after(order, last, "total_lowered", at)


def _was_released(order: Order, capture: Operation) -> bool:
    """Whether a release was tried after the capture; a declined one is left to people."""
    releases = Operation.objects.filter(order=order, is_stray=False, kind=Kind.RELEASE)
    return releases.filter(requested_at__gte=capture.settled_at).exists()


def _after(order: Order, capture: Operation, reason: str, at: datetime) -> Operation:
    key = f"after-{capture.pk}"
    return reserve(order, Kind.RELEASE, order.releasable_amount, key, by=capture.by, at=at, reason=reason)
