"""Telling a portal's processes to die or to wait at a marked point, and what is looked at afterwards."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from accounts.models import User
from common import clock
from devkit.postgres import Cluster
from orders.audit import audit_order
from orders.models import Operation, Order
from sandbox.models import Movement
from tests import builders
from tests.faults.aftermath import until
from tests.filling import Form
from tests.orders.line_edits import grid_of
from tests.portals import FRESH, Portal

POINTS = ("before reserve", "after reserve", "after the call", "before settle", "after settle")


class Crashing:
    """A portal whose processes die or wait at a point, once ordered."""

    def __init__(self, portal: Portal, order: Path) -> None:
        self.portal, self.order = portal, order
        self.waiting = order.with_suffix(".waiting")
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

    @contextmanager
    def held_at(self, point: str, act: Any) -> Iterator[None]:
        """`act` in a thread; the process that comes to the point waits there until the block is left."""
        self.arm(f"wait {point}")
        acting = threading.Thread(target=act)
        acting.start()
        try:
            assert until(self.waiting.exists)
            yield
        finally:
            self.waiting.unlink(missing_ok=True)
            acting.join()  # a browser's patience ends

    @contextmanager
    def keyless(self) -> Iterator[None]:
        """No guard: each call to the gateway has another key."""
        off = self.order.with_suffix(".keyless")
        off.touch()
        try:
            yield
        finally:
            off.unlink()

    def sweep_until_settled(self, order: Order) -> None:
        """As beat would in a while, and again a second later."""
        waiting = Operation.objects.filter(order=order, settled_at=None)
        assert until(lambda: self._sweep(waiting))

    def restart_ended(self) -> None:
        """As their supervisor would."""
        if ended := self.portal.processes.ended():
            self.portal.processes.start(*ended)

    def _sweep(self, waiting: Any) -> Any:
        # Celery's worker ends itself when Redis goes away under a task it has not acknowledged
        self.restart_ended()
        if waiting.update(next_check_at=clock.now()):
            self.portal.run_task("orders.tasks.sweep_operations")
        return until(lambda: not waiting.exists(), seconds=1)

    @cached_property
    def alice(self) -> httpx.Client:
        """Her browser; what it posts may never be answered."""
        address = self.portal.address
        cookies = {f"sessionid_{urlsplit(address).port}": session_of(self.acme.people["alice"])}
        return httpx.Client(base_url=address, cookies=cookies, headers={"Origin": address}, timeout=120, limits=FRESH)

    def form_of(self, order: Order, verb: str) -> dict[str, str]:
        """The dialog as it opens, with everything chosen."""
        page = self.alice.get(f"/orders/{order.pk}/{verb}/").text
        return Form(f"/orders/{order.pk}/{verb}s/", page).with_all_lines(builders.TOTAL)

    def edited(self, order: Order) -> dict[str, str]:
        """The order's form with one bowl instead of two, looked at and ready to be saved."""
        path = f"/orders/{order.pk}/edit/"
        form = grid_of(self.alice.get(path).text)
        row = next(name.removesuffix("-name") for name, text in form.items() if text.startswith("Serving"))
        looked = {**form, f"{row}-quantity": "1"}
        looked.pop("confirmed", None)
        return grid_of(self.alice.post(path, data=looked).text)

    def post(self, path: str, form: Mapping[str, str]) -> int:
        """Send a form; 0 when nobody answers."""
        try:
            return self.alice.post(path, data=dict(form)).status_code
        except httpx.HTTPError:
            return 0


def session_of(user: User) -> str:
    """The key of a session of this person."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def _is_up(http: httpx.Client) -> bool:
    try:
        return http.get("/healthz").status_code == 200
    except httpx.HTTPError:
        return False


def ready_for(verb: str, crashing: Crashing, reference: str) -> Order:
    """An order of which everything can be captured, or refunded."""
    make = builders.placed_order if verb == "capture" else builders.captured_order
    return make(crashing.acme.store, merchant_reference1=reference)


def moved(order: Order, kind: str) -> int:
    """How often the gateway has moved this order's money."""
    return Movement.objects.filter(payment_id=order.payment_reference, kind=kind).count()


def moved_once(order: Order, kind: str, count: int = 1) -> None:
    """At the gateway and here, and everything agrees."""
    fresh = Order.objects.get(pk=order.pk)
    assert moved(order, kind) == count
    assert fresh.operations.filter(kind=kind, state="succeeded").count() == count
    assert (fresh.in_flight_amount, fresh.adjusting_amount) == (0, 0)
    assert audit_order(order.pk, asks_gateway=True) == []


def restart_postgres() -> None:
    """As after a power cut, but for the one server the tests share: fast, so that nothing else is lost."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('data_directory'), current_setting('unix_socket_directories')")
        data, sockets = (Path(text) for text in cursor.fetchone())
    connection.close()
    if data.parent != sockets:
        pytest.skip("This PostgreSQL is not ours to restart.")
    assert Cluster(data, sockets, durable=False)._run("restart", "-m", "fast", "-w").returncode == 0
