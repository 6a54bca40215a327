"""kill -9 at every marked point of capture, refund and edit: sweeps bring it to an end, and money moves once."""

from __future__ import annotations

import uuid

import pytest

from common import clock
from common.actor import Actor
from messaging.models import Message
from orders.actions.capture import request_capture
from orders.actions.edit import request_edit
from orders.actions.refund import request_refund
from orders.audit import audit_order
from orders.cutting import Free
from orders.models import Operation, Order
from orders.selection import Selection
from sandbox.models import Movement, Payment
from tests import builders
from tests.faults.aftermath import until
from tests.faults.points import POINTS, Crashing, moved, moved_once, ready_for
from tests.orders.line_edits import wishes


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("verb", ["capture", "refund"])
def test_a_web_process_killed_at_any_point_moves_money_once_or_not_at_all(
    crashing: Crashing, point: str, verb: str
) -> None:
    order = ready_for(verb, crashing, f"{verb} {point}")
    form = crashing.form_of(order, verb)
    crashing.arm(point)
    crashing.post(f"/orders/{order.pk}/{verb}s/", form)
    assert until(crashing.has_died)
    crashing.sweep_until_settled(order)
    moved_once(order, verb, 0 if point == "before reserve" else 1)


@pytest.mark.parametrize("point", POINTS[1:])
@pytest.mark.parametrize("verb", ["capture", "refund"])
def test_a_worker_killed_at_any_point_moves_money_once(crashing: Crashing, point: str, verb: str) -> None:
    order = ready_for(verb, crashing, f"worker {verb} {point}")
    crashing.arm(point)
    request = request_capture if verb == "capture" else request_refund
    operation = request(order.pk, key=uuid.uuid4().hex, access=None, by=Actor.system(), at=clock.now())
    crashing.portal.run_task("orders.tasks.run_operation", str(operation.pk))
    assert until(crashing.has_died)
    crashing.sweep_until_settled(order)
    moved_once(order, verb)


def test_a_worker_killed_before_it_reserves_an_automatic_capture_authorizes_and_captures_once(
    crashing: Crashing,
) -> None:
    """A worker reserves by itself only here: the authorization and the capture chosen with it are one transaction."""
    attempt = builders.begun(builders.system_link(crashing.acme.store, auto_capture=True))
    builders.decide(attempt)
    crashing.arm("before reserve")
    crashing.portal.run_task("paylinks.tasks.check_attempt", str(attempt.pk))
    assert until(crashing.has_died)
    order = Order.objects.get(pk=attempt.order_id)
    assert (order.status, order.operations.count()) == ("pending", 0)
    crashing.restart_ended()
    crashing.portal.run_task("paylinks.tasks.check_attempt", str(attempt.pk))
    assert until(lambda: Operation.objects.filter(order=order).exists())
    crashing.sweep_until_settled(order)
    moved_once(Order.objects.get(pk=order.pk), "capture")
    assert order.operations.filter(kind="authorize").count() == 1


def test_control_with_a_new_key_for_each_call_the_money_moves_twice(crashing: Crashing) -> None:
    order = ready_for("capture", crashing, "keyless")
    part = Selection(frees=(Free(1_000, 2500, "Part"),))
    operation = request_capture(
        order.pk, key="keyless", access=None, by=Actor.system(), at=clock.now(), selection=part
    )
    crashing.arm("after the call")
    with crashing.keyless():
        crashing.portal.run_task("orders.tasks.run_operation", str(operation.pk))
        assert until(crashing.has_died)
        crashing.sweep_until_settled(order)
    assert moved(order, "capture") > 1
    assert audit_order(order.pk, asks_gateway=True)
    operation.refresh_from_db()
    mended = Movement.objects.filter(payment_id=order.payment_reference)
    mended.exclude(pk=operation.gateway_reference).delete()  # in the end every order is audited
    mended.update(key=operation.key)
    moved_once(order, "capture")


@pytest.mark.parametrize("point", POINTS)
def test_a_web_process_killed_at_any_point_of_an_edit_asks_the_gateway_once_or_not_at_all(
    crashing: Crashing, point: str
) -> None:
    order = _raisable(crashing, f"edit {point}")
    form = crashing.edited(order)
    crashing.arm(point)
    crashing.post(f"/orders/{order.pk}/edit/", form)
    assert until(crashing.has_died)
    crashing.sweep_until_settled(order)
    _is_edited(order, 0 if point == "before reserve" else 1)


@pytest.mark.parametrize("point", POINTS[1:])
def test_a_worker_killed_at_any_point_of_an_edit_asks_the_gateway_once(crashing: Crashing, point: str) -> None:
    order = _raisable(crashing, f"worker edit {point}")
    crashing.arm(point)
    wished = wishes(order, Serving={"quantity": 1})
    edited = request_edit(order.pk, wished, key="e", access=None, by=Actor.system(), at=clock.now())
    assert edited.operation is not None
    crashing.portal.run_task("orders.tasks.run_operation", str(edited.operation.pk))
    assert until(crashing.has_died)
    crashing.sweep_until_settled(order)
    _is_edited(order, 1)


def _raisable(crashing: Crashing, reference: str) -> Order:
    """Klarna is asked for another total."""
    return builders.placed_order(crashing.acme.store, method="klarna", merchant_reference1=reference)


def _is_edited(order: Order, count: int) -> None:
    """Both the lines and what the gateway holds are as they were, or as they were wished; never half."""
    moved_once(order, "adjust", count)
    fresh = Order.objects.get(pk=order.pk)
    total = builders.TOTAL - count * builders.BOWL.unit_price
    assert (fresh.revision, fresh.amount, fresh.authorized_amount) == (1 + count, total, total)
    assert Payment.objects.get(pk=order.payment_reference).amount == total
    assert fresh.events.filter(kind="order.edited").count() == count
    assert Message.objects.filter(order_id=order.pk, kind="order.edited").count() == count
