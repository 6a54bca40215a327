"""A gateway that tells only what was moved in all: what its sums grew by is booked, once."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from accounts.models import Store
from common import clock
from common.actor import Actor
from orders import operations, syncing
from orders.actions.capture import capture_order
from orders.actions.let_go import release_order
from orders.actions.refund import refund_order
from orders.audit import audit_order
from orders.models import Alert, Event, Line, Operation, Order
from orders.selection import Selection
from orders.syncing import Synced, sync_order
from sandbox import delivery
from sandbox.actions import by_hand, controls
from sandbox.models import Behaviour, Control, Movement, Webhook
from tests import builders

pytestmark = pytest.mark.django_db
BOB = Actor("member", "bob@acme.example")


@pytest.fixture(autouse=True)
def _sums_only(db: None) -> None:
    controls.set_sums_only(is_on=True)


@pytest.fixture
def order(store: Store) -> Order:
    return builders.placed_order(store)


def _hand(order: Order, kind: str, amount: int | None = None) -> Movement:
    return by_hand.move_by_hand(uuid.UUID(order.session_reference), kind, amount=amount, at=clock.now())


def _sync(order: Order) -> Synced:
    done = sync_order(order.pk, by=BOB, at=clock.now())
    order.refresh_from_db()
    assert audit_order(order.pk) == []
    return done


def _booked(done: Synced) -> list[tuple[str, int]]:
    return [(operation.kind, operation.amount) for operation in done.booked]


def _act(action: Any, order: Order, **wish: Any) -> Operation:
    done = action(order.pk, key=uuid.uuid4().hex, access=None, by=BOB, at=clock.now(), **wish)
    order.refresh_from_db()
    return done


def _linen(order: Order) -> Selection:
    return Selection({Line.objects.get(order=order, name__startswith="Linen").pk: 1})


def test_each_growth_of_a_sum_is_one_movement_and_told_again_none(order: Order) -> None:
    _hand(order, "capture", 20000)
    _hand(order, "capture", 30000)
    done = _sync(order)
    assert (_booked(done), done.is_clean) == ([("capture", 50000)], True)
    assert (done.booked[0].origin, order.status, order.captured_amount) == ("gateway", "part_captured", 50000)
    assert _booked(_sync(order)) == []
    _hand(order, "capture", 10000)
    _hand(order, "refund", 15000)
    _hand(order, "release")
    done = _sync(order)
    assert _booked(done) == [("capture", 10000), ("refund", 15000), ("release", order.authorized_amount - 60000)]
    assert (done.is_clean, order.status) == (True, "captured")
    assert _sync(order) == Synced((), (), is_waiting=False)
    assert (
        len({each.gateway_reference for each in Operation.objects.filter(order=order, key__startswith="gateway-")})
        == 4
    )
    assert audit_order(order.pk, asks_gateway=True) == []


def test_our_own_movements_are_no_growth(order: Order) -> None:
    _act(capture_order, order, selection=_linen(order))
    _act(refund_order, order)
    _act(release_order, order, tells_customer=False)
    assert _sync(order) == Synced((), (), is_waiting=False)
    assert audit_order(order.pk, asks_gateway=True) == []


def test_a_void_at_the_gateway_cancels_the_order(order: Order) -> None:
    _hand(order, "void")
    assert _booked(_sync(order)) == [("void", order.authorized_amount)]
    assert order.status == "cancelled"


def test_a_charge_made_with_the_authorization_is_known(store: Store) -> None:
    order = builders.placed_order(store, method="swish")
    assert _sync(order).is_clean
    _hand(order, "refund", 100)
    assert _booked(_sync(order)) == [("refund", 100)]


@pytest.mark.parametrize("fault", [Behaviour.Kind.TIMEOUT_BEFORE, Behaviour.Kind.TIMEOUT_AFTER])
def test_while_ours_is_in_flight_the_growth_may_be_ours(
    order: Order, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    controls.set_behaviour(fault, at=clock.now(), times=1)
    ours = _act(capture_order, order, selection=_linen(order))
    _hand(order, "capture", 10000)
    with monkeypatch.context() as silent:
        silent.setattr(syncing, "_resolve", lambda *_: None)
        done = _sync(order)
    assert (_booked(done), done.is_waiting, order.captured_amount) == ([], True, 0)
    operations.resolve(ours.pk)
    assert _booked(_sync(order)) == [("capture", 10000)]
    assert order.captured_amount == ours.amount + 10000
    assert audit_order(order.pk, asks_gateway=True) == []


def test_of_another_kind_in_flight_the_growth_is_known(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    _act(capture_order, order, selection=_linen(order))
    controls.set_behaviour(Behaviour.Kind.TIMEOUT_BEFORE, at=clock.now(), key_prefix="refund-", times=1)
    _act(refund_order, order)
    _hand(order, "capture", 10000)
    monkeypatch.setattr(syncing, "_resolve", lambda *_: None)
    assert _booked(_sync(order)) == [("capture", 10000)]


def test_who_acts_while_the_gateway_is_asked_is_not_counted_as_growth(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = syncing.book_movements
    _hand(order, "capture", 70000)

    def late(*args: Any, **wish: Any) -> Any:
        monkeypatch.setattr(syncing, "book_movements", book)
        _act(capture_order, order, selection=_linen(order))
        return book(*args, **wish)

    monkeypatch.setattr(syncing, "book_movements", late)
    done = _sync(order)
    assert (_booked(done), done.is_clean) == ([("capture", 70000)], True)
    assert audit_order(order.pk, asks_gateway=True) == []


def test_a_refund_of_ours_that_came_back_is_reversed_once(order: Order) -> None:
    _act(capture_order, order)
    back = _act(refund_order, order, selection=_linen(order))
    stays = _act(refund_order, order)
    by_hand.fail_refund(Movement.objects.get(key=back.key).pk, uuid.UUID(order.session_reference), clock.now())
    done = _sync(order)
    assert (_booked(done), done.is_clean) == ([("reversal", back.amount)], True)
    assert (order.refunded_amount, done.booked[0].reverses_id) == (stays.amount, back.pk)
    assert Alert.objects.get(order=order, closed_at=None).kind == Alert.Kind.REFUND_REVERSED
    assert (_sync(order).booked, audit_order(order.pk, asks_gateway=True)) == ((), [])


def test_a_smaller_sum_that_is_no_refund_of_ours_is_reported_and_not_booked(order: Order) -> None:
    _act(capture_order, order)
    theirs = _hand(order, "refund", 20000)
    _sync(order)
    by_hand.fail_refund(theirs.pk, uuid.UUID(order.session_reference), clock.now())
    done = _sync(order)
    found = {finding.what: (finding.expected, finding.found) for finding in done.findings}
    assert (done.booked, found) == ((), {"refunded at the gateway": (20000, 0)})
    _sync(order)
    assert Event.objects.filter(order=order, kind="sync.difference").count() == 1


def test_a_sum_that_cannot_be_is_reported(order: Order) -> None:
    _act(capture_order, order)
    Movement.objects.filter(kind="capture").update(amount=order.captured_amount + 1)
    assert [finding.what for finding in _sync(order).findings] == ["captured at the gateway"]


def test_a_gateway_that_tells_movements_later_is_not_booked_twice(order: Order) -> None:
    _hand(order, "capture", 20000)
    _hand(order, "capture", 30000)
    _sync(order)
    controls.set_sums_only(is_on=False)
    assert _sync(order).is_clean
    _hand(order, "capture", 1000)
    assert _booked(_sync(order)) == [("capture", 1000)]
    assert (order.captured_amount, audit_order(order.pk, asks_gateway=True)) == (51000, [])


def test_a_webhook_with_sums_books_the_growth_once(order: Order) -> None:
    delivery.deliver_due()
    controls.set_webhooks(Control.Webhooks.TWICE)
    _hand(order, "capture", 50000)
    assert "movements" not in Webhook.objects.latest("pk").payload["data"]["session"]["payment"]
    delivery.deliver_due()
    order.refresh_from_db()
    assert (order.captured_amount, order.operations.filter(kind="capture").count()) == (50000, 1)
    assert not Webhook.objects.filter(state="queued").exists()
    assert audit_order(order.pk, asks_gateway=True) == []
