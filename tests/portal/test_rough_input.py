"""What no form sends: it is answered with words, never with a failure of the server."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import Store
from common import clock
from messaging.models import Message
from orders.models import Line, Operation, Order
from payments.actions import connect_sandbox
from tests import builders
from tests.cast import Company
from tests.orders.dialogs import dialog, only, updated
from tests.paylinks.customers import TYPED, typed, url
from tests.paylinks.typed import filled, line, send

pytestmark = pytest.mark.django_db
NUL = "a\0b"


@pytest.fixture
def ready(store: Store) -> Store:
    connect_sandbox(store, clock.now())
    return store


@pytest.mark.parametrize(
    "address",
    [
        "/orders/?q=%00", "/orders/?q=FJB%00-1", "/orders/count/?q=abc%00", "/orders/?after=%00",
        "/orders/?store=%00", "/orders/?status=%00", "/links/?q=%00abc", "/links/count/?q=abc%00",
        "/links/?creator=a%00b", "/links/?since=9999-12-31", "/links/?until=9999-12-31", "/links/?until=0001-01-01",
        "/links/?since=0001-01-01", "/links/count/?until=9999-12-31", "/links/?status=%00", "/links/?after=%00",
        "/links/pulse/?rows=%00", "/links/new/?store=%00", "/links/configuration/?store=%00",
        "/sign-in/?next=%00", "/sign-in/a%00b/", "/pay/a%00b/", "/sandbox/outbox/?to=%00",
        "/sandbox/outbox.json?to=%00",
    ],
)  # fmt: skip
def test_no_address_fails(alice_client: Client, acme: Company, address: str) -> None:
    builders.sent_link(acme.store, acme.access("alice", clock.now()))
    assert alice_client.get(address).status_code < 500


@pytest.mark.parametrize("name", ["recipient", "merchant_reference1", "merchant_reference2", "country", "store"])
def test_no_field_of_an_order_keeps_a_nul(alice_client: Client, ready: Store, name: str) -> None:
    answer = alice_client.post("/links/new/", filled(ready) | {name: NUL})
    assert answer.status_code in {404, 422}
    assert not Order.objects.exists()


@pytest.mark.parametrize("cell", ["name", "reference", "type", "quantity", "unit_price", "discount", "tax_rate"])
def test_no_cell_of_a_line_keeps_a_nul(alice_client: Client, ready: Store, cell: str) -> None:
    answer = alice_client.post("/links/new/", filled(ready) | line(0, **{cell: NUL}))
    assert answer.status_code == 422
    assert f"line-0-{cell}" in answer.content.decode()
    assert not Line.objects.exists()


@pytest.mark.parametrize("cell", ["quantity", "unit_price", "discount", "tax_rate"])
@pytest.mark.parametrize("address", ["/links/new/", "/links/new/preview/"])
def test_thousands_of_digits_are_answered_in_words(
    alice_client: Client, ready: Store, cell: str, address: str
) -> None:
    answer = alice_client.post(address, filled(ready) | line(0, **{cell: "9" * 5000}))
    assert answer.status_code == (422 if address == "/links/new/" else 200)
    if cell == "quantity":
        assert "A quantity is between 1 and 100,000." in answer.content.decode()


def test_no_field_of_the_settings_keeps_a_nul(alice_client: Client, store: Store) -> None:
    names = ("terms_url", "privacy_url", "support_email", "default_reference1", "default_reference2")
    for name in (*names, "default_tax_rate"):
        form = {"terms_url": "https://a.example/", "default_tax_rate": "25", "store": store.mid, name: NUL}
        assert alice_client.post(f"/links/configuration/?store={store.mid}", form).status_code == 422, name


def test_no_field_about_oneself_keeps_a_nul(alice_client: Client) -> None:
    usual = {"name": "Alice", "language": "en", "time_zone": "UTC", "theme": "system"}
    for name in usual:
        assert alice_client.post("/account/", usual | {name: NUL}).status_code in {404, 422}, name


@pytest.mark.parametrize("value", [NUL, "a\x1bb"])
@pytest.mark.parametrize(
    ("verb", "name"),
    [
        ("capture", "free-0-name"), ("capture", "reference"), ("capture", "description"), ("capture", "free-0-amount"),
        ("refund", "free-0-name"), ("refund", "reason"), ("refund", "free-0-rate"), ("refund", "fee-amount"),
    ],
)  # fmt: skip
def test_no_field_of_a_part_keeps_what_cannot_be_printed(
    alice_client: Client, store: Store, verb: str, name: str, value: str
) -> None:
    order = builders.placed_order(store) if verb == "capture" else builders.captured_order(store)
    begun = only(order, dialog(alice_client, order, verb)) | {"free-0-amount": "10.00", "free-0-name": "Part"}
    form = updated(alice_client, order, begun, f"{verb}s/") | {name: value}
    assert alice_client.post(f"/orders/{order.pk}/{verb}s/preview/", form).status_code == 200
    assert alice_client.post(f"/orders/{order.pk}/{verb}s/", form).status_code == 422
    assert not Operation.objects.filter(order=order, kind=verb, amount=1000).exists()


@pytest.mark.parametrize("name", ["reason", "key", "version"])
def test_no_field_of_a_cancellation_keeps_a_nul(alice_client: Client, store: Store, name: str) -> None:
    order, link = builders.placed_order(store), builders.system_link(store)
    for address in (f"/orders/{order.pk}/cancel/", f"/links/{link.order_id}/withdraw/"):
        form = dict(re.findall(r'name="(key|version)" value="([^"]+)"', alice_client.get(address).content.decode()))
        assert alice_client.post(address, form | {name: NUL}).status_code == 409
    assert not Order.objects.filter(status="cancelled").exists()


@pytest.mark.parametrize("name", ["recipient", "key"])
def test_no_field_of_a_message_sent_again_keeps_a_nul(alice_client: Client, store: Store, name: str) -> None:
    order = builders.placed_order(store)
    message = Message.objects.get(order_id=order.pk, kind="order.confirmation")
    form = {"recipient": order.email, "key": str(message.pk), name: NUL}
    assert alice_client.post(f"/orders/{order.pk}/messages/{message.pk}/again/", form).status_code == 422


@pytest.mark.parametrize("name", sorted(TYPED))
def test_no_field_of_a_customer_keeps_a_nul(client: Client, store: Store, name: str) -> None:
    link = builders.system_link(store)
    answer = client.post(url(link), typed(link) | {name: NUL})
    assert answer.status_code < 500


@pytest.mark.parametrize("key", ["9999", "10000", "0000", "9" * 500])
def test_a_line_with_any_number_is_kept_and_may_have_followers(alice_client: Client, ready: Store, key: str) -> None:
    form = filled(ready, do="add")
    form |= {name.replace("line-0-", f"line-{key}-"): value for name, value in line(0, name="Bowl").items()}
    page = alice_client.post("/links/new/", form).content.decode()
    found = re.findall(r'<div role="group"[^>]* data-line="(\d+)"', page.split("<template")[0])
    assert len(found) == 3
    assert {"0", key} < set(found)
    added = found[-1]
    bowl = line(0, name="Bowl", quantity="1", unit_price="10.00")
    form |= {name.replace("line-0-", f"line-{added}-"): value for name, value in bowl.items()}
    assert send(alice_client, form | {"do": "create"}).status_code == 302
    assert Order.objects.get().lines.count() == 3
