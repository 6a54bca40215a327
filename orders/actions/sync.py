"""Booking what the gateway has moved and we never asked for."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from common.actor import Actor
from common.errors import DomainError
from orders.actions import booking
from orders.actions.lock import locked
from orders.actions.reserve import freeze
from orders.actions.reverse import reverse_refund
from orders.actions.review import hear_decision
from orders.audit import TOLD, matched
from orders.cutting import Piece, told_capture, told_refund
from orders.deltas import deltas, is_by_sums
from orders.models import Kind, Operation, Order, State
from orders.selection import rest_to_capture, rest_to_refund
from orders.states import OPEN, IllegalMove, Status
from payments.gateway import Movement, Outcome, Result, SessionState, Snapshot

log = structlog.get_logger(__name__)
Pieces = Mapping[uuid.UUID | None, Sequence[Piece]]

# of movements in the same instant, what another may build on comes first
_RANK = {Kind.EXTEND: 0, Kind.CAPTURE: 1, Kind.REFUND: 2, Kind.RELEASE: 3, Kind.VOID: 4}
_FIELDS = ("id", "kind", "key", "gateway_reference")


@dataclass(frozen=True, slots=True)
class Booked:
    """What was booked, and the order's version before and after."""

    operations: tuple[Operation, ...]
    before: int
    after: int


@transaction.atomic(durable=True)
def book_movements(order_id: uuid.UUID, snapshot: Snapshot, *, seen: int, at: datetime) -> Booked:
    """Book a decision about a review, movements whose gateway reference we lack, and refunds that came back, once.

    Of a gateway that tells only sums, what these have grown by is booked, unless
    the order is not as it was when the gateway was asked (version `seen`): then
    nobody can tell whose the difference is. What would pass a limit, or cannot follow from the order's status, is left
    alone: the comparison that follows reports it.
    """
    order = locked(order_id)
    before = order.version
    if (snapshot.payment_reference, snapshot.currency) != (order.payment_reference, order.currency):
        return Booked((), before, before)
    found = []
    by = Actor.gateway(order.paying_account.provider)
    if snapshot.state == SessionState.AUTHORIZED:
        hear_decision(order, snapshot, by=by, at=at)
    as_asked = order.version if seen == before else seen
    for movement in _news(order, snapshot, as_asked, at):
        operation = _try(order, movement, lambda m=movement: _book(order, m, snapshot, at))  # type: ignore[misc]
        found += [operation] if operation else []
    hear_decision(order, snapshot, by=by, at=at)  # no rejection: a void made at the gateway has ended the review above
    for refund, movement in _came_back(order, snapshot):
        reversal = reverse_refund(order, refund, movement, at=at)
        found += [reversal] if reversal else []
    return Booked(tuple(found), before, order.version)


def _news(order: Order, snapshot: Snapshot, seen: int, at: datetime) -> Iterator[Movement]:
    if not is_by_sums(order, snapshot):
        yield from _lacking(order, snapshot)
    elif order.version == seen:
        yield from deltas(order, snapshot, at=at)


def _lacking(order: Order, snapshot: Snapshot) -> Iterator[Movement]:
    """Certain movements of no operation of ours, in the order they were made."""
    ours = matched(snapshot.movements, Operation.objects.filter(order=order, is_stray=False).values(*_FIELDS))
    known = set(map(id, ours.values()))
    lacking = [m for m in snapshot.movements if m.kind in _RANK and id(m) not in known]
    yield from sorted((m for m in lacking if m.state == Outcome.SUCCEEDED), key=lambda m: (m.at, _RANK[Kind(m.kind)]))


def _came_back(order: Order, snapshot: Snapshot) -> list[tuple[Operation, Movement]]:
    """Refunds we say succeeded that the gateway says did not."""
    failed = [m for m in snapshot.movements if m.kind == Kind.REFUND and m.state == Outcome.DECLINED]
    if not failed:
        return []
    done = Operation.objects.filter(order=order, kind=Kind.REFUND, state=State.SUCCEEDED, is_stray=False)
    refunds = {str(each.pk): each for each in done.select_related("gateway_account")}
    there = matched(failed, [{name: getattr(each, name) for name in _FIELDS} for each in refunds.values()])
    return [(refunds[key], movement) for key, movement in there.items()]


def _try(order: Order, movement: Movement, book: Callable[[], Operation | None]) -> Operation | None:
    """Book, or leave everything as it was when a limit forbids it."""
    try:
        with transaction.atomic():
            return book()
    except (IntegrityError, IllegalMove, DomainError) as error:
        log.warning("sync.not_booked", order=str(order.pk), movement=movement.reference, words=str(error))
        order.refresh_from_db()
        return None


def _book(order: Order, movement: Movement, snapshot: Snapshot, at: datetime) -> Operation | None:
    """The movement as an operation with origin Gateway; None when it cannot be."""
    amount = order.reserved_amount if movement.kind == Kind.EXTEND else movement.amount
    if amount <= 0 or not _IS_POSSIBLE[movement.kind](order, movement):
        return None
    cut = _PIECES.get(movement.kind)
    pieces = cut(order, amount) if cut else {}
    by = Actor.gateway(order.paying_account.provider)
    operation = Operation.objects.create(
        order=order,
        kind=movement.kind,
        state=State.SUCCEEDED,
        amount=amount,
        currency=order.currency,
        key=f"{TOLD}{uuid.uuid5(order.paying_account.pk, f'{movement.kind}:{movement.reference}')}",
        gateway_account=order.paying_account,
        payment_reference=order.payment_reference,
        gateway_reference=movement.reference,
        origin=by.origin,
        actor=by.label,
        requested_at=movement.at,
        settled_at=at,
    )
    freeze(operation, pieces)
    booking.told(order, operation, Result(Outcome.SUCCEEDED, movement.reference, expires_at=snapshot.expires_at), at)
    return operation


def _can_take(order: Order, movement: Movement) -> bool:
    return order.status in OPEN and not order.is_under_review and movement.amount <= order.releasable_amount


def _can_release(order: Order, movement: Movement) -> bool:
    return order.status == Status.PART_CAPTURED and movement.amount <= order.releasable_amount


def _can_void(order: Order, movement: Movement) -> bool:
    """The whole, before anything was captured, and with nothing else on its way."""
    is_free = order.status == Status.AUTHORIZED and not order.in_flight_amount
    return is_free and movement.amount == order.releasable_amount


def _capture(order: Order, amount: int) -> Pieces:
    rest = rest_to_capture(order)
    limit = order.capturable_amount
    name = _("Captured at the gateway")
    return {None: told_capture(rest.shares, rest.free_taken, amount=amount, limit=limit, name=name)}


def _refund(order: Order, amount: int) -> Pieces:
    name, captures = _("Refunded at the gateway"), rest_to_refund(order)
    cut = told_refund(captures, amount=amount, limit=order.refundable_amount, name=name)
    return {uuid.UUID(capture): pieces for capture, pieces in cut.items()}


_IS_POSSIBLE: dict[str, Callable[[Order, Movement], bool]] = {
    Kind.CAPTURE: _can_take,
    Kind.REFUND: lambda order, movement: movement.amount <= order.refundable_amount,
    Kind.RELEASE: _can_release,
    Kind.VOID: _can_void,
    Kind.EXTEND: _can_take,
}
_PIECES: dict[str, Callable[[Order, int], Pieces]] = {Kind.CAPTURE: _capture, Kind.REFUND: _refund}
