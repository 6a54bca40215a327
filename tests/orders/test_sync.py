"""Sync payments: what was moved at the gateway's own portal is booked once; what differs is told."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import Store
from common import clock
from common.actor import Actor
from messaging.models import Message
from orders import operations
from orders.actions.capture import capture_order
from orders.actions.expire import expire_authorizations
from orders.actions.let_go import release_order
from orders.actions.refund import refund_order
from orders.audit import audit_order
from orders.models import Alert, Event, Line, Operation, Order
from orders.selection import Selection
from orders.syncing import Synced, sync_order
from payments.gateway import GatewayUnavailable
from sandbox.actions import by_hand, controls
from sandbox.models import Behaviour, Movement, Payment
from tests import builders

pytestmark = pytest.mark.django_db
BOB = Actor("member", "bob@acme.example")


def _hand(order: Order, kind: str, amount: int | None = None) -> Movement:
    """Somebody moves money in the gateway's own portal."""
    return by_hand.move_by_hand(uuid.UUID(order.session_reference), kind, amount=amount, at=clock.now())


def _sync(order: Order) -> Synced:
    done = sync_order(order.pk, by=BOB, at=clock.now())
    order.refresh_from_db()
    assert audit_order(order.pk) == []
    return done


def _told(order: Order) -> list[str]:
    return list(
        Event.objects.filter(order=order, kind__startswith="sync.").order_by("seq").values_list("kind", flat=True)
    )


def _act(action: Any, order: Order, **wish: Any) -> Operation:
    return action(order.pk, key=uuid.uuid4().hex, access=None, by=BOB, at=clock.now(), **wish)


def test_a_clean_sync_books_nothing_and_says_when(store: Store) -> None:
    order = builders.captured_order(store)
    version = order.version
    assert _sync(order).is_clean
    assert order.synced_at is not None
    assert (order.version, _told(order)) == (version, [])


def test_a_capture_made_at_the_gateway_is_booked_once(store: Store) -> None:
    order = builders.placed_order(store)
    movement = _hand(order, "capture", 50000)
    [operation] = _sync(order).booked
    assert (operation.origin, operation.gateway_reference) == ("gateway", str(movement.pk))
    assert (order.status, order.captured_amount, order.capturing_amount) == ("part_captured", 50000, 0)
    assert sum(piece.amount for piece in operation.lines.all()) == 50000
    captured = Event.objects.get(order=order, kind="order.captured")
    assert (captured.origin, captured.amount, captured.operation_id) == ("gateway", 50000, operation.pk)
    assert _sync(order).booked == ()
    assert audit_order(order.pk, asks_gateway=True) == []


def test_the_rest_captured_at_the_gateway_takes_the_lines(store: Store) -> None:
    order = builders.placed_order(store)
    _hand(order, "capture", order.amount)
    [operation] = _sync(order).booked
    assert operation.lines.filter(line__isnull=False).count() == Line.objects.filter(order=order).count()
    assert order.status == "captured"


def test_refunds_releases_and_the_end_are_booked_in_their_order(store: Store) -> None:
    order = builders.placed_order(store)
    _hand(order, "capture", 50000)
    _hand(order, "refund", 20000)
    _hand(order, "refund", 30000)
    _hand(order, "release")
    done = _sync(order)
    assert [operation.kind for operation in done.booked] == ["capture", "refund", "refund", "release"]
    assert done.is_clean
    assert (order.status, order.refunded_amount, order.refundable_amount) == ("captured", 50000, 0)
    assert not Message.objects.filter(kind="order.refunded").exists()


def test_a_void_at_the_gateway_cancels_the_order(store: Store) -> None:
    order = builders.placed_order(store)
    _hand(order, "void")
    assert [operation.kind for operation in _sync(order).booked] == ["void"]
    assert (order.status, order.released_amount) == ("cancelled", order.authorized_amount)


def test_an_extension_at_the_gateway_moves_the_end(store: Store) -> None:
    order = builders.placed_order(store, method="klarna")
    ends = order.authorization_expires_at
    with time_machine.travel(clock.now() + timedelta(days=5)):
        _hand(order, "extend")
        assert _sync(order).is_clean
    assert ends is not None
    assert order.authorization_expires_at is not None
    assert order.authorization_expires_at > ends


def test_what_the_gateway_took_before_the_end_is_not_booked_as_let_go(store: Store) -> None:
    order = builders.placed_order(store)
    _hand(order, "capture", 50000)
    with time_machine.travel(clock.now() + timedelta(days=8)):
        assert expire_authorizations(clock.now()) == 1
    order.refresh_from_db()
    assert (order.status, order.captured_amount) == ("captured", 50000)
    assert order.released_amount == order.authorized_amount - 50000
    assert audit_order(order.pk) == []


