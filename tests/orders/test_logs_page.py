"""View logs: from an event of the timeline to what was really asked and answered."""

from __future__ import annotations

import html
import re
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Store
from common import clock
from developers.actions import prune_logs
from developers.models import RequestLog
from orders.actions.expire import expire_authorizations
from orders.actions.refund import refund_order
from orders.models import Event, Order
from orders.syncing import sync_order
from sandbox import clock as sandbox_clock
from sandbox.actions.by_hand import move_by_hand
from sandbox.actions.controls import set_behaviour
from sandbox.actions.operations import settle as settle_movement
from sandbox.actions.sessions import review
from sandbox.models import Movement
from tests import builders
from tests.orders.pages import get, quick_order
from tests.paylinks.customers import hear, silent_gateway

pytestmark = pytest.mark.django_db
_LINK = re.compile(r'<a class="link" href="([^"]+)" hx-get="\1" hx-target="#dialog">[^V]*View logs</a>')


def logs_of(page: str, title: str) -> str:
    """The address behind View logs of the entry with this title, or ""."""
    entry = page.split(f"<h2>{title}</h2>")[1].split("</li>", maxsplit=1)[0]
    found = _LINK.search(entry)
    return html.unescape(found[1]) if found else ""


def log_page(client: Client, order: Order, title: str) -> str:
    """Follow View logs of an entry."""
    address = logs_of(get(client, f"/orders/{order.pk}/"), title)
    assert address, title
    return html.unescape(get(client, address))


def test_a_capture_opens_its_request_and_its_answer(alice_client: Client, store: Store) -> None:
    order = builders.captured_order(store)
    page = log_page(alice_client, order, "Captured")
    operation = order.operations.get(kind="capture")
    for words in (
        "Logs: Captured", "<b>Capture</b>", "200 OK", f"POST /sandbox/api/payments/{order.payment_reference}/captures",
        operation.key, '"amount": 206820', "Serving bowl, sea green 24 cm", '"state": "succeeded"', "We called the gateway",
        "<dt>authorization</dt><dd>•••</dd>", "Calls are kept for 90 days",
    ):  # fmt: skip
        assert words in page
    assert page.count("<details open>") == 1


def test_an_authorization_opens_the_attempt_behind_it(alice_client: Client, store: Store) -> None:
    order = builders.placed_order(store)
    for title in ("Authorized", "Customer began to pay"):
        page = log_page(alice_client, order, title)
        assert page.index("<b>Begin payment</b>") < page.index("<b>Ask about payment</b>")
        assert '"email": "f…@…"' in page
        calls = page[page.index('class="calls"') :]
        assert "frida" not in calls.lower()


def test_money_taken_with_the_authorization_opens_that(alice_client: Client, store: Store) -> None:
    order = builders.placed_order(store, method="swish")
    assert "<b>Begin payment</b>" in log_page(alice_client, order, "Captured")


def test_what_was_declined_opens_the_gateways_words(alice_client: Client, store: Store) -> None:
    order = builders.placed_order(store)
    set_behaviour("decline", at=clock.now(), key_prefix="capture-")
    builders.capture(order)
    page = log_page(alice_client, order, "Capture declined")
    assert "402 Payment Required" in page
    assert '"state": "declined"' in page


