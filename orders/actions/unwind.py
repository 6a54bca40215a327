"""End an order that has captures: release the rest, then refund what was captured."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from accounts.access import Access
from common.actor import Actor
from orders.actions.let_go import release_order
from orders.actions.refund import refund_order
from orders.actions.reserve import key_of
from orders.models import Kind, Operation, Order, State
from orders.rules import Verb, obstacle


@dataclass(frozen=True, slots=True)
class Unwound:
    """What one confirmed step did: the movements made, and the one it stopped at, if any.

    `has_more` says that another movement would have followed.
    """

    done: tuple[Operation, ...]
    stopped: Operation | None = None
    has_more: bool = False


def unwind_order(
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
    """Release what is still reserved, then refund all that was captured.

    Stops at the first movement that does not succeed; asked again with a new
    key it goes on with what is left, with the same key it moves nothing twice.
    Raises DomainError when there is nothing to end, something is in flight, or
    the order changed since `version`.
    """
    common = {"key": key, "access": access, "by": by, "at": at}
    ways: tuple[tuple[str, Verb, Callable[..., Operation]], ...] = (
        (Kind.RELEASE, Verb.RELEASE, partial(release_order, order_id, **common)),  # type: ignore[arg-type]
        (
            Kind.REFUND,
            Verb.REFUND,
            partial(refund_order, order_id, tells_customer=tells_customer, reason=reason, **common),  # type: ignore[arg-type]
        ),
    )
    _guard(order_id, key, access=access, at=at)
    done: list[Operation] = []
    for kind, verb, move in ways:
        if not _is_due(order_id, kind, verb, key, at=at):
            continue
        # our own release has changed the order: the version seen counts for the first movement only
        operation = move(version=None if done else version)
        if operation.state != State.SUCCEEDED:
            return Unwound(tuple(done), operation, has_more=kind == Kind.RELEASE)
        done.append(operation)
    return Unwound(tuple(done))


def _guard(order_id: uuid.UUID, key: str, *, access: Access | None, at: datetime) -> None:
    """Refuse what cannot be ended; a form sent again is not refused, it is answered as before."""
    orders = Order.objects.visible_to(access) if access is not None else Order.objects.all()
    order = orders.select_related("gateway_account__store").get(pk=order_id)
    names = [key_of(kind, order_id, key) for kind in (Kind.RELEASE, Kind.REFUND)]
    if Operation.objects.filter(key__in=names).exists():
        return
    found = obstacle(order, Verb.UNWIND, access, at)
    if found is not None:
        raise found.error()


def _is_due(order_id: uuid.UUID, kind: str, verb: Verb, key: str, *, at: datetime) -> bool:
    """Whether this movement was begun with the key, or there is something left to move."""
    if Operation.objects.filter(key=key_of(kind, order_id, key)).exists():
        return True
    order = Order.objects.select_related("gateway_account__store").get(pk=order_id)
    return obstacle(order, verb, None, at) is None
