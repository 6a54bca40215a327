"""Duplicating an order: the create form filled in with what it was, not with what became of it."""

from __future__ import annotations

import html
import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import Store
from common import clock
from common.actor import Actor
from common.money import parse
from orders.actions.expire import expire_authorizations
from orders.actions.let_go import cancel_order
from orders.actions.refund import refund_order
from orders.models import Line, Order
from paylinks.actions.cancel import cancel_link
from paylinks.forms.duplicate import typed
from tests import builders
from tests.cast import Company
from tests.paylinks.typed import confirmed

pytestmark = pytest.mark.django_db(transaction=True)


def _pending(store: Store) -> Order:
    return builders.system_link(store).order


def _review(store: Store) -> Order:
    return builders.paid(builders.system_link(store), "review")


def _refunded(store: Store) -> Order:
    order = builders.captured_order(store)
    refund_order(order.pk, key="r", access=None, by=Actor.system(), at=clock.now())
    return order


def _cancelled(store: Store) -> Order:
    order = builders.placed_order(store)
    cancel_order(order.pk, key="c", access=None, by=Actor.system(), at=clock.now(), tells_customer=False)
    return order


def _expired(store: Store) -> Order:
    order = builders.placed_order(store)
    with time_machine.travel(clock.now() + timedelta(days=8)):
        expire_authorizations(clock.now())
    return order


def _fields(page: str) -> dict[str, str]:
    """Every named input of the form with its value."""
    found = {}
    for tag in re.findall(r"<input[^>]+>", page.split("<template", maxsplit=1)[0]):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name:
            found[name[1]] = html.unescape(value[1]) if value else ""
    return found


def _open(client: Client, order: Order) -> str:
    answer = client.get(f"/links/new/?from={order.pk}")
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


@pytest.mark.parametrize(
    "make", [_pending, _review, builders.placed_order, builders.captured_order, _refunded, _cancelled, _expired]
)
def test_an_order_of_any_status_fills_the_form(alice_client: Client, acme: Company, make: object) -> None:
    order: Order = make(acme.store)  # type: ignore[operator]
    page = _open(alice_client, order)
    fields = _fields(page)
    assert (fields["recipient"], fields["merchant_reference1"]) == ("frida.nystrom@example.com", "FJB-10498")
    assert (fields["line-0-name"], fields["line-0-quantity"], fields["line-0-unit_price"]) == (
        "Serving bowl, sea green 24 cm",
        "2",
        "749.00",
    )
    assert fields["line-3-unit_price"] == "218.80"
    assert "2,068.20" in page
    for history in ("Refunded", "Captured", "Cancelled", "Visa"):
        assert history not in page


def test_what_is_sent_from_it_is_a_new_order_of_the_same_sum(alice_client: Client, acme: Company) -> None:
    order = _cancelled(acme.store)
    page = _open(alice_client, order)
    line_types = {f"line-{number}-type": line.type for number, line in enumerate(order.lines.all())}
    shown = {"confirmed": confirmed(page)}
    posted = {**_fields(page), **line_types, **shown, "store": acme.store.mid, "country": "SE", "do": "create"}
    answer = alice_client.post("/links/new/", posted)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    new = Order.objects.exclude(pk=order.pk).get()
    assert (new.amount, new.status, new.captured_amount) == (order.amount, "pending", 0)
    same = ("type", "name", "reference", "quantity", "unit_price", "tax_rate", "total_amount", "tax_amount")
    assert list(new.lines.values_list(*same)) == list(order.lines.values_list(*same))


def test_another_merchants_order_and_nonsense_are_not_there(
    charlie_client: Client, alice_client: Client, acme: Company
) -> None:
    order = _pending(acme.store)
    assert charlie_client.get(f"/links/new/?from={order.pk}").status_code == 404
    for name in (uuid.uuid4(), "nonsense"):
        assert alice_client.get(f"/links/new/?from={name}").status_code == 404


def test_a_reader_may_not(vera_client: Client, acme: Company) -> None:
    assert vera_client.get(f"/links/new/?from={_pending(acme.store).pk}").status_code == 403


def test_a_store_without_terms_keeps_what_was_filled_in(alice_client: Client, acme: Company) -> None:
    order = _pending(acme.store)
    Store.objects.filter(pk=acme.store.pk).update(terms_url="")
    assert "Add your terms" in _open(alice_client, order)


@pytest.mark.parametrize("locale", ["en", "sv", "de", "fi"])
@pytest.mark.parametrize(("currency", "minor"), [("SEK", 149800), ("JPY", 1498), ("KWD", 1498), ("SEK", 123456789)])
def test_prices_are_read_back_as_they_were(locale: str, currency: str, minor: int) -> None:
    store = Store(mid="CF1", allowed_currencies=[currency])
    order = Order(store=store, country="US", currency=currency, email="frida.nystrom@example.com")
    line = Line(type="physical", name="Bowl", quantity=1, unit_price=minor, discount_amount=minor, tax_rate=1250)
    data = typed(order, [line], locale)
    assert parse(data["line-0-unit_price"], currency, locale) == minor
    assert parse(data["line-0-discount"], currency, locale) == minor
    assert data["line-0-tax_rate"] == "12.5"


def test_prices_in_a_currency_the_form_would_not_ask_for_are_left_out(alice_client: Client, acme: Company) -> None:
    order = _pending(acme.store)
    Order.objects.filter(pk=order.pk).update(currency="CHF")
    page = _open(alice_client, order)
    assert _fields(page)["line-0-unit_price"] == ""
    assert "Prices are left out: FJB-10498 was in CHF." in page


def test_the_row_of_a_cancelled_link_offers_it(alice_client: Client, acme: Company) -> None:
    link = builders.system_link(acme.store)
    cancel_link(link.pk, access=None, by=Actor.system(), at=clock.now())
    page = alice_client.get("/links/").content.decode()
    assert f'href="/links/new/?from={link.order_id}"' in page
    assert "New link for FJB-10498" in page
