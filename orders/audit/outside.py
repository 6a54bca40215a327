"""Our books against the gateway's own view."""

from __future__ import annotations

from collections.abc import Iterator

from orders.audit.books import CAPTURES, REFUNDS, RELEASES, Books
from orders.audit.differences import Finding, unequal
from orders.models import Kind, Operation, State
from orders.models.operations import IN_FLIGHT
from payments.gateway import Movement, Outcome, Snapshot
from payments.gateways import gateway_for

_SETTLED = {str(State.SUCCEEDED), str(State.DECLINED)}
_NAMED = frozenset({Kind.CAPTURE, Kind.REFUND, Kind.VOID, Kind.RELEASE})


def ask(books: Books) -> Iterator[Finding]:
    """Ask the gateway about the order's payment and compare. Raises GatewayUnavailable."""
    order = books.order
    if order.session_reference:
        snapshot = gateway_for(order.paying_account).fetch(order.session_reference)
        yield from unequal("payment at the gateway", order.payment_reference, snapshot.payment_reference)
        yield from totals(books, snapshot)
        yield from movements(books, snapshot)
    strays = Operation.objects.filter(order=order, is_stray=True, state=State.SUCCEEDED)
    for stray in strays.select_related("gateway_account__store"):
        known = gateway_for(stray.gateway_account).lookup(stray.key)
        found = known.outcome.value if known else "nothing"
        yield from unequal("unexpected money at the gateway", Outcome.SUCCEEDED.value, found)


def totals(books: Books, snapshot: Snapshot) -> Iterator[Finding]:
    """Its sums are ours, but for movements it has made and we have not heard of yet."""
    yield from unequal("authorized at the gateway", books.order.authorized_amount, snapshot.amount)
    for what, kinds, found in (
        ("captured at the gateway", (CAPTURES,), snapshot.captured_amount),
        ("refunded at the gateway", (REFUNDS,), snapshot.refunded_amount),
        ("released at the gateway", RELEASES, snapshot.released_amount),
    ):
        unheard = {operation["key"] for operation in books.own(*kinds, states=IN_FLIGHT)}
        ahead = sum(m.amount for m in snapshot.movements if m.key in unheard and m.state == Outcome.SUCCEEDED)
        yield from unequal(what, books.total(*kinds), found - ahead)


def movements(books: Books, snapshot: Snapshot) -> Iterator[Finding]:
    """Each of our wishes is there once with its amount and outcome, and none is there that is not ours."""
    there = {movement.key: movement for movement in snapshot.movements if movement.key}
    named = sum(1 for movement in snapshot.movements if movement.key)
    yield from unequal("movements of one key at the gateway", len(there), named)
    for operation in books.own(*_NAMED, states=State):
        movement = there.pop(operation["key"], None)
        if operation["state"] in _SETTLED and not operation["key"].startswith("charge-"):
            yield from _one(operation["kind"], operation["state"], operation["amount"], movement)
    for movement in there.values():
        if movement.kind in _NAMED and movement.state != Outcome.DECLINED:
            yield Finding(f"{movement.kind} at the gateway", "an operation of ours", movement.amount)


def _one(kind: str, state: str, amount: int, movement: Movement | None) -> Iterator[Finding]:
    what = f"{kind} at the gateway"
    if state == State.DECLINED:
        moved = movement is not None and movement.state != Outcome.DECLINED
        yield from unequal(what, "nothing moved", "moved" if moved else "nothing moved")
    elif movement is None:
        yield Finding(what, amount, "nothing")
    else:
        yield from unequal(what, (amount, Outcome.SUCCEEDED.value), (movement.amount, movement.state.value))
