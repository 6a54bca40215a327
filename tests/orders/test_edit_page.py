"""Editing an order's lines from the screen, with and without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from common import clock
from orders.actions.capture import capture_order
from orders.actions.let_go import cancel_order
from orders.models import Line, Order
from orders.selection import Selection
from sandbox.actions import controls
from sandbox.models import Behaviour
from tests import builders
from tests.cast import Company
from tests.orders.line_edits import ALICE, confirmed, grid_of, lines, opened, previewed, send, text, without
from tests.orders.pages import get, quick_order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order(acme: Company) -> Order:
    return builders.placed_order(acme.store)


def _capture(order: Order) -> None:
    capture_order(order.pk, key="c", access=None, by=ALICE, at=clock.now())


def test_the_pen_opens_the_lines_as_they_are(alice_client: Client, order: Order) -> None:
    details = get(alice_client, f"/orders/{order.pk}/details/", target="drawer")
    assert f'hx-get="/orders/{order.pk}/edit/"' in details
    assert 'aria-label="Edit order"' in details
    form = opened(alice_client, order)
    assert (form["line-0-name"], form["line-0-quantity"], form["line-0-unit_price"]) == (
        "Serving bowl, sea green 24 cm",
        "2",
        "749.00",
    )
    assert (form["line-3-type"], form["line-3-unit_price"]) == ("discount", "218.80")
    assert form["tells_customer"] == "on"


def test_the_preview_says_old_new_difference_and_what_happens(alice_client: Client, order: Order) -> None:
    page = previewed(alice_client, order, without(opened(alice_client, order), "Linen"))
    for words in ("Total before", "2,068.20", "−690.00", "1,378.20", "VAT included, 25%", "275.64"):
        assert words in page
    assert "Card goes on holding 2,068.20 SEK. 690.00 SEK of it is released with the last capture." in page
    assert "Save, new total 1,378.20 SEK" in page
    assert Order.objects.get(pk=order.pk).version == order.version


def test_it_is_the_details_tab_in_place(alice_client: Client, order: Order) -> None:
    page = get(alice_client, f"/orders/{order.pk}/edit/", target="drawer", q="FJB")
    assert page.lstrip().startswith('<a class="shade"')
    details = f"/orders/{order.pk}/details/?q=FJB"
    assert f'href="{details}" hx-get="{details}" hx-target="#drawer" hx-push-url="true" aria-current="page"' in page
    assert f'href="{details}" data-discard hx-get="{details}"' in page  # Discard leads back
    assert f'hx-post="/orders/{order.pk}/edit/?q=FJB" hx-target="#drawer"' in page
    assert "No changes yet" in page
    assert "Save changes" in page
    assert 'class="drawer alone"' in get(alice_client, f"/orders/{order.pk}/edit/")


def test_references_and_lines_are_saved_in_one_wish(alice_client: Client, order: Order) -> None:
    form = without(opened(alice_client, order), "Linen") | {"merchant_reference2": "PO 77-2291"}
    page = previewed(alice_client, order, form)
    assert "2,068.20 → 1,378.20, −690.00" in page
    assert "Before: empty" in page
    assert confirmed(alice_client, order, form).status_code == 200
    assert (order.amount, order.merchant_reference2) == (137820, "PO 77-2291")
    kinds = list(order.events.order_by("seq").values_list("kind", flat=True))
    assert kinds[-2:] == ["references.edited", "order.edited"]
    again = send(alice_client, order, form | {"confirmed": "137820"})
    assert "This form had been sent already. Nothing new was done." in text(again)
    assert order.events.filter(kind="references.edited").count() == 1


def test_lines_that_cannot_be_saved_leave_the_references_as_they_were(alice_client: Client, order: Order) -> None:
    form = opened(alice_client, order) | {"merchant_reference1": "FJB-77", "line-0-quantity": "3"}
    answer = send(alice_client, order, form | {"confirmed": "281720"})
    order.refresh_from_db()
    assert (answer.status_code, order.merchant_reference1) == (422, "FJB-10498")
    assert "Card cannot reserve more" in text(answer)
    assert grid_of(text(answer))["merchant_reference1"] == "FJB-77"
    form["version"] = str(order.version - 1)
    answer = send(alice_client, order, without(form, "Linen") | {"confirmed": "1"})
    order.refresh_from_db()
    assert (answer.status_code, order.merchant_reference1, order.revision) == (409, "FJB-10498", 1)


def test_a_no_of_the_gateway_says_that_the_references_were_saved(alice_client: Client, acme: Company) -> None:
    order = builders.placed_order(acme.store, method="klarna")
    controls.set_behaviour(Behaviour.Kind.DECLINE, at=clock.now(), times=1)
    form = opened(alice_client, order) | {"line-0-quantity": "3", "merchant_reference2": "PO 1"}
    answer = confirmed(alice_client, order, form)
    assert answer.status_code == 409
    assert "The bank said no. The references were saved, the lines were not." in text(answer)
    assert (order.amount, order.merchant_reference2) == (builders.TOTAL, "PO 1")
    assert grid_of(text(answer))["line-0-quantity"] == "3"
    assert confirmed(alice_client, order, grid_of(text(answer))).status_code == 200
    assert order.amount == builders.TOTAL + 74900


def test_more_than_a_card_holds_is_said_while_typing(alice_client: Client, order: Order) -> None:
    page = previewed(alice_client, order, opened(alice_client, order) | {"line-0-quantity": "3"})
    assert "Card cannot reserve more than the 2,068.20 SEK it holds. The lines come to 2,817.20 SEK" in page
    assert f'href="/links/new/?from={order.pk}"' in page


def test_klarna_is_asked_in_words(alice_client: Client, acme: Company) -> None:
    order = builders.placed_order(acme.store, method="klarna")
    form = opened(alice_client, order)
    assert "Klarna is asked to reserve 749.00 SEK more." in previewed(
        alice_client, order, form | {"line-0-quantity": "3"}
    )
    assert "Klarna is asked to reserve 690.00 SEK less." in previewed(alice_client, order, without(form, "Linen"))
    assert "What it has reserved stays the same." in previewed(alice_client, order, form | {"line-0-name": "Bowl"})


def test_saved_beside_the_list_it_shows_what_changed(alice_client: Client, order: Order) -> None:
    form = opened(alice_client, order) | {"line-0-quantity": "1", "line-1-name": "Apron"}
    answer = confirmed(alice_client, order, form)
    assert answer.status_code == 200
    assert order.amount == 131920
    assert "Order edited. The total is now 1,319.20 SEK." in text(answer)
    page = get(alice_client, f"/orders/{order.pk}/", target="drawer")
    for words in ("Order edited", "1 × 749.00, before 2 × 749.00", "Apron, before Linen apron", "Total before"):
        assert words in page
    assert "749.00 SEK more is reserved than the total" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert "Released with the last capture" in page


def test_it_works_without_scripts(alice_client: Client, order: Order) -> None:
    path = f"/orders/{order.pk}/edit/"
    form = grid_of(get(alice_client, path))
    added = alice_client.post(path, {**_pressed(form), "do": "add_discount"})
    form = grid_of(added.content.decode())
    assert form["line-4-type"] == "discount"
    form |= {"line-4-name": "Sorry", "line-4-unit_price": "10%"}
    wrong = alice_client.post(path, form)
    assert wrong.status_code == 422
    assert "The new total is 1,849.40 SEK. Nothing was done; look at it and save again." in text(wrong)
    form = grid_of(wrong.content.decode())
    saved = alice_client.post(path, form)
    order.refresh_from_db()
    assert (saved.status_code, order.amount) == (302, 184940)
    assert ("Sorry", 1, -21880) in lines(order)
    removed = alice_client.post(path, {**_pressed(grid_of(get(alice_client, path))), "do": "remove:1"})
    assert "Linen" not in text(removed)


def _pressed(form: dict[str, str]) -> dict[str, str]:
    """The form sent with another of its buttons."""
    return {name: value for name, value in form.items() if name != "confirmed"}


def test_what_cannot_be_read_is_said_at_its_cell_and_kept(alice_client: Client, order: Order) -> None:
    form = opened(alice_client, order) | {"line-0-quantity": "two", "line-1-name": ""}
    answer = send(alice_client, order, form)
    page = text(answer)
    assert answer.status_code == 422
    assert '<a href="#line-0-quantity">Line 1, Qty</a>: Enter a whole number, such as 2.' in page
    assert '<a href="#line-1-name">Line 2, Item</a>: Enter what the customer buys.' in page
    assert 'value="two"' in page


def test_nothing_changed_is_said(alice_client: Client, order: Order) -> None:
    answer = send(alice_client, order, opened(alice_client, order))
    assert answer.status_code == 422
    assert "Nothing was changed." in text(answer)


def test_an_old_form_does_nothing_shows_the_new_numbers_and_keeps_the_input(
    alice_client: Client, order: Order
) -> None:
    form = opened(alice_client, order) | {"line-1-name": "Apron, corrected"}
    bowl = Line.objects.get(order=order, name__startswith="Serving").pk
    capture_order(order.pk, key="c", access=None, by=ALICE, at=clock.now(), selection=Selection({bowl: 1}))
    answer = send(alice_client, order, form)
    page = text(answer)
    order.refresh_from_db()
    assert (answer.status_code, order.revision) == (409, 1)
    assert "The order has changed" in page or "Nothing was done" in page
    assert 'value="Apron, corrected"' in page
    assert "Captured, locked" in page
    assert grid_of(answer.content.decode())["version"] == str(order.version)


def test_posted_twice_it_is_done_once(alice_client: Client, order: Order) -> None:
    form = without(opened(alice_client, order), "Linen")
    confirmed(alice_client, order, form)
    again = send(alice_client, order, form | {"confirmed": "137820"})
    assert "This form had been sent already. Nothing new was done." in text(again)
    order.refresh_from_db()
    assert (order.revision, order.events.filter(kind="order.edited").count()) == (2, 1)


def test_a_no_of_the_gateway_is_said_with_its_words_and_the_input_stays(alice_client: Client, acme: Company) -> None:
    order = builders.placed_order(acme.store, method="klarna")
    controls.set_behaviour(Behaviour.Kind.DECLINE, at=clock.now(), times=1)
    answer = confirmed(alice_client, order, opened(alice_client, order) | {"line-0-quantity": "3"})
    page = text(answer)
    assert answer.status_code == 409
    assert "The gateway declined the new total of 2,817.20 SEK: The bank said no. Nothing was changed." in page
    assert grid_of(answer.content.decode())["line-0-quantity"] == "3"
    assert order.amount == builders.TOTAL


def test_silence_is_said_in_the_drawer_and_stands_in_the_way(alice_client: Client, acme: Company) -> None:
    order = builders.placed_order(acme.store, method="klarna")
    controls.set_behaviour(Behaviour.Kind.TIMEOUT_AFTER, at=clock.now(), times=1)
    page = text(confirmed(alice_client, order, opened(alice_client, order) | {"line-0-quantity": "3"}))
    assert "We do not know yet what became of the change of the total" in page
    assert "the total being changed to 2,817.20" in page.replace("\N{NO-BREAK SPACE}", " ")
    shown = text(alice_client.get(f"/orders/{order.pk}/edit/"))
    assert "We do not know yet what became of the change of the total. We keep asking the gateway." in shown
    assert 'name="line-0-name"' not in shown


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("captured", "Everything has been captured, and captured lines stay as they are."),
        ("cancelled", "The order was cancelled."),
        ("under review", "The payment is under review until the gateway has decided."),
        ("pending", "The customer has not paid yet: amend the order and send it again instead."),
        ("over", "The authorization has expired, and nothing is reserved any more."),
    ],
)
def test_a_status_that_forbids_it_says_why(alice_client: Client, acme: Company, status: str, why: str) -> None:
    order = _in(acme, status)
    for path in ("details/", "edit/"):
        assert why in text(alice_client.get(f"/orders/{order.pk}/{path}"))
    form = {"key": "1" * 32, "version": str(order.version), "confirmed": "100", "line-0-type": "physical"}
    typed = {"line-0-name": "Vase", "line-0-quantity": "1", "line-0-unit_price": "1", "line-0-tax_rate": "25"}
    answer = send(alice_client, order, form | typed)
    assert answer.status_code in {409, 422}
    assert why in text(answer)
    assert Order.objects.get(pk=order.pk).revision == 1


def _in(acme: Company, status: str) -> Order:
    if status == "pending":
        return Order.objects.get(pk=builders.system_link(acme.store).order_id)
    if status == "under review":
        return builders.paid(builders.system_link(acme.store), "review", method="klarna")
    if status == "over":
        return quick_order(acme.store, clock.now(), expires_at=clock.now())
    order = builders.placed_order(acme.store)
    if status == "captured":
        _capture(order)
    else:
        wish: dict[str, Any] = {"key": "x", "access": None, "by": ALICE, "at": clock.now(), "tells_customer": False}
        cancel_order(order.pk, **wish)
    order.refresh_from_db()
    return order


def test_a_stranger_finds_nothing_and_a_viewer_has_no_pen(
    charlie_client: Client, vera_client: Client, order: Order
) -> None:
    path = f"/orders/{order.pk}/edit/"
    assert charlie_client.get(path).status_code == 404
    assert charlie_client.post(path, {}).status_code == 404
    assert charlie_client.post(f"{path}preview/", {}).status_code == 404
    assert vera_client.get(path).status_code == 403
    assert "Edit order" not in get(vera_client, f"/orders/{order.pk}/details/")
