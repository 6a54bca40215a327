"""Refunding by lines, units and amounts from the screen, with a fee, a reason, and limits in words."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client

from common import clock
from common.actor import Actor
from messaging.models import Message
from orders.actions.refund import request_refund
from orders.audit import audit_order
from orders.models import Operation, Order
from payments.gateway import Outcome, Result
from tests import builders
from tests.builders import captured_order, placed_order
from tests.cast import Company
from tests.orders.dialogs import dialog, only, send, text, updated
from tests.orders.pages import get, parts_of, rows

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "refunds/"


@pytest.fixture
def order(acme: Company) -> Order:
    return captured_order(acme.store)


def fill(client: Client, order: Order, more: dict[str, str] | None = None, **units: int) -> dict[str, str]:
    """The dialog with these units ticked, its sum brought up to date."""
    return updated(client, order, only(order, dialog(client, order, "refund"), **units) | (more or {}), PATH)


def test_nothing_is_chosen_when_it_opens_and_the_customer_is_told(alice_client: Client, order: Order) -> None:
    page = get(alice_client, f"/orders/{order.pk}/refund/", target="dialog", beside="1")
    assert "data-pick checked" not in page
    assert "of 2</span>" in page
    form = parts_of(page)
    assert (form["confirmed"], form["tells_customer"]) == ("0", "on")
    assert "frida.nystrom@example.com gets a message" in page


def test_the_preview_says_what_the_payout_loses(alice_client: Client, order: Order) -> None:
    form = only(order, dialog(alice_client, order, "refund"), Serving=1)
    page = text(send(alice_client, order, form, "refunds/preview/", "parts-sums"))
    for words in (
        "Refund 677.34 SEK</button>",
        "Refunding 677.34 SEK…",
        "Of which VAT 25%",
        f"gets 677.34 SEK back on {order.payment_label}.",
        "Your next payout is 677.34 SEK lower.",
        "1,390.86",
    ):
        assert words in page


def test_units_are_refunded_with_a_reason_and_the_customer_is_told(alice_client: Client, order: Order) -> None:
    answer = send(alice_client, order, fill(alice_client, order, {"reason": "Chipped"}, Serving=1), PATH)
    page = text(answer)
    order.refresh_from_db()
    assert (answer.status_code, order.status, order.refunded_amount) == (200, "captured", 67734)
    assert "Refunded 677.34 SEK." in page
    assert "Partly refunded" in page
    assert Operation.objects.get(order=order, kind="refund").reason == "Chipped"
    assert Message.objects.filter(kind="order.refunded").count() == 1
    again = get(alice_client, f"/orders/{order.pk}/refund/")
    assert "1 of 2 refunded" in again
    assert "of 1</span>" in again


def test_without_the_tick_nobody_is_told_and_without_scripts_it_works(alice_client: Client, order: Order) -> None:
    form = fill(alice_client, order, Linen=1)
    del form["tells_customer"]
    answer = send(alice_client, order, form, PATH, target="")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/orders/{order.pk}/")
    assert not Message.objects.filter(kind="order.refunded").exists()


def test_a_fee_is_withheld_and_an_amount_goes_along(alice_client: Client, order: Order) -> None:
    more = {
        "fee-amount": "50",
        "fee-rate": "2500",
        "free-0-amount": "10",
        "free-0-rate": "2500",
        "free-0-name": "Sorry",
    }
    form = only(order, dialog(alice_client, order, "refund"), Linen=1) | more
    page = text(send(alice_client, order, form, "refunds/preview/", "parts-sums"))
    assert "You keep 50.00 SEK as a return fee" in page
    assert "−50.00" in page
    send(alice_client, order, updated(alice_client, order, form, PATH), PATH)
    order.refresh_from_db()
    refund = Operation.objects.get(order=order, kind="refund")
    assert {"return_fee": -5000, "amount": 1000}.items() <= {p.type: p.amount for p in refund.lines.all()}.items()
    assert (order.refunded_amount, order.withheld_amount) == (refund.amount, 5000)


def test_a_fee_uses_up_what_it_was_withheld_from(alice_client: Client, order: Order) -> None:
    more = {"fee-amount": "50", "fee-rate": "2500"}
    send(alice_client, order, fill(alice_client, order, more, Serving=2, Linen=1, Home=1), PATH)
    order.refresh_from_db()
    assert (order.refunded_amount, order.refundable_amount) == (builders.TOTAL - 5000, 0)
    assert list(audit_order(order.pk)) == []
    page = get(alice_client, f"/orders/{order.pk}/")
    assert "Refunded</span>" in page
    assert 'aria-describedby="refund-why"' in page
    assert "Nothing is left to refund." in page
    assert "Refunded</span>" in rows(get(alice_client, "/orders/"))[0]
    assert len(rows(get(alice_client, "/orders/", status="captured"))) == 1


def test_a_refund_in_flight_is_explained_once(alice_client: Client, order: Order) -> None:
    request_refund(order.pk, key="r", access=None, by=Actor.system(), at=clock.now())
    page = get(alice_client, f"/orders/{order.pk}/")
    assert 'id="refund-why"' not in page
    assert page.count('aria-describedby="capture-why"') == 1


LIMITS = [
    ({"free-0-amount": "9000", "free-0-name": "x"}, "Refund can be at most 1,390.86 SEK at 25%"),
    ({"fee-amount": "9000"}, "A return fee must be less than what is refunded."),
    ({"fee-amount": "x"}, "Enter an amount such as"),
    ({"free-0-amount": "1"}, "Enter a name for the amount."),
    ({"reason": "x" * 201}, "at most 200 characters"),
]


@pytest.mark.parametrize(("change", "words"), LIMITS)
def test_limits_are_named_and_the_input_stays(
    alice_client: Client, order: Order, change: dict[str, str], words: str
) -> None:
    form = only(order, dialog(alice_client, order, "refund"), Serving=1) | change
    answer = send(alice_client, order, form, PATH)
    assert answer.status_code == 422
    assert words in text(answer)
    kept = parts_of(answer.content.decode())
    assert all(kept[name] == value for name, value in change.items())
    assert not Operation.objects.filter(order=order, kind="refund").exists()


def test_more_units_than_were_captured_are_refused(alice_client: Client, order: Order) -> None:
    form = only(order, dialog(alice_client, order, "refund"), Serving=3)
    answer = send(alice_client, order, form, PATH)
    assert answer.status_code == 422
    assert "At most 2 are left." in text(answer)


def test_lines_of_several_captures_are_one_row(alice_client: Client, acme: Company) -> None:
    order = placed_order(acme.store)
    first = updated(alice_client, order, only(order, dialog(alice_client, order), Serving=1))
    send(alice_client, order, first)
    send(alice_client, order, dialog(alice_client, order))
    page = get(alice_client, f"/orders/{order.pk}/refund/")
    assert page.count("Quantity of Serving bowl") == 1
    assert "of 2</span>" in page
    send(alice_client, order, fill(alice_client, order, Serving=2), PATH)
    captures = Operation.objects.get(order=order, kind="refund").lines.values_list("capture_id", flat=True)
    assert len(set(captures)) == 2


def test_the_same_form_twice_refunds_once(alice_client: Client, order: Order) -> None:
    form = fill(alice_client, order, Serving=1)
    answers = [send(alice_client, order, form, PATH) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert "had been sent already" in text(answers[1])
    assert Operation.objects.filter(order=order, kind="refund").count() == 1


def test_a_stale_refund_does_nothing_and_shows_the_new_numbers(
    alice_client: Client, bob_client: Client, order: Order
) -> None:
    late = fill(bob_client, order, {"reason": "Bob's"}, Serving=2)
    send(alice_client, order, fill(alice_client, order, Serving=1), PATH)
    answer = send(bob_client, order, late, PATH)
    assert answer.status_code == 409
    assert "changed since you opened it" in text(answer)
    assert "At most 1 are left." in text(answer)
    assert parts_of(answer.content.decode())["reason"] == "Bob's"
    assert Operation.objects.filter(order=order, kind="refund").count() == 1


def test_a_declined_refund_is_said_in_the_dialog(
    alice_client: Client, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = Result(Outcome.DECLINED, code="insufficient_funds", message="Insufficient funds")
    monkeypatch.setattr("orders.operations._send", lambda _operation: result)
    answer = send(alice_client, order, fill(alice_client, order, Serving=1), PATH)
    assert answer.status_code == 409
    assert "nothing was refunded: Insufficient funds" in text(answer)
    order.refresh_from_db()
    assert (order.refunded_amount, order.refunding_amount) == (0, 0)


def test_money_on_its_way_back_is_shown(alice_client: Client, order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.operations._send", lambda _operation: Result(Outcome.UNKNOWN))
    page = text(send(alice_client, order, fill(alice_client, order, Serving=1), PATH))
    assert "Being refunded" in page
    assert "what became of the refund" in page
    assert "Refunded 677.34" not in page


def test_a_viewer_has_no_button_and_is_refused(vera_client: Client, order: Order) -> None:
    assert "/refund/" not in get(vera_client, f"/orders/{order.pk}/")
    answer: Any = vera_client.post(f"/orders/{order.pk}/{PATH}", {"key": str(uuid.uuid4()), "version": "1"})
    assert answer.status_code == 403
    assert "Refund orders" in text(answer)


@pytest.mark.parametrize("path", ["refund/", "refunds/", "refunds/preview/", "captures/preview/"])
def test_a_stranger_is_told_nothing(charlie_client: Client, order: Order, path: str) -> None:
    ask = charlie_client.get if path == "refund/" else charlie_client.post
    assert ask(f"/orders/{order.pk}/{path}").status_code == 404


def test_an_uncaptured_order_offers_no_refund(alice_client: Client, acme: Company) -> None:
    order = placed_order(acme.store)
    assert "/refund/" not in get(alice_client, f"/orders/{order.pk}/")
    page = get(alice_client, f"/orders/{order.pk}/refund/")
    assert "Nothing has been captured that could be refunded." in page
    assert 'name="confirmed"' not in page


def test_a_damaged_form_does_nothing(alice_client: Client, order: Order) -> None:
    answer = send(alice_client, order, {"key": "x", "version": "1", "confirmed": "1"}, PATH)
    assert answer.status_code == 409
    assert "damaged" in text(answer)


def test_what_a_dispute_holds_is_said_and_not_refunded(alice_client: Client, order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(charged_back_amount=150000)
    opened = get(alice_client, f"/orders/{order.pk}/refund/")
    assert "A dispute holds 1,500.00 SEK of this order." in opened
    assert re.search(r"Left to refund after this.*568\.20", opened, re.DOTALL)
    form = only(order, dialog(alice_client, order, "refund"), Serving=1)
    answer = send(alice_client, order, form | {"confirmed": "67734"}, PATH)
    assert answer.status_code == 422
    assert "Refund can be at most 568.20 SEK. A dispute holds 1,500.00 SEK of this order." in text(answer)
    assert not Operation.objects.filter(order=order, kind="refund").exists()
    amount = {"free-0-amount": "568.20", "free-0-rate": "2500", "free-0-name": "Goodwill"}
    assert "Refunded 568.20 SEK." in text(send(alice_client, order, fill(alice_client, order, amount), PATH))
    ended = get(alice_client, f"/orders/{order.pk}/refund/", target="dialog")
    assert "What is left is held by a dispute, and cannot be refunded." in ended


def test_a_fee_does_not_get_round_what_a_dispute_holds(alice_client: Client, order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(charged_back_amount=150000)
    fee = {"fee-amount": "1500.01", "fee-rate": "2500"}
    all_lines = only(order, dialog(alice_client, order, "refund"), Serving=2, Linen=1, Home=1) | fee
    answer = send(alice_client, order, all_lines | {"confirmed": "56819"}, PATH)
    assert answer.status_code == 422
    limit = "Refund can be at most 568.20 SEK before the return fee. A dispute holds 1,500.00 SEK of this order."
    assert limit in text(answer)
    assert not Operation.objects.filter(order=order, kind="refund").exists()


def test_a_dispute_opened_meanwhile_is_said_where_it_was_confirmed(alice_client: Client, order: Order) -> None:
    form = fill(alice_client, order, Serving=1)
    Order.objects.filter(pk=order.pk).update(charged_back_amount=150000, version=order.version + 1)
    answer = send(alice_client, order, form, PATH)
    assert answer.status_code == 409
    assert "A dispute holds 1,500.00 SEK of this order." in text(answer)
    assert not Operation.objects.filter(order=order, kind="refund").exists()


def test_ending_an_order_says_what_a_dispute_holds(alice_client: Client, order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(charged_back_amount=150000)
    page = get(alice_client, f"/orders/{order.pk}/cancel/", target="dialog")
    assert "A dispute holds 1,500.00 SEK: that is not refunded." in page
    assert "refund 568.20 SEK</button>" in page
