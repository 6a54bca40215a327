"""The Payments section: current status, every operation, Capture value, Sync payments."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts import actions
from accounts.models import Store, User
from accounts.roles import Role
from common import clock
from common.actor import Actor
from orders.actions.refund import refund_order
from orders.actions.report import report_differences
from orders.audit import Finding
from orders.models import Alert, Operation, Order
from payments.gateway import GatewayUnavailable
from sandbox.actions import by_hand, controls
from sandbox.models import Behaviour, Movement, Payment
from tests import builders
from tests.cast import Company
from tests.orders.dialogs import send, text
from tests.orders.pages import get, parts_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(store: Store) -> Order:
    return builders.placed_order(store)


def _details(client: Client, order: Order) -> str:
    return get(client, f"/orders/{order.pk}/details/")


def _sync(client: Client, order: Order, target: str = "drawer") -> Any:
    return send(client, order, {}, "sync/", target)


def _hand(order: Order, kind: str, amount: int | None = None) -> None:
    by_hand.move_by_hand(uuid.UUID(order.session_reference), kind, amount=amount, at=clock.now())


def test_the_current_status_says_where_the_money_is(alice_client: Client, order: Order) -> None:
    page = _details(alice_client, order)
    for words in ("Current status", "Card, ", "Authorization ends", "Sandbox", "Left to capture", "2,068.20"):
        assert words in page
    for reference in (order.payment_reference, order.session_reference):
        assert f'data-copy="{reference}"' in page


def test_every_operation_is_in_the_history_newest_first(alice_client: Client, order: Order) -> None:
    controls.set_behaviour(Behaviour.Kind.DECLINE, at=clock.now(), times=1)
    declined = builders.capture(order, key="first")
    controls.set_behaviour(Behaviour.Kind.TIMEOUT_BEFORE, at=clock.now(), times=1)
    unknown = builders.capture(order, key="second")
    page = _details(alice_client, order)
    history = page[page.index("Transaction history") :]
    assert re.findall(r"<h4>(\w+)", history) == ["Capture", "Capture", "Authorization"]
    for words in ("Declined", "The bank said no.", "Not known yet", "Not yet", declined.key, unknown.key):
        assert words in history
    assert history.index(unknown.key) < history.index(declined.key)


def test_money_nobody_expected_is_marked_in_the_history(alice_client: Client, store: Store) -> None:
    order = builders.paid(builders.system_link(store), outcome="other_amount")
    assert "not this order’s money" in text(alice_client.get(f"/orders/{order.pk}/details/"))


def test_the_capture_value_opens_the_dialog_with_that_amount(alice_client: Client, order: Order) -> None:
    assert 'name="amount"' in _details(alice_client, order)
    page = get(alice_client, f"/orders/{order.pk}/capture/", target="dialog", beside="1", amount="500", tab="details")
    form = parts_of(page)
    assert (form["free-0-amount"], form["confirmed"]) == ("500.00", "50000")
    assert not [name for name in form if name.startswith("line-")]
    answer = text(send(alice_client, order, form))
    assert "Transaction history" in answer
    assert "Captured 500.00 SEK." in answer
    order.refresh_from_db()
    assert (order.status, order.captured_amount) == ("part_captured", 50000)


@pytest.mark.parametrize(("typed", "words"), [("99999", "At most"), ("five", "Enter an amount such as")])
def test_a_value_that_cannot_be_is_said_in_the_dialog(
    alice_client: Client, order: Order, typed: str, words: str
) -> None:
    page = get(alice_client, f"/orders/{order.pk}/capture/", target="dialog", amount=typed)
    assert words in page
    assert f'value="{typed}"' in page


def test_all_that_is_left_is_captured_by_its_lines(alice_client: Client, order: Order) -> None:
    form = parts_of(get(alice_client, f"/orders/{order.pk}/capture/", target="dialog", amount="2 068,20"))
    assert form["confirmed"] == str(order.amount)
    assert len([name for name in form if name.startswith("line-")]) == 3


def test_a_clean_sync_says_so_and_leaves_a_stamp(alice_client: Client, order: Order) -> None:
    answer = text(_sync(alice_client, order))
    assert answer.count("Payments agree with the gateway as of") == 2
    assert "Payments agree with the gateway as of" in text(alice_client.get(f"/orders/{order.pk}/details/"))


def test_what_the_gateway_moved_is_booked_and_named(alice_client: Client, order: Order) -> None:
    _hand(order, "capture", 30000)
    answer = text(_sync(alice_client, order))
    assert "Booked from the gateway: Capture 300.00 SEK." in answer
    assert "Transaction history" in answer
    assert Operation.objects.get(order=order, kind="capture").origin == "gateway"


def test_a_difference_is_shown_with_its_numbers_and_marks_the_order(alice_client: Client, order: Order) -> None:
    Payment.objects.filter(pk=order.payment_reference).update(amount=order.amount + 100)
    answer = text(_sync(alice_client, order))
    for words in ("One difference from the gateway stays", "here 2,068.20 SEK", "gateway 2,069.20 SEK", "Differs"):
        assert words in answer
    assert "Differs" in get(alice_client, "/orders/")
    assert order.merchant_reference1 in get(alice_client, "/orders/", mark="difference")
    assert order.merchant_reference1 not in get(alice_client, "/orders/", mark="handed_over")
    dismiss = re.search(rf"/orders/{order.pk}/notices/(\d+)/dismiss/", answer)
    assert dismiss
    assert "Notice dismissed" in text(alice_client.post(dismiss[0], follow=True))
    assert "Differs</span>" not in get(alice_client, "/orders/")
    _sync(alice_client, order)
    assert "Notice dismissed" in get(alice_client, f"/orders/{order.pk}/")
    assert order.events.filter(kind="sync.difference").count() == 1


def test_put_away_a_difference_keeps_its_numbers_until_the_books_agree(alice_client: Client, order: Order) -> None:
    agreed, numbers = "Payments agree with the gateway as of", "gateway 2,069.20 SEK"
    assert agreed in text(_sync(alice_client, order))
    Payment.objects.filter(pk=order.payment_reference).update(amount=order.amount + 100)
    _sync(alice_client, order)
    alice_client.post(f"/orders/{order.pk}/notices/{Alert.objects.get(order=order).pk}/dismiss/")
    details = text(alice_client.get(f"/orders/{order.pk}/details/"))
    again = text(_sync(alice_client, order))
    for page in (details, again):
        assert numbers in page
        assert agreed not in page
    Payment.objects.filter(pk=order.payment_reference).update(amount=order.amount)
    _sync(alice_client, order)
    details = text(alice_client.get(f"/orders/{order.pk}/details/"))
    assert agreed in details
    assert numbers not in details


def test_after_an_agreement_a_nightly_difference_takes_its_place(alice_client: Client, order: Order) -> None:
    _sync(alice_client, order)
    report_differences(order.pk, [Finding("captured at the gateway", 0, 100)], by=Actor.system(), at=clock.now())
    Alert.objects.update(closed_at=clock.now())
    order.refresh_from_db()
    assert order.synced_at is None
    assert "gateway 1.00 SEK" in text(alice_client.get(f"/orders/{order.pk}/details/"))


def test_a_silent_gateway_is_said(alice_client: Client, order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: Any, **__: Any) -> None:
        raise GatewayUnavailable("The gateway did not answer.")

    monkeypatch.setattr("payments.sandbox_gateway.SandboxGateway.fetch", silent)
    assert "The gateway did not answer. Nothing was changed; try again later." in text(_sync(alice_client, order))


def test_without_scripts_sync_leads_back_to_the_details(alice_client: Client, order: Order) -> None:
    answer = _sync(alice_client, order, target="")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/orders/{order.pk}/details/")


def test_who_may_not_capture_sees_no_buttons(vera_client: Client, order: Order) -> None:
    page = _details(vera_client, order)
    assert "Transaction history" in page
    assert "Sync payments" not in page
    assert "Capture value" not in page
    assert _sync(vera_client, order).status_code == 403


def test_what_was_never_paid_cannot_be_synced(alice_client: Client, store: Store) -> None:
    order = builders.system_link(store).order
    assert "Sync payments" not in _details(alice_client, order)
    assert _sync(alice_client, order).status_code == 409


def test_a_refund_that_came_back_is_marked_in_the_history(alice_client: Client, store: Store) -> None:
    order = builders.captured_order(store)
    refund = refund_order(order.pk, key="r", access=None, by=Actor.system(), at=clock.now())
    by_hand.fail_refund(Movement.objects.get(key=refund.key).pk, uuid.UUID(order.session_reference), clock.now())
    answer = text(_sync(alice_client, order))
    for words in ("Booked from the gateway: Reversed refund 2,068.20 SEK.", "Came back", "failed at the bank on"):
        assert words in answer


def test_another_stores_payments_are_not_synced_by_who_may_capture_elsewhere(
    acme: Company, client_of: Callable[[User], Client], order: Order
) -> None:
    member = actions.add_member(
        acme.merchant,
        email="nils@acme.example",
        name="Nils",
        roles={acme.store: Role.READ_ONLY, acme.second_store: Role.USER},
        by=Actor.system(),
        at=clock.now(),
    )
    assert _sync(client_of(member.user), order).status_code == 403
