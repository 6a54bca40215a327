"""Capturing from the screen: what is asked, what is answered."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from orders.models import Operation, Order
from payments.gateway import Outcome, Result
from tests.builders import captured_order, placed_order
from tests.cast import Company
from tests.orders.pages import HTMX, get, parts_of, quick_order

pytestmark = pytest.mark.django_db(transaction=True)
SUM = "2,068.20 SEK"


@pytest.fixture
def order(acme: Company) -> Order:
    return placed_order(acme.store)


def form_of(client: Client, order: Order) -> dict[str, str]:
    """The dialog as it stands now, sent as it is: everything that is left."""
    return parts_of(get(client, f"/orders/{order.pk}/capture/", target="dialog", beside="1"))


def post(client: Client, order: Order, form: dict[str, str], *, beside: bool = True) -> Any:
    headers = {**HTMX, "HTTP_HX_TARGET": "drawer"} if beside else {}
    return client.post(f"/orders/{order.pk}/captures/?q=FJB", form, **headers)


def test_the_dialog_names_lines_and_sum(alice_client: Client, order: Order) -> None:
    dialog = get(alice_client, f"/orders/{order.pk}/capture/", target="dialog", beside="1")
    assert "<html" not in dialog
    for words in (f"Capture {SUM}</button>", f"Capturing {SUM}…", "Serving bowl", "is charged", 'hx-target="#drawer"'):
        assert words in dialog
    page = get(alice_client, f"/orders/{order.pk}/capture/")
    assert f"Capture {SUM}</button>" in page
    assert 'hx-target="#drawer"' not in page


def test_a_capture_answers_the_fresh_drawer_with_a_toast(alice_client: Client, order: Order) -> None:
    answer = post(alice_client, order, form_of(alice_client, order))
    body = answer.content.decode()
    order.refresh_from_db()
    assert (answer.status_code, order.status) == (200, "captured")
    assert f"Captured {SUM}." in body
    assert "innerHTML:#toasts" in body
    assert f'id="order-{order.pk}" aria-current="true" hx-swap-oob="true"' in body
    assert 'class="drawer"' in body


def test_without_scripts_it_returns_to_the_order(alice_client: Client, order: Order) -> None:
    answer = post(alice_client, order, form_of(alice_client, order), beside=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/orders/{order.pk}/?q=FJB")
    assert f"Captured {SUM}." in get(alice_client, answer.headers["Location"])


def test_the_same_form_twice_captures_once(alice_client: Client, order: Order) -> None:
    form = form_of(alice_client, order)
    first, second = post(alice_client, order, form), post(alice_client, order, form)
    assert (first.status_code, second.status_code) == (200, 200)
    assert Operation.objects.filter(order=order, kind="capture").count() == 1


def test_two_people_capture_once_and_the_second_sees_why(
    alice_client: Client, bob_client: Client, order: Order
) -> None:
    late = form_of(bob_client, order)
    post(alice_client, order, form_of(alice_client, order))
    answer = post(bob_client, order, late)
    body = answer.content.decode()
    assert answer.status_code == 409
    assert "The order has changed since you opened it." in body
    assert "Captured by alice@acme.example, " in body
    assert "<p>Everything has been captured.</p>" in body
    assert answer.headers["HX-Retarget"] == "#dialog"
    assert f"Capture {SUM}</button>" not in body
    refresh = bob_client.get(f"/orders/{order.pk}/state/", {"q": "FJB", "version": "0"}, **HTMX)
    assert f'hx-get="/orders/{order.pk}/state/?q=FJB&amp;version=0"' in body
    assert refresh.headers["HX-Retarget"] == "#drawer"
    assert "innerHTML" in refresh.headers["HX-Reswap"]
    assert 'id="dialog"' not in refresh.content.decode()


def test_a_stale_form_gets_fresh_numbers(alice_client: Client, order: Order) -> None:
    form = form_of(alice_client, order)
    Order.objects.filter(pk=order.pk).update(version=order.version + 1)
    answer = post(alice_client, order, form)
    body = answer.content.decode()
    assert answer.status_code == 409
    assert "changed since you opened it" in body
    assert f'name="version" value="{order.version + 1}"' in body
    assert form["key"] not in body


def test_a_damaged_form_does_nothing(alice_client: Client, order: Order) -> None:
    answer = post(alice_client, order, {"key": "x", "version": "1"}, beside=False)
    assert answer.status_code == 409
    assert not Operation.objects.filter(order=order, kind="capture").exists()


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (Result(Outcome.UNKNOWN), "We do not know yet"),
        (Result(Outcome.PENDING), "We do not know yet"),
        (Result(Outcome.DECLINED, code="do_not_honour", message="Do not honour"), "Do not honour"),
    ],
)
def test_what_did_not_work_or_is_not_known_is_said_in_place(
    alice_client: Client, order: Order, monkeypatch: pytest.MonkeyPatch, result: Result, words: str
) -> None:
    monkeypatch.setattr("orders.operations._send", lambda _operation: result)
    answer = post(alice_client, order, form_of(alice_client, order))
    body = answer.content.decode()
    assert answer.status_code == 200
    assert words in body
    assert "Captured 2" not in body
    assert (f"/orders/{order.pk}/state/" in body) is (result.outcome != Outcome.DECLINED)


def test_while_in_flight_the_drawer_asks_until_something_changed(
    alice_client: Client, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orders.operations._send", lambda _operation: Result(Outcome.UNKNOWN))
    post(alice_client, order, form_of(alice_client, order))
    order.refresh_from_db()
    page = get(alice_client, f"/orders/{order.pk}/")
    assert "aria-disabled" in page
    state = f"/orders/{order.pk}/state/"
    assert alice_client.get(state, {"version": order.version}, **HTMX).status_code == 204
    changed = alice_client.get(state, {"version": order.version - 1}, **HTMX)
    assert changed.headers["HX-Retarget"] == "#drawer"
    alone = alice_client.get(state, {"version": order.version - 1, "alone": "1"}, **HTMX)
    assert alone.headers["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("shown", "current"),
    [
        ("?q=FJB&kind=contact", 'aria-current="true">Links and messages'),
        ("?q=FJB", 'aria-current="true">All'),
        ("details/?q=FJB", 'aria-current="page">Details'),
        ("customer/?q=FJB", 'aria-current="page">Customer'),
    ],
)
def test_its_answer_stays_on_the_tab_and_the_kind_that_are_shown(
    alice_client: Client, order: Order, shown: str, current: str
) -> None:
    address = f"https://shop.example/orders/{order.pk}/{shown}"
    changed = alice_client.get(
        f"/orders/{order.pk}/state/", {"q": "FJB", "version": "0"}, **HTMX, HTTP_HX_CURRENT_URL=address
    )
    assert current in changed.content.decode()


def test_a_viewer_has_no_button_and_is_refused(vera_client: Client, order: Order) -> None:
    assert "/capture/" not in get(vera_client, f"/orders/{order.pk}/")
    assert vera_client.get(f"/orders/{order.pk}/capture/").status_code == 403
    answer = post(vera_client, order, {"key": str(uuid.uuid4()), "version": "1"}, beside=False)
    assert answer.status_code == 403
    assert "Capture orders" in answer.content.decode()


def test_a_stranger_is_told_nothing(charlie_client: Client, order: Order) -> None:
    answer = post(charlie_client, order, {"key": str(uuid.uuid4()), "version": "1"}, beside=False)
    assert answer.status_code == 404


def test_an_order_under_review_says_why_it_waits(alice_client: Client, acme: Company, at: Any) -> None:
    order = quick_order(acme.store, at, is_under_review=True)
    page = get(alice_client, f"/orders/{order.pk}/")
    assert 'aria-describedby="capture-why"' in page
    assert "under review" in page


def test_a_captured_order_offers_no_capture(alice_client: Client, acme: Company) -> None:
    order = captured_order(acme.store)
    assert "/capture/" not in get(alice_client, f"/orders/{order.pk}/")
