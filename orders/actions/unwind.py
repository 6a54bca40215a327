"""End an order that has captures: release the rest, then refund each capture."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import Access
from common.actor import Actor
from common.errors import DomainError
from orders.abilities import method_of
from orders.actions.let_go import release_order
from orders.actions.lock import check_version, last_words, locked, refuse
from orders.actions.refund import refund_order
from orders.actions.reserve import key_of
from orders.cutting import refund_everything
from orders.models import Alert, Event, Kind, Operation, Order, State
from orders.outcomes import moved_words
from orders.rules import Verb, obstacle
from orders.selection import Selection, rest_to_refund

_Move = Callable[..., Operation]


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
    """Release what is still reserved, then refund each capture by an operation of its own, the oldest first.

    Stops at the first movement that does not succeed, and an alert says so until
    nothing is left to refund or a person puts it away. Asked again with a new
    key it goes on with what is left, with the same key it moves nothing twice.
    Raises DomainError when there is nothing to end, something is in flight, or
    the order changed since `version`; also when others acted on it between two
    movements: what would be refunded then is a sum nobody saw.
    """
    wish = {"access": access, "by": by, "at": at, "tells_customer": tells_customer}
    release = partial(release_order, order_id, key=key, **wish)  # type: ignore[arg-type]
    refund = partial(refund_order, order_id, reason=reason, **wish)  # type: ignore[arg-type]
    moves, wish_id = _moves(order_id, key, version, release, refund, access=access, at=at)
    told = {"tells_customer": tells_customer, "reason": reason, "wish": wish_id.hex if wish_id else ""}
    wished = told if len(moves) > 1 else None
    done: list[Operation] = []
    for number, move in enumerate(moves, 1):
        try:
            operation = move(version=_moved_on(version, done), wished=wished)
        except DomainError as error:
            raise _half_way(error, order_id, version, done) from error
        if operation.state != State.SUCCEEDED:
            return Unwound(tuple(done), operation, has_more=number < len(moves))
        done.append(operation)
    return Unwound(tuple(done))


def due_refunds(order: Order) -> dict[uuid.UUID | None, int]:
    """What goes back of each capture, in minor units, the oldest first; by None of all of them at once.

    What a dispute holds stays. A method that refunds only all at once cannot
    give captures back one by one.
    """
    if order.refundable_amount <= 0:
        return {}
    cut = refund_everything(rest_to_refund(order), limit=order.refundable_amount)
    if len(cut) > 1 and not method_of(order).capabilities.partial_refund:
        return {None: order.refundable_amount}
    return {uuid.UUID(capture): sum(piece.amount for piece in pieces) for capture, pieces in cut.items()}


@transaction.atomic(durable=True)
def _moves(
    order_id: uuid.UUID,
    key: str,
    version: int | None,
    release: _Move,
    refund: _Move,
    *,
    access: Access | None,
    at: datetime,
) -> tuple[list[_Move], uuid.UUID | None]:
    """What was begun with the key, as it stands, and what is left to move, in their order; and the refunds' wish.

    Refuses what cannot be ended; a form sent again is not refused, it is answered as before.
    All under the lock: of an order and pieces from before and after somebody else's movement
    neither the one nor the other would be true.
    """
    order = locked(order_id, access=access)
    begun = _begun(order_id, key)
    if not begun:
        _check(order, version, access, at)
    moves = []
    if Kind.RELEASE in begun or obstacle(order, Verb.RELEASE, None, at) is None:
        moves.append(release)
    due = due_refunds(order)
    captures = [capture for capture in (None, *_captures(order_id)) if capture in begun or capture in due]
    new = uuid.uuid5(order_id, f"{key} at {at.isoformat()}") if len(captures) > 1 else None
    wish = _wish_left(order_id) or new
    for capture in captures:
        selection = Selection(is_everything=True, capture=capture)
        moves.append(partial(refund, key=_key(key, capture), selection=selection, wish=wish))
    return moves, wish


def _wish_left(order_id: uuid.UUID) -> uuid.UUID | None:
    """What an end that stopped half-way calls its refunds: those that follow are told to the customer with them."""
    left = Alert.objects.filter(order=order_id, kind=Alert.Kind.HALF_ENDED, closed_at=None).first()
    return uuid.UUID(left.data["wish"]) if left and left.data.get("wish") else None


def _captures(order_id: uuid.UUID) -> list[uuid.UUID]:
    made = Operation.objects.filter(order=order_id, kind=Kind.CAPTURE, state=State.SUCCEEDED, is_stray=False)
    return list(made.order_by("requested_at", "pk").values_list("pk", flat=True))


def _key(key: str, capture: uuid.UUID | None) -> str:
    """The wish to refund one capture, named by the form's own and the capture."""
    return f"{key} {capture}" if capture else key


def _begun(order_id: uuid.UUID, key: str) -> set[str | uuid.UUID | None]:
    """What the same form has begun before: the release, and refunds by their capture."""
    names: dict[str, str | uuid.UUID | None] = {key_of(Kind.RELEASE, order_id, key): Kind.RELEASE}
    for capture in (None, *_captures(order_id)):
        names[key_of(Kind.REFUND, order_id, _key(key, capture))] = capture
    return {names[name] for name in Operation.objects.filter(key__in=names).values_list("key", flat=True)}


def _moved_on(version: int | None, done: Sequence[Operation]) -> int | None:
    """The version the order has when nothing but our own movements has changed it.

    Each operation raises it once when it is reserved, and each of its events once.
    """
    if version is None or not done:
        return version
    return version + len(done) + Event.objects.filter(operation__in=done).count()


def _half_way(error: DomainError, order_id: uuid.UUID, version: int | None, done: Sequence[Operation]) -> DomainError:
    """Say what was moved before something stood in the way, and who acted meanwhile."""
    if not done:
        return error
    words = error.message
    if error.code == "stale" and version is not None:
        order = Order.objects.get(pk=order_id)
        changed = _("The order has changed meanwhile, so no more was done.")
        words = f"{changed} {last_words(order, version, but=done)}".strip()
    return DomainError(error.code, f"{moved_words(done)} {words}")


def _check(order: Order, version: int | None, access: Access | None, at: datetime) -> None:
    """Raise what stands in the way of ending it, or who has acted since."""
    found = obstacle(order, Verb.UNWIND, access, at)
    if found is not None:
        refuse(order, found, version)
    check_version(order, version)
