"""kill -9 at every marked point of capture and refund: sweeps bring it to an end, and money moves once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.db import connection

from accounts.models import User
from common import clock
from common.actor import Actor
from devkit.postgres import Cluster
from orders.actions.capture import request_capture
from orders.actions.refund import request_refund
from orders.models import Operation, Order
from sandbox.models import Movement
from tests import builders
from tests.faults.aftermath import books_agree, until
from tests.faults.test_creating import session_of
from tests.filling import Form
from tests.portals import Portal, running_portal

POINTS = ("before reserve", "after reserve", "after the call", "before settle", "after settle")


class Crashing:
    """A portal whose processes die at a point, once ordered."""

    def __init__(self, portal: Portal, order: Path) -> None:
        self.portal, self.order = portal, order
        self.acme = portal.acme()

    def arm(self, point: str) -> None:
        """Let the next process that comes to the point die there."""
        self.restart_ended()
        with self.portal.http() as http:
            assert until(lambda: _is_up(http))
        self.order.write_text(point)

    def has_died(self) -> bool:
        """Whether the point was reached."""
        return not self.order.exists()

    def sweep_until_settled(self, order: Order) -> None:
        """As beat would in a while."""
        waiting = Operation.objects.filter(order=order, settled_at=None)
        assert until(lambda: self._sweep(waiting))

    def restart_ended(self) -> None:
        """As their supervisor would."""
        if ended := self.portal.processes.ended():
            self.portal.processes.start(*ended)

    def _sweep(self, waiting: Any) -> bool:
        # Celery's worker ends itself when Redis goes away under a task it has not acknowledged
        self.restart_ended()
        if waiting.update(next_check_at=clock.now()):
            self.portal.run_task("orders.tasks.sweep_operations")
        return not waiting.exists()


def _is_up(http: httpx.Client) -> bool:
    try:
        return http.get("/healthz").status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="module")
def crashing(
    django_db_blocker: Any, template_database: str, collected_static: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Crashing]:
    order = tmp_path_factory.mktemp("crash") / "order"
    extra = {"DJANGO_SETTINGS_MODULE": "tests.faults.crashing.settings", "CRASH_ORDER": str(order)}
    with running_portal(
        django_db_blocker, template_database, collected_static, start=("web", "worker"), **extra
    ) as portal:
        yield Crashing(portal, order)


def _post(portal: Portal, user: User, page: str, action: str) -> None:
    """Open the dialog and send its form as it is; the answer may never come."""
    cookies = {f"sessionid_{urlsplit(portal.address).port}": session_of(user)}
    with httpx.Client(base_url=portal.address, cookies=cookies, timeout=20) as browser:
        form = Form(action, browser.get(page).text).with_all_lines(builders.TOTAL)
        try:
            browser.post(action, data=form, headers={"Origin": portal.address})
        except httpx.HTTPError:
            return


def _ready_for(verb: str, crashing: Crashing, reference: str) -> Order:
    make = builders.placed_order if verb == "capture" else builders.captured_order
    return make(crashing.acme.store, merchant_reference1=reference)


def _moved_once(order: Order, kind: str, count: int = 1) -> None:
    fresh = Order.objects.get(pk=order.pk)
    assert Movement.objects.filter(payment_id=order.payment_reference, kind=kind).count() == count
    assert fresh.operations.filter(kind=kind, state="succeeded").count() == count
    assert fresh.in_flight_amount == 0
    books_agree()


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("verb", ["capture", "refund"])
def test_a_web_process_killed_at_any_point_moves_money_once_or_not_at_all(
    crashing: Crashing, point: str, verb: str
) -> None:
    order = _ready_for(verb, crashing, f"{verb} {point}")
    crashing.arm(point)
    _post(
        crashing.portal, crashing.acme.people["alice"], f"/orders/{order.pk}/{verb}/", f"/orders/{order.pk}/{verb}s/"
    )
    assert until(crashing.has_died)
    crashing.sweep_until_settled(order)
    _moved_once(order, verb, 0 if point == "before reserve" else 1)


@pytest.mark.parametrize("point", POINTS[1:])
@pytest.mark.parametrize("verb", ["capture", "refund"])
def test_a_worker_killed_at_any_point_moves_money_once(crashing: Crashing, point: str, verb: str) -> None:
    order = _ready_for(verb, crashing, f"worker {verb} {point}")
    crashing.arm(point)
    request = request_capture if verb == "capture" else request_refund
    operation = request(order.pk, key=uuid.uuid4().hex, access=None, by=Actor.system(), at=clock.now())
    crashing.portal.run_task("orders.tasks.run_operation", str(operation.pk))
    assert until(crashing.has_died)
    crashing.sweep_until_settled(order)
    _moved_once(order, verb)


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
    _moved_once(Order.objects.get(pk=order.pk), "capture")
    assert order.operations.filter(kind="authorize").count() == 1


def _restart_postgres() -> None:
    """As after a power cut, but for the one server the tests share: fast, so that nothing else is lost."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('data_directory'), current_setting('unix_socket_directories')")
        data, sockets = (Path(text) for text in cursor.fetchone())
    connection.close()
    if data.parent != sockets:
        pytest.skip("This PostgreSQL is not ours to restart.")
    assert Cluster(data, sockets, durable=False)._run("restart", "-m", "fast", "-w").returncode == 0


@pytest.mark.parametrize("verb", ["capture", "refund"])
def test_database_and_redis_restarted_after_the_kill_lose_nothing(crashing: Crashing, verb: str) -> None:
    order = _ready_for(verb, crashing, f"{verb} restart")
    crashing.arm("after the call")
    _post(
        crashing.portal, crashing.acme.people["alice"], f"/orders/{order.pk}/{verb}/", f"/orders/{order.pk}/{verb}s/"
    )
    assert until(crashing.has_died)
    crashing.portal.redis.stop()
    _restart_postgres()
    crashing.portal.redis.start()
    crashing.sweep_until_settled(order)
    _moved_once(order, verb)
