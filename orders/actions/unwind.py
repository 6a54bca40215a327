"""End an order that has captures: release the rest, then refund what was captured."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.utils.translation import gettext as _

from accounts.access import Access
from common.actor import Actor
from common.errors import DomainError
from orders.actions.let_go import release_order
from orders.actions.lock import last_words, refuse
from orders.actions.refund import refund_order
from orders.actions.reserve import key_of
from orders.models import Event, Kind, Operation, Order, State
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
    the order changed since `version`; also when others acted on it after our
    release: what would be refunded then is a sum nobody saw.
    """
    wish = {"key": key, "access": access, "by": by, "at": at, "tells_customer": tells_customer}
    ways: tuple[tuple[str, Verb, Callable[..., Operation]], ...] = (
        (Kind.RELEASE, Verb.RELEASE, partial(release_order, order_id, **wish)),  # type: ignore[arg-type]
        (Kind.REFUND, Verb.REFUND, partial(refund_order, order_id, reason=reason, **wish)),  # type: ignore[arg-type]
    )
    _guard(order_id, key, version, access=access, at=at)
    done: list[Operation] = []
    for kind, verb, move in ways:
        if not _is_due(order_id, kind, verb, key, at=at):
            continue
        try:
            operation = move(version=_moved_on(version, done))
        except DomainError as error:
            raise _half_way(error, order_id, version, done) from error
        if operation.state != State.SUCCEEDED:
            return Unwound(tuple(done), operation, has_more=kind == Kind.RELEASE)
        done.append(operation)
    return Unwound(tuple(done))


def _moved_on(version: int | None, done: list[Operation]) -> int | None:
    """The version the order has when nobody but our own release has changed it.

    Each operation raises it once when it is reserved, and each of its events once.
    """
    if version is None or not done:
        return version
    return version + len(done) + Event.objects.filter(operation__in=done).count()


def _half_way(error: DomainError, order_id: uuid.UUID, version: int | None, done: list[Operation]) -> DomainError:
    """Say that the release was made and the refund was not, and who acted meanwhile."""
    if error.code != "stale" or not done or version is None:
        return error
    order = Order.objects.get(pk=order_id)
    words = _("What was still reserved is released. Nothing was refunded, for the order has changed meanwhile.")
    return DomainError("stale", f"{words} {last_words(order, version, but=done)}".strip())


def _guard(order_id: uuid.UUID, key: str, version: int | None, *, access: Access | None, at: datetime) -> None:
    """Refuse what cannot be ended; a form sent again is not refused, it is answered as before."""
    orders = Order.objects.visible_to(access) if access is not None else Order.objects.all()
    order = orders.select_related("gateway_account__store").get(pk=order_id)
    names = [key_of(kind, order_id, key) for kind in (Kind.RELEASE, Kind.REFUND)]
    if Operation.objects.filter(key__in=names).exists():
        return
    found = obstacle(order, Verb.UNWIND, access, at)
    if found is not None:
        refuse(order, found, version)


def _is_due(order_id: uuid.UUID, kind: str, verb: Verb, key: str, *, at: datetime) -> bool:
    """Whether this movement was begun with the key, or there is something left to move."""
    if Operation.objects.filter(key=key_of(kind, order_id, key)).exists():
        return True
    order = Order.objects.select_related("gateway_account__store").get(pk=order_id)
    return obstacle(order, verb, None, at) is None
