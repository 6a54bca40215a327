"""Money no order expects: whose it is not, who is told, and what testers and the audit do about it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import Store
from common import clock
from messaging.actions import deliver
from messaging.models import Message
from orders import unclaimed, unclaimed_mail
from orders.audit.unclaimed import audit_unclaimed
from orders.models import Operation, UnclaimedPayment
from paylinks.models import Attempt
from payments.models import GatewayAccount
from sandbox.actions import by_hand, controls
from sandbox.delivery import deliver_due
from sandbox.models import Behaviour, Movement, Session
from tests import builders
from tests.api import strangers
from tests.cast import Company

pytestmark = pytest.mark.django_db


def test_an_attempt_that_is_ours_is_never_unclaimed(store: Store) -> None:
    attempt = builders.begun(builders.system_link(store))
    builders.decide(attempt)
    by_hand.move_by_hand(uuid.UUID(attempt.session_reference), "capture", amount=100, at=clock.now())
    deliver_due()
    attempt.order.refresh_from_db()
    assert (attempt.order.status, attempt.order.captured_amount) == ("part_captured", 100)
    assert not UnclaimedPayment.objects.exists()


def test_an_attempt_of_another_account_is_shown_on_its_order(store: Store) -> None:
    attempt = builders.begun(builders.system_link(store))
    GatewayAccount.objects.update(is_active=False)
    session = strangers.paid(store, reference=str(attempt.pk))  # at the account the store has now
    deliver_due()
    payment = strangers.of(session)
    unclaimed.give_back(payment.pk)
    assert (payment.order_id, payment.gateway_account_id != attempt.gateway_account_id) == (attempt.order_id, True)
    kinds = attempt.order.events.order_by("seq").values_list("kind", flat=True)
    assert list(kinds)[-2:] == ["stray.found", "stray.returned"]
    assert Attempt.objects.get().state == "begun"
    assert not Operation.objects.exists()


def test_an_attempt_of_another_merchant_is_never_named(store: Store, globex: Company) -> None:
    theirs = builders.begun(builders.system_link(globex.store))
    session = strangers.paid(store, reference=str(theirs.pk))
    deliver_due()
    payment = strangers.of(session)
    assert (payment.order_id, payment.merchant_id) == (None, store.merchant_id)
    assert "stray.found" not in theirs.order.events.values_list("kind", flat=True)


def test_the_audit_finds_what_stands_still_and_what_is_held_after_all(store: Store) -> None:
    controls.set_behaviour(Behaviour.Kind.DECLINE, at=clock.now(), key_prefix="unclaimed-")
    late = strangers.found(store)
    unclaimed.give_back(late.pk)
    Behaviour.objects.all().delete()
    gone = strangers.returned(store, method="swish")
    now, tomorrow = clock.now(), clock.now() + timedelta(hours=24)
    assert list(audit_unclaimed(now, asks_gateway=True)) == []
    by_hand.fail_refund(Movement.objects.get(kind="refund").pk, uuid.UUID(gone.session_reference), now)
    found = [(each.order_id, each.what) for each in audit_unclaimed(tomorrow, asks_gateway=True)]
    assert found == [(late.pk, "money no order expects"), (gone.pk, "money no order expects at the gateway")]
    deliver_due()  # what came back waits for a person, who sees it
    assert [each.order_id for each in audit_unclaimed(tomorrow, asks_gateway=True)] == [late.pk]
    UnclaimedPayment.objects.update(found_at=now - timedelta(days=2))
    with pytest.raises(SystemExit):
        call_command("audit")


def test_a_tester_pays_past_the_shop(client: Client, store: Store) -> None:
    attempt = builders.begun(builders.system_link(store), method="swish")
    page = client.get("/sandbox/").content.decode()
    assert f"Pay past the shop, like {attempt.pk}" in page
    answer = client.post(f"/sandbox/sessions/{attempt.session_reference}/elsewhere/")
    session = Session.objects.latest("created_at")
    assert answer["Location"] == f"/sandbox/checkout/{session.pk}/"
    strangers.decide(session)
    deliver_due()
    unclaimed.give_back(strangers.of(session).pk)
    assert strangers.moved(session)[-1] == ("refund", attempt.amount, "succeeded")
    attempt.refresh_from_db()
    assert attempt.state == "begun"
    assert client.post(f"/sandbox/sessions/{uuid.uuid4()}/elsewhere/").status_code == 404


def test_admins_and_the_payer_are_told(store: Store, mailoutbox: list[Any]) -> None:
    payment = strangers.found(store)
    for message in Message.objects.filter(subject_id=payment.pk).order_by("kind"):
        deliver(message.pk, unclaimed_mail.render, clock.now())
    assert [sent.to[0] for sent in mailoutbox] == ["alice@acme.example", "stranger@example.com"]
    assert "500.00 SEK" in mailoutbox[0].subject
    assert "/orders/unclaimed/" in mailoutbox[0].body
    assert "belongs to no order of ours" in mailoutbox[1].body
