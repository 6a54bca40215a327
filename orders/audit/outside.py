"""Our books against the gateway's own view."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import Exists, OuterRef

from developers.trace import tracing
from orders.audit.books import CAPTURES, REFUNDS, RELEASES, Books, Row
from orders.audit.differences import Finding, unequal
from orders.deltas import SUM
from orders.models import Kind, Operation, State
from orders.models.operations import IN_FLIGHT
from orders.states import OPEN
from payments.gateway import Movement, Outcome, Snapshot
from payments.gateways import gateway_for

_SETTLED = {str(State.SUCCEEDED), str(State.DECLINED)}
TOLD = "gateway-"  # the key of what was booked because the gateway told it
CHARGE = "charge-"  # the key of a capture made with the authorization
_NAMED = frozenset({Kind.CAPTURE, Kind.REFUND, Kind.VOID, Kind.RELEASE, Kind.ADJUST})


def ask(books: Books) -> Iterator[Finding]:
    """Ask the gateway about the order's payment and compare. Raises GatewayUnavailable."""
    order = books.order
    if order.session_reference:
        with tracing(order_id=order.pk):
            snapshot = gateway_for(order.paying_account).fetch(order.session_reference)
        yield from compare(books, snapshot)
    yield from strays(books)


def compare(books: Books, snapshot: Snapshot) -> Iterator[Finding]:
    """What the gateway says of the order's payment, against our books."""
    order = books.order
    yield from unequal("payment at the gateway", order.payment_reference, snapshot.payment_reference)
    yield from unequal("currency at the gateway", order.currency, snapshot.currency or order.currency)
    yield from hold(books, snapshot)
    yield from totals(books, snapshot)
    yield from movements(books, snapshot)


def strays(books: Books) -> Iterator[Finding]:
    """Money nobody expected that we say went back has gone back, and stayed or came back as we say.

    Raises GatewayUnavailable.
    """
    if not any(operation["is_stray"] for operation in books.operations):
        return
    returned = Operation.objects.filter(order=books.order, is_stray=True, state=State.SUCCEEDED)
    returned = returned.exclude(kind=Kind.REVERSAL).annotate(
        is_back=Exists(Operation.objects.filter(reverses=OuterRef("pk")))
    )
    for stray in returned.select_related("gateway_account__store"):
        with tracing(order_id=books.order.pk, operation_id=stray.pk):
            known = gateway_for(stray.gateway_account).lookup(stray.key)
        found = known.outcome.value if known else "nothing"
        expected = Outcome.DECLINED if stray.is_back else Outcome.SUCCEEDED
        yield from unequal("unexpected money at the gateway", expected.value, found)


def hold(books: Books, snapshot: Snapshot) -> Iterator[Finding]:
    """An open authorization ends when the gateway says, unless an extension is on its way."""
    ends = books.order.authorization_expires_at
    if books.order.status not in OPEN or ends is None or snapshot.expires_at is None:
        return
    if not books.own(Kind.EXTEND, states=IN_FLIGHT):
        yield from unequal("end of the authorization at the gateway", ends, snapshot.expires_at)


def totals(books: Books, snapshot: Snapshot) -> Iterator[Finding]:
    """Its sums are ours, but for movements it has made and we have not heard of yet."""
    yield from unequal("authorized at the gateway", _authorized(books, snapshot), snapshot.amount)
    for what, kinds, found in (
        ("captured at the gateway", (CAPTURES,), snapshot.captured_amount),
        ("refunded at the gateway", (REFUNDS,), snapshot.refunded_amount),
        ("released at the gateway", RELEASES, snapshot.released_amount),
    ):
        ours = books.total(*kinds) - _came_back(books, kinds)
        if snapshot.tells_movements:
            unheard = {operation["key"] for operation in books.own(*kinds, states=IN_FLIGHT)}
            ahead = sum(m.amount for m in snapshot.movements if m.key in unheard and m.state == Outcome.SUCCEEDED)
        else:  # what is on its way may be in the sum or not
            ahead = min(max(found - ours, 0), books.in_flight(*kinds))
        yield from unequal(what, ours, found - ahead)


def _authorized(books: Books, snapshot: Snapshot) -> int:
    """What is authorized; a changed total the gateway has said yes to unheard counts already."""
    asked = {operation["key"]: operation["amount"] for operation in books.own(Kind.ADJUST, states=IN_FLIGHT)}
    if not snapshot.tells_movements and snapshot.amount in asked.values():
        return snapshot.amount
    unheard = [m.key for m in snapshot.movements if m.key in asked and m.state == Outcome.SUCCEEDED]
    return int(asked[unheard[-1]]) if unheard else books.order.authorized_amount


def _came_back(books: Books, kinds: tuple[str, ...]) -> int:
    return books.total(Kind.REVERSAL) if REFUNDS in kinds else 0


def movements(books: Books, snapshot: Snapshot) -> Iterator[Finding]:
    """Each of our wishes is there once with its amount and outcome, and none is there that is not ours.

    What a sum told may be several movements, or a part of one: of these only the sums are compared.
    """
    if not snapshot.tells_movements:
        return
    keys = [movement.key for movement in snapshot.movements if movement.key]
    yield from unequal("movements of one key at the gateway", len(set(keys)), len(keys))
    ours = matched(snapshot.movements, books.operations)
    came_back = books.reversed_ids()
    for operation in books.own(*_NAMED, states=State):
        if operation["state"] in _SETTLED and not operation["key"].startswith(CHARGE) and not _is_sum(operation):
            state = State.DECLINED if operation["id"] in came_back else operation["state"]
            yield from _one(operation["kind"], state, operation["amount"], ours.get(operation["id"]))
    known = set(map(id, ours.values()))
    by_sums = any(map(_is_sum, books.operations))
    for movement in snapshot.movements:
        if by_sums and not movement.key:
            continue
        is_made = movement.state == Outcome.SUCCEEDED or bool(movement.key and movement.state == Outcome.PENDING)
        if movement.kind in _NAMED and is_made and id(movement) not in known:
            yield Finding(f"{movement.kind} at the gateway", "an operation of ours", movement.amount)


def _is_sum(operation: Row) -> bool:
    return str(operation["gateway_reference"]).startswith(SUM)


def matched(there: Iterable[Movement], operations: Iterable[Row]) -> dict[str, Movement]:
    """The gateway's movement of each operation: by our key; what the gateway told us by its reference.

    A charge made with the authorization was nobody's wish: the first capture
    without a key is it.
    """
    by_key = {movement.key: movement for movement in there if movement.key}
    by_reference = {(movement.kind, movement.reference): movement for movement in there}
    found = {}
    for operation in operations:
        movement = by_key.get(operation["key"])
        if movement is None and operation["key"].startswith(TOLD):
            movement = by_reference.get((operation["kind"], operation["gateway_reference"]))
        if movement is None and operation["key"].startswith(CHARGE):
            movement = next((m for m in there if m.kind == Kind.CAPTURE and not m.key), None)
        if movement is not None:
            found[str(operation["id"])] = movement
    return found


def _one(kind: str, state: str, amount: int, movement: Movement | None) -> Iterator[Finding]:
    what = f"{kind} at the gateway"
    if state == State.DECLINED:
        moved = movement is not None and movement.state != Outcome.DECLINED
        yield from unequal(what, "nothing moved", "moved" if moved else "nothing moved")
    elif movement is None:
        yield Finding(what, amount, "nothing")
    else:
        yield from unequal(what, (amount, Outcome.SUCCEEDED.value), (movement.amount, movement.state.value))
