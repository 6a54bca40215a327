"""The create form through HTTP: what is read, what is refused, and that it creates once."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Store
from common import clock
from messaging.models import Message
from orders.models import Order
from paylinks.models import PaymentLink
from payments.actions import connect_sandbox
from tests.paylinks.typed import filled, line, send


@pytest.fixture
def ready(store: Store) -> Store:
    connect_sandbox(store, clock.now())
    return store


def only_order() -> Order:
    return Order.objects.get()


def test_a_filled_form_creates_the_order_and_goes_on_to_its_page(alice_client: Client, ready: Store):
    answer = send(alice_client, filled(ready))
    link = PaymentLink.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/links/{link.pk}/created/"
    assert (link.recipient, link.created_by) == ("frida.nystrom@example.com", "alice@acme.example")
    order = only_order()
    assert (order.amount, order.currency, order.tax_amount) == (149800, "SEK", 29960)
    assert Message.objects.filter(subject_id=link.pk, state="queued").exists()


def test_the_same_form_sent_twice_creates_one_order_and_says_so(alice_client: Client, ready: Store):
    form = filled(ready)
    first = send(alice_client, form)
    second = send(alice_client, form, follow=True)
    assert second.redirect_chain[0][0] == first["Location"]
    assert Order.objects.count() == 1
    assert "Nothing new was created" in second.content.decode()


def test_the_page_after_creating_shows_who_until_when_and_how_else(alice_client: Client, ready: Store):
    page = send(alice_client, filled(ready), follow=True).content.decode()
    assert "frida.nystrom@example.com" in page
    assert '<svg class="qr"' in page
    order = only_order()
    for name, value in (("Order ID", order.pk), ("Reference", order.reference)):
        assert f'<dt>{name}</dt><dd>\n<button class="copy" type="button" data-copy="{value}"' in page
    assert page.count('<path d="M') == 1
    assert "data-copy=" in page
    assert "style=" not in page


def test_errors_stand_in_a_summary_and_beside_their_fields_and_nothing_is_lost(alice_client: Client, ready: Store):
    form = filled(ready, recipient="frida@", merchant_reference2="Kept") | line(unit_price="abc", name="")
    answer = send(alice_client, form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error: Create order" in page
    assert 'href="#id_recipient"' in page
    assert 'href="#line-0-unit_price"' in page
    assert page.count("This is not an e-mail address.") == 2
    assert page.count("Enter what the customer buys.") == 2
    assert 'value="abc"' in page
    assert 'value="Kept"' in page
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("typed", "minor"),
    [("749", 74900), ("1 234,50", 123450), ("1.234,50", 123450), ("1,234.50", 123450), ("1234.5", 123450)],
)
def test_prices_are_read_as_people_type_them(alice_client: Client, ready: Store, typed: str, minor: int):
    send(alice_client, filled(ready) | line(unit_price=typed, quantity="1"))
    assert only_order().amount == minor


@pytest.mark.parametrize("typed", ["1.234", "12,345.678", "1,2,3", "-5"])
def test_prices_nobody_can_be_sure_of_are_refused(alice_client: Client, ready: Store, typed: str):
    answer = send(alice_client, filled(ready) | line(unit_price=typed))
    assert answer.status_code == 422
    assert not Order.objects.exists()


@pytest.mark.parametrize("typed", ["218.80", "-218.80", "−218,80"])
def test_a_discount_line_is_negative_however_it_was_typed(alice_client: Client, ready: Store, typed: str):
    discount = line(1, type="discount", name="Returning customer", quantity="1", unit_price=typed)
    send(alice_client, filled(ready) | discount)
    assert only_order().amount == 149800 - 21880


def test_a_percentage_on_a_discount_line_is_taken_of_the_goods_without_shipping(alice_client: Client, ready: Store):
    form = filled(ready) | line(1, type="shipping_fee", name="Home", quantity="1", unit_price="99")
    form |= line(2, type="discount", name="Ten", quantity="1", unit_price="10 %")
    send(alice_client, form)
    assert only_order().amount == 149800 + 9900 - 14980


def test_a_discount_without_vat_is_split_over_the_rates_of_the_goods(alice_client: Client, ready: Store):
    form = filled(ready) | line(quantity="1", unit_price="100")
    form |= line(1, name="Book", quantity="1", unit_price="50", tax_rate="6")
    form |= line(2, type="discount", name="Off", quantity="1", unit_price="10", tax_rate="")
    send(alice_client, form)
    parts = only_order().lines.filter(type="discount").values_list("tax_rate", "total_amount")
    assert sorted(parts) == [(600, -333), (2500, -667)]


@pytest.mark.parametrize(("typed", "off"), [("10 %", 14980), ("100", 10000), ("12,5%", 18725)])
def test_a_lines_discount_is_an_amount_or_a_percentage(alice_client: Client, ready: Store, typed: str, off: int):
    send(alice_client, filled(ready) | line(discount=typed))
    order = only_order()
    assert order.amount == 149800 - off
    assert order.lines.get().discount_amount == off


def test_a_discount_above_the_price_is_refused(alice_client: Client, ready: Store):
    page = send(alice_client, filled(ready) | line(discount="2000")).content.decode()
    assert "at most the price of the line" in page


def test_blank_lines_are_left_out_but_one_line_is_needed(alice_client: Client, ready: Store):
    blank = line(1, name="", reference="", unit_price="")
    send(alice_client, filled(ready) | blank)
    assert only_order().lines.count() == 1
    page = send(alice_client, filled(ready) | line(name="", reference="", unit_price="")).content.decode()
    assert "Add at least one line." in page


def test_more_than_a_hundred_lines_are_refused(alice_client: Client, ready: Store):
    form = filled(ready)
    for key in range(101):
        form |= line(key)
    answer = send(alice_client, form)
    assert answer.status_code == 422
    assert "at most 100 lines" in answer.content.decode()


def test_the_hundred_and_first_line_is_not_added_and_the_limit_said(alice_client: Client, ready: Store):
    form = filled(ready)
    for key in range(100):
        form |= line(key)
    page = send(alice_client, form | {"do": "add"}).content.decode()
    assert ('name="line-99-name"' in page, 'name="line-100-name"' in page) == (True, False)
    assert " data-when-full>An order can have at most 100 lines.<" in page


def test_a_total_of_nothing_is_refused(alice_client: Client, ready: Store):
    answer = send(alice_client, filled(ready) | line(unit_price="0"))
    assert "The total must be above 0." in answer.content.decode()