@pytest.mark.parametrize("fault", [None, Behaviour.Kind.TIMEOUT_AFTER])
def test_a_release_lets_go_of_what_the_gateway_says(store: Store, fault: str | None) -> None:
    order = builders.placed_order(store)
    _hand(order, "capture", 50000)
    _sync(order)
    _hand(order, "capture", 10000)
    rest = order.releasable_amount
    if fault:
        controls.set_behaviour(fault, at=clock.now(), key_prefix="release-", times=1)
    release = _act(release_order, order)
    if fault:
        release = operations.resolve(release.pk)
    order.refresh_from_db()
    assert (release.state, release.amount) == ("succeeded", rest - 10000)
    assert (order.status, order.released_amount, order.releasing_amount) == ("part_captured", rest - 10000, 0)
    assert audit_order(order.pk) == []
    assert [each.kind for each in _sync(order).booked] == ["capture"]
    assert (order.status, order.captured_amount, order.reserved_amount) == ("captured", 60000, 0)
    assert audit_order(order.pk, asks_gateway=True) == []


def test_what_does_not_fit_is_told_with_numbers_and_not_forced(store: Store) -> None:
    order = builders.placed_order(store)
    _act(capture_order, order, selection=Selection({Line.objects.get(order=order, name__startswith="Linen").pk: 1}))
    controls.set_behaviour(Behaviour.Kind.LATE, at=clock.now(), times=1)
    order.refresh_from_db()
    waiting = _act(capture_order, order)
    Movement.objects.filter(key=waiting.key).update(settles_at=clock.now() + timedelta(days=30))
    Payment.objects.filter(pk=order.payment_reference).update(amount=order.authorized_amount + 5000)
    _hand(order, "capture", 5000)
    done = _sync(order)
    assert done.booked == ()
    found = {finding.what: (finding.expected, finding.found) for finding in done.findings}
    assert found["capture at the gateway"] == ("an operation of ours", 5000)
    assert found["authorized at the gateway"] == (order.authorized_amount, order.authorized_amount + 5000)
    alert = Alert.objects.get(order=order, closed_at=None)
    assert (alert.kind, order.synced_at) == ("difference", None)
    for _again in range(2):
        _sync(order)
    assert _told(order) == ["sync.difference"]


def test_when_the_difference_is_gone_that_is_told_once(store: Store) -> None:
    order = builders.placed_order(store)
    payment = Payment.objects.filter(pk=order.payment_reference)
    payment.update(amount=order.authorized_amount - 1)
    _sync(order)
    payment.update(amount=order.authorized_amount)
    assert _sync(order).is_clean
    _sync(order)
    assert _told(order) == ["sync.difference", "sync.agreed"]
    assert not Alert.objects.filter(closed_at=None).exists()


def test_an_operation_in_flight_is_looked_up_first(store: Store) -> None:
    order = builders.placed_order(store)
    controls.set_behaviour(Behaviour.Kind.TIMEOUT_AFTER, at=clock.now(), times=1)
    operation = _act(capture_order, order)
    assert operation.state == "unknown"
    assert _sync(order).is_clean
    assert (order.status, Operation.objects.filter(order=order, kind="capture").count()) == ("captured", 1)


def test_a_charge_made_with_the_authorization_is_not_booked_again(store: Store) -> None:
    order = builders.placed_order(store, method="swish")
    assert _sync(order) == Synced((), (), is_waiting=False)
    _hand(order, "refund", 100)
    assert [each.kind for each in _sync(order).booked] == ["refund"]


def test_a_silent_gateway_is_said_and_changes_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    order = builders.placed_order(store)
    _hand(order, "capture", 100)

    def silent(*_: Any) -> None:
        raise GatewayUnavailable("The gateway did not answer.")

    monkeypatch.setattr("payments.sandbox_client.SandboxClient._send", silent)
    with pytest.raises(GatewayUnavailable):
        sync_order(order.pk, by=BOB, at=clock.now())
    assert not Operation.objects.filter(order=order, kind="capture").exists()


def test_our_refund_that_came_back_is_found_by_a_sync(store: Store) -> None:
    order = builders.captured_order(store)
    refund = _act(refund_order, order)
    by_hand.fail_refund(Movement.objects.get(key=refund.key).pk, uuid.UUID(order.session_reference), clock.now())
    [reversal] = _sync(order).booked
    assert (reversal.kind, reversal.reverses_id, reversal.amount) == ("reversal", refund.pk, refund.amount)
    assert (order.refunded_amount, order.refundable_amount) == (0, order.captured_amount)
