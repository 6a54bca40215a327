"""A worker dies between reserve and settle: the sweep asks the gateway, and money moves once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from common import clock
from developers.models import RequestLog
from orders.models import Operation, Order
from sandbox.actions import controls
from sandbox.models import Behaviour, Movement
from tests import builders
from tests.faults.aftermath import books_agree, until
from tests.portals import Portal


def _reserved(portal: Portal) -> Operation:
    """An authorized order whose automatic capture waits for a worker."""
    order = builders.placed_order(portal.acme().store, auto_capture=True)
    return Operation.objects.get(order=order, kind="capture")


def _sweep_now(portal: Portal, operation: Operation) -> None:
    Operation.objects.filter(pk=operation.pk).update(next_check_at=clock.now())
    portal.run_task("orders.tasks.sweep_operations")


def test_a_worker_killed_while_the_gateway_answers_leaves_one_capture(portal_with: Callable[..., Any]) -> None:
    with portal_with(start=("web", "worker")) as portal:
        operation = _reserved(portal)
        controls.set_behaviour(Behaviour.Kind.TIMEOUT_AFTER, at=clock.now(), key_prefix=operation.key, times=1)
        portal.run_task("orders.tasks.run_operation", str(operation.pk))
        assert until(lambda: Movement.objects.filter(key=operation.key).exists())
        portal.processes.kill("worker")
        operation.refresh_from_db()
        assert operation.state == "requested"
        [call] = RequestLog.objects.filter(operation_id=operation.pk)
        assert (call.action, call.status_code, call.response) == ("capture", None, None)

        portal.processes.start("worker")
        _sweep_now(portal, operation)
        assert until(lambda: Order.objects.get(pk=operation.order_id).status == "captured")
        assert Movement.objects.filter(key=operation.key).count() == 1
        assert Operation.objects.filter(order=operation.order_id, kind="capture").count() == 1
        books_agree()


def test_a_reserved_capture_nobody_sent_is_sent_by_the_sweep(portal_with: Callable[..., Any]) -> None:
    with portal_with(start=("web", "worker")) as portal:
        operation = _reserved(portal)
        _sweep_now(portal, operation)
        assert until(lambda: Order.objects.get(pk=operation.order_id).status == "captured")
        assert Movement.objects.filter(key=operation.key).count() == 1
        books_agree()
