"""Money no attempt of ours began: heard of by webhook, asked about, written down, given back once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from accounts.models import AuditEntry, Store
from common import clock
from developers.models import RequestLog
from messaging.models import Message
from orders import unclaimed, unclaimed_mail
from orders.models import UnclaimedPayment, UnclaimedReturn
from payments.sandbox_gateway import SandboxGateway
from sandbox.actions import by_hand, controls, operations, webhooks
from sandbox.delivery import deliver_due
from sandbox.models import Behaviour, Control, Movement, Session, Webhook
from tests.api import strangers
from tests.paylinks.customers import silent_gateway

pytestmark = pytest.mark.django_db


def _hear_again() -> None:
    for told in list(Webhook.objects.values_list("pk", flat=True)):
        webhooks.resend(told, clock.now())
    deliver_due()


def _sweep(after: timedelta = timedelta(0)) -> int:
    UnclaimedPayment.objects.filter(next_check_at__isnull=False).update(next_check_at=clock.now() - after)
    return unclaimed.sweep_unclaimed(clock.now())


@pytest.mark.parametrize(
    ("outcome", "method", "kind"),
    [("approve", "card", "void"), ("review", "swish", "void"), ("approve", "swish", "refund")],
)
def test_it_is_written_down_then_given_back(store: Store, outcome: str, method: str, kind: str) -> None:
    session = strangers.paid(store, outcome, method=method)
    deliver_due()
    payment = strangers.of(session)
    [asked] = payment.returns.all()
    assert (payment.store, payment.amount, payment.currency, payment.email) == (
        store, 50000, "SEK", "stranger@example.com",
    )  # fmt: skip
    assert (asked.kind, asked.amount, asked.state) == (kind, 50000, "requested")
    assert [each[0] for each in strangers.moved(session) if each[0] != "capture"] == []
    unclaimed.give_back(payment.pk)
    payment.refresh_from_db()
    asked.refresh_from_db()
    assert (asked.state, payment.closed_at is not None, payment.next_check_at) == ("succeeded", True, None)
    assert strangers.moved(session)[-1] == (kind, 50000, "succeeded")
    deliver_due()
    assert strangers.answers() == {"200"}
    kinds = AuditEntry.objects.filter(store=store, kind__startswith="unclaimed.").order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == ["unclaimed.found", "unclaimed.returned"]


def test_told_twice_and_again_it_goes_back_once(store: Store) -> None:
    controls.set_webhooks(Control.Webhooks.TWICE)
    session = strangers.paid(store, method="swish")
    deliver_due()
    _hear_again()
    payment = strangers.of(session)
    for _twice in range(2):
        unclaimed.give_back(payment.pk)
    _hear_again()
    assert UnclaimedReturn.objects.count() == 1
    assert strangers.moved(session) == [("capture", 50000, "succeeded"), ("refund", 50000, "succeeded")]
    assert Message.objects.filter(kind=unclaimed_mail.TO_PAYER).count() == 1
    assert AuditEntry.objects.filter(kind="unclaimed.returned").count() == 1


def test_without_money_nothing_is_written_down(store: Store) -> None:
    strangers.paid(store, "decline")
    session = strangers.opened(strangers.account_of(store))
    webhooks.tell(session, "session.updated", at=clock.now())
    gone = strangers.paid(store)
    Webhook.objects.filter(session=gone).update(session=session)
    gone.payment.delete()
    Session.objects.filter(pk=gone.pk).delete()  # the gateway itself does not know it any more
    deliver_due()
    assert strangers.answers() == {"200"}
    assert not UnclaimedPayment.objects.exists()


def test_the_gateway_is_believed_and_not_the_webhook(store: Store) -> None:
    session = strangers.opened(strangers.account_of(store))
    lying = strangers.paid(store)
    row = Webhook.objects.get(session=lying)
    row.payload["data"]["session"]["id"] = str(session.pk)
    row.save()
    deliver_due()
    assert strangers.answers() == {"200"}
    assert not UnclaimedPayment.objects.exists()


def test_it_is_told_again_while_the_gateway_does_not_answer(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    session = strangers.paid(store)
    with silent_gateway(monkeypatch):
        deliver_due()
    assert strangers.answers() == {"503"}
    assert not UnclaimedPayment.objects.exists()
    Webhook.objects.update(next_at=clock.now())
    deliver_due()
    assert strangers.answers() == {"200"}
    assert strangers.of(session).returns.count() == 1


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout])
def test_a_gateway_down_in_between_is_asked_by_the_sweep(
    store: Store, monkeypatch: pytest.MonkeyPatch, error: type[httpx.HTTPError]
) -> None:
    payment = strangers.found(store)
    with silent_gateway(monkeypatch, error):
        unclaimed.give_back(payment.pk)
        assert _sweep() == 1
    [asked] = payment.returns.all()
    assert asked.is_in_flight
    assert _sweep() == 1
    payment.refresh_from_db()
    assert (payment.closed_at is not None, payment.returns.count()) == (True, 1)


def test_done_but_unheard_it_is_looked_up_and_not_sent_again(store: Store) -> None:
    payment = strangers.found(store, method="swish")
    controls.set_behaviour(Behaviour.Kind.TIMEOUT_AFTER, at=clock.now(), key_prefix="unclaimed-", times=1)
    unclaimed.give_back(payment.pk)
    assert payment.returns.get().state == "unknown"
    _sweep()
    payment.refresh_from_db()
    assert (payment.closed_at is not None, payment.returns.get().state) == (True, "succeeded")
    assert Movement.objects.filter(kind="refund").count() == 1
    assert RequestLog.objects.filter(action="refund").count() == 1


def test_killed_after_the_row_the_sweep_goes_on(store: Store) -> None:
    """Nobody ran the task: the process died, or Redis was away."""
    payment = strangers.found(store)
    assert payment.next_check_at is not None
    assert unclaimed.sweep_unclaimed(payment.next_check_at - timedelta(seconds=1)) == 0
    assert unclaimed.sweep_unclaimed(payment.next_check_at) == 1
    payment.refresh_from_db()
    assert payment.closed_at is not None


def test_refused_it_is_tried_anew_with_growing_pauses(store: Store) -> None:
    payment = strangers.found(store, method="swish")
    controls.set_behaviour(Behaviour.Kind.DECLINE, at=clock.now(), key_prefix="unclaimed-")
    unclaimed.give_back(payment.pk)
    deliver_due()  # the gateway tells of its own refusal, which must not be answered by another try
    _hear_again()
    payment.refresh_from_db()
    assert [each.state for each in payment.returns.all()] == ["declined"]
    assert payment.retry_at is not None
    first = payment.retry_at - clock.now()
    UnclaimedPayment.objects.update(retry_at=clock.now())
    _sweep()
    payment.refresh_from_db()
    assert payment.retry_at is not None
    assert payment.retry_at - clock.now() > first
    Behaviour.objects.all().delete()
    UnclaimedPayment.objects.update(retry_at=clock.now())
    _sweep()
    payment.refresh_from_db()
    assert [each.state for each in payment.returns.all()] == ["declined", "declined", "succeeded"]
    assert payment.closed_at is not None


def test_answered_late_it_waits_for_the_answer(store: Store) -> None:
    payment = strangers.found(store, method="swish")
    controls.set_behaviour(Behaviour.Kind.LATE, at=clock.now(), key_prefix="unclaimed-", times=1)
    unclaimed.give_back(payment.pk)
    assert payment.returns.get().state == "pending"
    movement = Movement.objects.get(kind="refund")
    operations.settle(movement.pk, movement.payment.session_id, clock.now())
    deliver_due()
    unclaimed.give_back(payment.pk)
    payment.refresh_from_db()
    assert (payment.closed_at is not None, payment.returns.count()) == (True, 1)


def test_taken_in_part_both_halves_go_back(store: Store) -> None:
    session = strangers.paid(store)
    by_hand.move_by_hand(session.pk, "capture", amount=20000, at=clock.now())
    deliver_due()
    unclaimed.give_back(strangers.of(session).pk)
    assert sorted(strangers.moved(session)) == [
        ("capture", 20000, "succeeded"), ("refund", 20000, "succeeded"), ("release", 30000, "succeeded"),
    ]  # fmt: skip
    assert strangers.of(session).closed_at is not None


def test_money_that_moves_again_is_given_back_again(store: Store) -> None:
    session = strangers.paid(store)
    deliver_due()
    by_hand.move_by_hand(session.pk, "capture", amount=20000, at=clock.now())  # before our void arrived
    payment = strangers.of(session)
    unclaimed.give_back(payment.pk)
    UnclaimedPayment.objects.update(retry_at=clock.now())
    _sweep()
    payment.refresh_from_db()
    assert [(each.kind, each.state) for each in payment.returns.all()] == [
        ("void", "declined"), ("refund", "succeeded"), ("release", "succeeded"),
    ]  # fmt: skip
    assert payment.closed_at is not None


def test_a_gateway_that_lags_behind_is_not_paid_twice(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its sums do not know our refund yet: what they seem to owe is on its way to the customer."""
    payment = strangers.returned(store, method="swish")
    fetch = SandboxGateway.fetch
    lags = lambda *args: replace(fetch(*args), refunded_amount=0, movements=())  # noqa: E731
    with monkeypatch.context() as patch:
        patch.setattr(SandboxGateway, "fetch", lags)
        _hear_again()
        unclaimed.give_back(payment.pk)
    payment.refresh_from_db()
    assert (payment.closed_at, payment.returns.count()) == (None, 1)
    _sweep()
    payment.refresh_from_db()
    assert (payment.closed_at is not None, payment.returns.count()) == (True, 1)


def test_what_was_done_while_the_gateway_was_asked_is_not_done_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A webhook has its answer, then a worker gives all of it back: the answer is too old to act on."""
    payment = strangers.found(store)
    note = unclaimed.note_unclaimed

    def late(*args: Any, **wish: Any) -> Any:
        monkeypatch.setattr(unclaimed, "note_unclaimed", note)
        unclaimed.give_back(payment.pk)
        return note(*args, **wish)

    monkeypatch.setattr(unclaimed, "note_unclaimed", late)
    assert unclaimed.hear(payment.gateway_account, payment.session_reference, at=clock.now())
    payment.refresh_from_db()
    assert (payment.closed_at is not None, payment.returns.count()) == (True, 1)


def test_a_movement_at_the_gateway_is_heard_without_its_session(store: Store) -> None:
    """The session's own webhook is lost: the first thing told is that money moved."""
    session = strangers.opened(strangers.account_of(store))
    strangers.decide(session, tell="neither")
    by_hand.move_by_hand(session.pk, "capture", amount=50000, at=clock.now())
    deliver_due()
    assert strangers.of(session).returns.get().kind == "refund"
