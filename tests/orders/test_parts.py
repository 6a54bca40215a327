"""Captures and refunds in parts, cancelling, releasing, extending: to the öre, once."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import Store
from common import clock
from common.actor import Actor
from common.errors import DomainError
from messaging.models import Message
from orders import operations
from orders.actions.capture import capture_order
from orders.actions.let_go import cancel_order, extend_order, release_order
from orders.actions.refund import refund_order
from orders.audit import audit_order
from orders.cutting import Free
from orders.models import Line, Operation, Order
from orders.selection import Selection
from payments.gateway import Snapshot
from payments.gateways import gateway_for
from sandbox.actions import controls
from sandbox.models import Behaviour
from tests import builders

pytestmark = pytest.mark.django_db


def _act(action: Any, order: Order, **wish: Any) -> Operation:
    by = Actor("member", "alice@acme.example")
    done: Operation = action(order.pk, key=uuid.uuid4().hex, access=None, by=by, at=clock.now(), **wish)
    order.refresh_from_db()
    return done


def _snapshot(order: Order) -> Snapshot:
    return gateway_for(order.paying_account).fetch(order.session_reference)


def _units(order: Order, **by_name: int) -> Selection:
    lines = Line.objects.filter(order=order)
    return Selection({lines.get(name__startswith=name).pk: count for name, count in by_name.items()})


def test_lines_are_captured_by_units_and_the_discount_follows(store: Store) -> None:
    order = builders.placed_order(store)
    first = _act(capture_order, order, selection=_units(order, Serving=1))
    # 749.00 of 2,287.00 goods takes 749/2287 of the 218.80 discount
    assert [(piece.name, piece.quantity, piece.amount) for piece in first.lines.all()] == [
        ("Serving bowl, sea green 24 cm", 1, 74900),
        ("Returning customer", 0, -7166),
    ]
    assert (order.status, order.captured_amount, order.capturable_amount) == ("part_captured", 67734, 139086)
    _act(capture_order, order)
    assert (order.status, order.captured_amount) == ("captured", builders.TOTAL)
    taken = sum(piece.amount for each in order.operations.filter(kind="capture") for piece in each.lines.all())
    assert taken == builders.TOTAL


def test_free_amounts_and_lines_mix_up_to_what_is_left(store: Store) -> None:
    order = builders.placed_order(store)
    _act(capture_order, order, selection=Selection(frees=(Free(100000, 2500, "Deposit"),)))
    with pytest.raises(DomainError, match="left at this tax rate"):
        _act(capture_order, order, selection=_units(order, Serving=2))
    _act(capture_order, order, selection=_units(order, Linen=1))
    rest = _act(capture_order, order)
    assert order.status == "captured"
    assert sum(piece.amount for piece in rest.lines.all()) == rest.amount


def test_a_capture_can_release_the_rest(store: Store) -> None:
    order = builders.placed_order(store)
    _act(capture_order, order, selection=_units(order, Linen=1), has_release=True)
    release = order.operations.get(kind="release")
    assert order.releasing_amount == release.amount
    operations.run(release.pk)
    order.refresh_from_db()
    assert (order.status, order.released_amount, order.capturable_amount) == ("captured", release.amount, 0)
    assert [event.kind for event in order.events.order_by("-seq")[:2]] == ["order.released", "order.captured"]


def test_refunds_take_from_the_captures_they_came_from(store: Store) -> None:
    order = builders.placed_order(store)
    first = _act(capture_order, order, selection=_units(order, Serving=1))
    second = _act(capture_order, order)
    refund = _act(refund_order, order, selection=_units(order, Serving=2), reason="Broken")
    assert {piece.capture_id for piece in refund.lines.all()} == {first.pk, second.pk}
    assert order.refunded_amount == refund.amount == sum(piece.amount for piece in refund.lines.all())
    assert Message.objects.filter(kind="order.refunded", subject_id=refund.pk).count() == 1
    _act(refund_order, order)
    assert order.refundable_amount == 0
    with pytest.raises(DomainError, match="Nothing is left to refund"):
        _act(refund_order, order)


@pytest.mark.parametrize("is_made", [True, False])
def test_the_fee_of_a_refund_on_its_way_is_not_refundable(store: Store, is_made: bool) -> None:
    order = builders.captured_order(store)
    before = order.refundable_amount
    kind = Behaviour.Kind.TIMEOUT_AFTER if is_made else Behaviour.Kind.LATE_DECLINE
    controls.set_behaviour(kind, at=clock.now(), times=1)
    whole = Selection(_units(order, Serving=2, Linen=1, Home=1).quantities, fee=Free(5000, 2500, "Return fee"))
    refund = _act(refund_order, order, selection=whole)
    assert (order.refundable_amount, order.refunding_amount, order.withheld_amount) == (0, before - 5000, 0)
    assert audit_order(order.pk) == []
    with pytest.raises(DomainError, match="do not know yet"):
        _act(refund_order, order)
    with time_machine.travel(clock.now() + timedelta(days=1)):
        operations.resolve(refund.pk)
    order.refresh_from_db()
    left, withheld = (0, 5000) if is_made else (before, 0)
    assert (order.refundable_amount, order.withheld_amount, order.withholding_amount) == (left, withheld, 0)
    assert audit_order(order.pk, asks_gateway=True) == []


def test_a_return_fee_is_withheld(store: Store) -> None:
    order = builders.captured_order(store)
    wish = Selection(_units(order, Linen=1).quantities, fee=Free(5000, 2500, "Return fee"))
    refund = _act(refund_order, order, selection=wish)
    types = {piece.type: piece.amount for piece in refund.lines.all()}
    assert types["return_fee"] == -5000
    assert refund.amount == sum(types.values())
    with pytest.raises(DomainError, match="More units are chosen"):
        _act(refund_order, order, selection=_units(order, Linen=1))


def test_cancelling_voids_the_reservation_and_tells_the_customer_if_wished(store: Store) -> None:
    order = builders.placed_order(store)
    _act(cancel_order, order, tells_customer=True)
    assert (order.status, order.released_amount, order.capturable_amount) == ("cancelled", builders.TOTAL, 0)
    assert _snapshot(order).released_amount == builders.TOTAL
    assert Message.objects.filter(kind="order.voided").count() == 1
    quiet = builders.placed_order(store, merchant_reference1="FJB-2")
    _act(cancel_order, quiet, tells_customer=False)
    assert Message.objects.filter(kind="order.voided").count() == 1


def test_an_order_with_captures_is_not_cancelled_but_released_and_refunded(store: Store) -> None:
    order = builders.placed_order(store)
    _act(capture_order, order, selection=_units(order, Linen=1))
    with pytest.raises(DomainError, match="release what is left and refund"):
        _act(cancel_order, order, tells_customer=False)
    _act(release_order, order)
    _act(refund_order, order)
    assert (order.status, order.capturable_amount, order.refundable_amount) == ("captured", 0, 0)


def test_only_klarna_can_be_extended_and_the_gateways_end_counts(store: Store) -> None:
    card = builders.placed_order(store)
    with pytest.raises(DomainError, match="does not let"):
        _act(extend_order, card)
    order = builders.placed_order(store, method="klarna", merchant_reference1="FJB-2")
    before = order.authorization_expires_at
    assert before is not None
    with time_machine.travel(clock.now() + timedelta(days=10)):
        _act(extend_order, order)
    assert order.authorization_expires_at == _snapshot(order).expires_at
    assert order.authorization_expires_at > before
    assert order.events.order_by("-seq").first().data["before"] == before.isoformat()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("action", "wish", "kind"),
    [(refund_order, {}, "refund"), (cancel_order, {"tells_customer": True}, "cancel"), (capture_order, {}, "capture")],
)
def test_an_unknown_outcome_is_shown_as_unknown_and_resolved_by_asking(
    store: Store, action: Any, wish: dict[str, Any], kind: str
) -> None:
    order = builders.captured_order(store) if kind == "refund" else builders.placed_order(store)
    controls.set_behaviour(Behaviour.Kind.TIMEOUT_AFTER, at=clock.now(), times=1)
    operation = _act(action, order, **wish)
    assert operation.state == "unknown"
    assert order.in_flight_amount == builders.TOTAL
    assert order.events.order_by("-seq").first().kind == f"{kind}.unknown"  # type: ignore[union-attr]
    resolved = operations.resolve(operation.pk)
    order.refresh_from_db()
    assert (resolved.state, order.in_flight_amount) == ("succeeded", 0)


@pytest.mark.parametrize("action", [refund_order, cancel_order, release_order])
def test_what_the_gateway_declines_changes_no_sum(store: Store, action: Any) -> None:
    order = builders.placed_order(store)
    if action is not cancel_order:
        _act(capture_order, order, selection=_units(order, Linen=1))
    wish = {"tells_customer": True} if action is cancel_order else {}
    sums = (order.status, order.captured_amount, order.refunded_amount, order.released_amount)
    controls.set_behaviour(Behaviour.Kind.DECLINE, at=clock.now(), times=1)
    operation = _act(action, order, **wish)
    assert operation.state == "declined"
    assert (order.status, order.captured_amount, order.refunded_amount, order.released_amount) == sums
    assert order.in_flight_amount == 0


def test_a_line_whose_tax_was_frozen_by_an_edit_is_captured_with_that_tax(store: Store) -> None:
    """Units taken while another capture was declined can hold one unit less than the rate says."""
    order = builders.placed_order(store)
    line = Line.objects.get(order=order, name__startswith="Linen")
    Line.objects.filter(pk=line.pk).update(tax_amount=line.tax_amount - 1)
    captured = _act(capture_order, order, selection=_units(order, Linen=1))
    assert captured.lines.get(line=line).tax_amount == line.tax_amount - 1