def test_what_nobody_answered_says_so(alice_client: Client, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    order = builders.placed_order(store)
    with silent_gateway(monkeypatch):
        builders.capture(order)
    page = log_page(alice_client, order, "Capture not confirmed yet")
    assert "No answer in time" in page
    assert "<h2>Response" not in page


def test_what_was_answered_late_opens_the_webhook_too(alice_client: Client, store: Store) -> None:
    order = builders.placed_order(store)
    set_behaviour("late", at=clock.now(), key_prefix="capture-")
    operation = builders.capture(order)
    movement = Movement.objects.select_related("payment").get(key=operation.key)
    settle_movement(movement.pk, movement.payment.session_id, at=movement.settles_at)
    hear()
    page = log_page(alice_client, order, "Captured")
    assert page.index("We called the gateway") < page.index("The gateway called us")
    for words in ("202 Accepted", "<b>Webhook</b>", f"POST /webhooks/sandbox/{order.gateway_account_id}/"):
        assert words in page
    assert "<dt>webhook-signature</dt><dd>•••</dd>" in page


def test_a_refund_and_a_declined_payment_have_their_logs(alice_client: Client, store: Store) -> None:
    order = builders.captured_order(store)
    refund_order(order.pk, key="r", version=None, access=None, by=builders.Actor.system(), at=clock.now())
    assert "<b>Refund</b>" in log_page(alice_client, order, "Refunded")
    declined = builders.begun(builders.system_link(store, merchant_reference1="FJB-2"))
    builders.decide(declined, "decline")
    builders.settle.check_attempt(declined.pk, at=clock.now())
    assert "<b>Ask about payment</b>" in log_page(alice_client, declined.order, "Payment declined")


def test_what_a_review_decided_opens_the_attempt(alice_client: Client, store: Store) -> None:
    attempt = builders.begun(builders.system_link(store))
    builders.decide(attempt, "review")
    builders.settle.check_attempt(attempt.pk, at=clock.now())
    review(attempt.session_reference, is_approved=True, at=clock.now())
    builders.settle.check_attempt(attempt.pk, at=clock.now())
    assert log_page(alice_client, attempt.order, "Review approved").count("<b>Ask about payment</b>") == 2


def test_a_decision_heard_by_syncing_opens_the_question(alice_client: Client, store: Store) -> None:
    attempt = builders.begun(builders.system_link(store))
    builders.decide(attempt, "review")
    builders.settle.check_attempt(attempt.pk, at=clock.now())
    review(attempt.session_reference, is_approved=True, at=clock.now())
    asked = log_page(alice_client, attempt.order, "Under review").count("<b>Ask about payment</b>")
    sync_order(attempt.order_id, by=builders.Actor.system(), at=clock.now())
    page = log_page(alice_client, attempt.order, "Review approved")
    assert page.count("<b>Ask about payment</b>") == asked + 1


def test_an_expiry_opens_what_the_gateway_was_asked_then(alice_client: Client, store: Store) -> None:
    order = builders.placed_order(store)
    sandbox_clock.remember(timedelta(days=8))
    assert expire_authorizations(clock.now()) == 1
    page = log_page(alice_client, order, "Authorization expired")
    assert page.count("<b>Ask about payment</b>") == 1
    assert "<b>Begin payment</b>" not in page


@pytest.mark.parametrize(
    ("moves", "title"),
    [
        (("capture",), "Captured"),
        (("capture", "refund"), "Refunded"),
        (("capture", "release"), "Remaining authorization released"),
        (("void",), "Cancelled"),
    ],
)
@pytest.mark.parametrize("is_told", [True, False], ids=["heard", "asked"])
def test_what_the_gateway_moved_by_itself_opens_the_calls_that_told_it(
    alice_client: Client, store: Store, moves: tuple[str, ...], title: str, is_told: bool
) -> None:
    order = builders.placed_order(store)
    for kind in moves:
        amount = 10000 if kind in ("capture", "refund") else None
        move_by_hand(uuid.UUID(order.session_reference), kind, amount=amount, at=clock.now())
    if is_told:
        hear()
    else:
        sync_order(order.pk, by=builders.Actor.system(), at=clock.now())
    page = log_page(alice_client, order, title)
    assert ("<b>Webhook</b>" in page) is is_told
    assert "<b>Ask about payment</b>" in page
    assert "<b>Begin payment</b>" not in page


def test_events_without_a_call_offer_none(alice_client: Client, store: Store) -> None:
    order = builders.placed_order(store)
    page = get(alice_client, f"/orders/{order.pk}/")
    assert logs_of(page, "Payment link created") == ""
    assert logs_of(page, "Order created") == ""
    seq = Event.objects.get(order=order, kind="link.created").seq
    assert "No call to or from the gateway was made" in get(alice_client, f"/orders/{order.pk}/logs/{seq}/")


def test_what_was_pruned_says_that_it_was(alice_client: Client, store: Store, settings: Any) -> None:
    order = builders.captured_order(store)
    address = logs_of(get(alice_client, f"/orders/{order.pk}/"), "Captured")
    sandbox_clock.remember(timedelta(days=89))
    prune_logs(clock.now())
    assert "200 OK" in get(alice_client, address)
    sandbox_clock.remember(timedelta(days=91))
    prune_logs(clock.now())
    assert not RequestLog.objects.exists()
    assert "Those of this event were removed on schedule." in get(alice_client, address)


def test_it_is_a_dialog_beside_the_order_and_a_page_of_its_own(alice_client: Client, store: Store) -> None:
    order = builders.captured_order(store)
    address = logs_of(get(alice_client, f"/orders/{order.pk}/?q=frida"), "Captured")
    assert address.endswith("?q=frida")
    dialog = get(alice_client, address, target="dialog")
    assert dialog.lstrip().startswith('<dialog class="dialog wide sheet" id="ask" data-modal')
    assert "<html" not in dialog
    page = get(alice_client, address)
    assert f'<a class="link" href="/orders/{order.pk}/?q=frida">' in page
    assert "<title>Logs FJB-10498 · Counterfoil</title>" in page


def test_who_may_not_read_logs_is_offered_none_and_refused(vera_client: Client, store: Store) -> None:
    order = builders.captured_order(store)
    assert "View logs" not in get(vera_client, f"/orders/{order.pk}/")
    answer = vera_client.get(f"/orders/{order.pk}/logs/1/")
    assert answer.status_code == 403
    assert "View logs" in answer.content.decode()


def test_another_merchants_calls_are_not_there(charlie_client: Client, alice_client: Client, store: Store) -> None:
    order = builders.captured_order(store)
    assert charlie_client.get(f"/orders/{order.pk}/logs/1/").status_code == 404
    assert alice_client.get(f"/orders/{order.pk}/logs/{10**30}/").status_code == 404


def test_an_event_that_was_asked_about_for_days_shows_the_last_calls(
    alice_client: Client, store: Store, at: datetime, django_assert_max_num_queries: Any
) -> None:
    order = builders.captured_order(store)
    row = RequestLog.objects.get(action="capture")
    for minute in range(60):
        row.pk, row.at, row.action = None, at + timedelta(minutes=minute), "lookup"
        row.save(force_insert=True)
    address = logs_of(get(alice_client, f"/orders/{order.pk}/"), "Captured")
    with django_assert_max_num_queries(6):
        page = get(alice_client, address)
    assert page.count("<b>Ask what became of it</b>") == 50
    assert "Only the last 50 calls are shown." in page


def test_an_order_the_gateway_never_heard_of_has_empty_logs(alice_client: Client, store: Store, at: datetime) -> None:
    order = quick_order(store, at)
    assert "No call to or from the gateway was made" in log_page(alice_client, order, "Authorized")
