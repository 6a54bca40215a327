"""Two requests at the same moment: one key moves money once, one reservation is spent once."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from common import clock
from sandbox.actions import operations
from sandbox.actions.sessions import choose, open_session
from sandbox.limits import Ask
from sandbox.models import Movement, Session
from sandbox.refusals import Refusal
from tests.sandbox.conftest import ACCOUNT

pytestmark = pytest.mark.django_db(transaction=True)


def together(*jobs: Any) -> None:
    """Run the jobs in threads that start at the same moment."""
    gate = threading.Barrier(len(jobs))

    def run(job: Any) -> None:
        gate.wait()
        try:
            job()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def captures(session: Session, keys: list[str]) -> None:
    def job(key: str) -> Any:
        ask = Ask(Movement.Kind.CAPTURE, key, 206820, "SEK")
        payment = session.payment.pk
        return lambda: operations.perform(ACCOUNT, payment, ask, behaviour="succeed", at=clock.now())

    together(*[job(key) for key in keys])


def test_the_same_key_at_once_is_one_movement(authorized: Session) -> None:
    captures(authorized, ["key-1"] * 4)
    assert Movement.objects.get().state == Movement.State.SUCCEEDED


def test_different_keys_at_once_spend_the_reservation_once(authorized: Session) -> None:
    captures(authorized, ["key-1", "key-2", "key-3", "key-4"])
    states = sorted(Movement.objects.values_list("state", flat=True))
    assert states == ["declined", "declined", "declined", "succeeded"]


def test_the_same_reference_at_once_is_one_session(wish: dict[str, Any]) -> None:
    together(*[lambda: open_session(ACCOUNT, wish, clock.now())] * 4)
    assert Session.objects.count() == 1


def test_approve_and_decline_at_once_leave_one_decision(opened: Session) -> None:
    refused = []

    def job(state: str) -> Any:
        def run() -> None:
            try:
                choose(opened.pk, state, at=clock.now(), has_webhook=True)
            except Refusal as refusal:
                refused.append(refusal.code)

        return run

    together(job("authorized"), job("declined"))
    assert refused == ["session_over"]
