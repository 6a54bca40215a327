"""Money no order expects, heard of by many at once: one row, one return at a time, given back once."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AuditEntry, Store
from common import clock
from orders import unclaimed
from orders.actions import unclaimed as booking
from orders.models import UnclaimedPayment, UnclaimedReturn
from sandbox.actions import controls
from sandbox.delivery import deliver_due
from sandbox.models import Control, Movement
from tests.api import strangers
from tests.concurrency.racing import Meeting, race, winners, without

pytestmark = pytest.mark.django_db(transaction=True)


def _meet_with_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have heard the gateway before the first of them writes anything down."""
    meeting, note = Meeting(2), unclaimed.note_unclaimed

    def heard(*args: Any, **wish: Any) -> Any:
        meeting.wait()
        return note(*args, **wish)

    monkeypatch.setattr(unclaimed, "note_unclaimed", heard)


def _refused(store: Store) -> UnclaimedPayment:
    """A payment whose first return was declined, due for another."""
    payment = strangers.found(store, method="swish")
    controls.set_behaviour("decline", at=clock.now(), key_prefix="unclaimed-", times=1)
    unclaimed.give_back(payment.pk)
    UnclaimedPayment.objects.update(retry_at=clock.now(), next_check_at=clock.now())
    return payment


def _ask(payment: UnclaimedPayment) -> Any:
    return lambda: unclaimed._ask(payment.gateway_account, payment.session_reference, at=clock.now())


def test_two_webhooks_at_once_write_it_down_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    controls.set_webhooks(Control.Webhooks.TWICE)
    session = strangers.paid(store, method="swish")
    _meet_with_the_answer(monkeypatch)
    account = strangers.account_of(store)
    hear = lambda: unclaimed.hear(account, str(session.pk), at=clock.now())  # noqa: E731
    assert race(hear, hear, deliver_due)[:2] == [True, True]
    assert (UnclaimedPayment.objects.count(), UnclaimedReturn.objects.count()) == (1, 1)
    assert AuditEntry.objects.filter(kind="unclaimed.found").count() == 1


def test_worker_sweep_and_worker_at_once_give_it_back_once(store: Store) -> None:
    payment = strangers.found(store, method="swish")
    assert payment.next_check_at is not None
    due = payment.next_check_at
    give = lambda: unclaimed.give_back(payment.pk)  # noqa: E731
    assert len(winners(race(give, give, lambda: unclaimed.sweep_unclaimed(due)))) == 3
    unclaimed.give_back(payment.pk)
    payment.refresh_from_db()
    assert (payment.closed_at is not None, UnclaimedReturn.objects.count()) == (True, 1)
    assert Movement.objects.filter(kind="refund").count() == 1
    assert AuditEntry.objects.filter(kind="unclaimed.returned").count() == 1


def test_two_who_try_anew_at_once_reserve_one_return(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = _refused(store)
    _meet_with_the_answer(monkeypatch)
    assert len(winners(race(_ask(payment), _ask(payment)))) == 2
    assert payment.returns.filter(state="requested").count() == 1


def test_without_lock_and_constraints_both_reserve(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what the test above guards against does happen."""
    payment = _refused(store)
    _meet_with_the_answer(monkeypatch)
    monkeypatch.setattr(booking, "_locked", lambda key: UnclaimedPayment.objects.filter(pk=key).first())
    meeting, come_back = Meeting(2), booking._came_back
    monkeypatch.setattr(booking, "_came_back", lambda *args: (come_back(*args), meeting.wait())[0])
    with without("orders_unclaimedreturn", "one_return_at_a_time", "orders_unclaimedreturn_key_key"):
        race(_ask(payment), _ask(payment))
        assert payment.returns.filter(state="requested").count() == 2
