"""A worker dies between reserve and settle: the sweep asks the gateway, and money moves once."""

from __future__ import annotations

from common import clock
from developers.models import RequestLog
from orders.models import Operation, Order
from sandbox.actions import controls
from sandbox.models import Behaviour, Movement
from tests import builders
from tests.faults.aftermath import until
from tests.faults.points import Crashing, moved_once


def _reserved(crashing: Crashing, reference: str) -> Operation:
    """An authorized order whose automatic capture waits for a worker."""
    order = builders.placed_order(crashing.acme.store, auto_capture=True, merchant_reference1=reference)
    return Operation.objects.get(order=order, kind="capture")


def _is_captured(operation: Operation) -> None:
    order = Order.objects.get(pk=operation.order_id)
    assert order.status == "captured"
    assert Movement.objects.filter(key=operation.key).count() == 1
    assert order.operations.filter(kind="capture").count() == 1
    moved_once(order, "capture")


def test_a_worker_killed_while_the_gateway_answers_leaves_one_capture(crashing: Crashing) -> None:
    operation = _reserved(crashing, "kept waiting")
    controls.set_behaviour(Behaviour.Kind.TIMEOUT_AFTER, at=clock.now(), key_prefix=operation.key, times=1)
    crashing.portal.run_task("orders.tasks.run_operation", str(operation.pk))
    assert until(lambda: Movement.objects.filter(key=operation.key).exists())
    crashing.portal.processes.kill("worker")
    operation.refresh_from_db()
    assert operation.state == "requested"
    [call] = RequestLog.objects.filter(operation_id=operation.pk)
    assert (call.action, call.status_code, call.response) == ("capture", None, None)

    crashing.portal.processes.start("worker")
    crashing.sweep_until_settled(Order.objects.get(pk=operation.order_id))
    _is_captured(operation)


def test_a_reserved_capture_nobody_sent_is_sent_by_the_sweep(crashing: Crashing) -> None:
    operation = _reserved(crashing, "not sent")
    crashing.sweep_until_settled(Order.objects.get(pk=operation.order_id))
    _is_captured(operation)
