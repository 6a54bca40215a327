"""What staff type, as roughly as it comes: said beside its field, kept as typed, and never a failure of the server."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client

from accounts.models import Store, User
from common import clock
from orders.models import Line, Order
from payments.actions import connect_sandbox
from tests import builders
from tests.cast import Company
from tests.orders.dialogs import dialog, only, updated
from tests.orders.line_edits import grid_of
from tests.paylinks.typed import filled, line, send

pytestmark = pytest.mark.django_db
Form = dict[str, Any]
# as they travel: what is no UTF-8 cannot be sent in any other way
ROUGH = {
    "nul": "a%00b",
    "half a surrogate pair": "a%ED%A0%80b",
    "no utf-8": "%FF%FE",
    "10,000 letters": "x" * 10_000,
    "thousands of digits": "9" * 5000,
    "thousands of zeros": "0" * 5000 + "1",
    "an exponent": "1e9999",
    "the other direction": quote("\u202e4201\u200f"),
}
OWN = ("key", "version", "confirmed", "looked", "seen", "item", "lines", "do", "token", "store", "country", "customer")
UNPRINTABLE = "Bowl\x1b[2J"
WORDS = "This holds characters that cannot be printed."


def rough(client: Client, address: str, form: Form, changes: dict[str, str]) -> Any:
    """Post the form with some fields as rough bytes."""
    rest = urlencode({key: text for key, text in form.items() if key not in changes})
    body = "&".join([rest, *(f"{quote(name)}={value}" for name, value in changes.items())])
    return client.post(address, body, content_type="application/x-www-form-urlencoded")


def _create(_client: Client, acme: Company) -> tuple[str, Form]:
    return "/links/new/", filled(acme.store) | line(1, type="discount", name="Off", quantity="1", unit_price="1")


def _amend(client: Client, acme: Company) -> tuple[str, Form]:
    link = builders.sent_link(acme.store, acme.access("alice", clock.now()))
    address = f"/links/{link.order_id}/amend/"
    return address, grid_of(client.get(address).content.decode()) | {"do": "amend"}


def _edit(client: Client, acme: Company) -> tuple[str, Form]:
    address = f"/orders/{builders.placed_order(acme.store).pk}/edit/"
    return address, grid_of(client.get(address).content.decode())


def _customer(client: Client, acme: Company) -> tuple[str, Form]:
    address = f"/orders/{builders.placed_order(acme.store).pk}/customer/edit/"
    return address, grid_of(client.get(address).content.decode())


FORMS: dict[str, Callable[[Client, Company], tuple[str, Form]]] = {
    "create": _create,
    "amend": _amend,
    "edit": _edit,
    "customer": _customer,
}


@pytest.mark.parametrize("kind", FORMS)
def test_no_field_of_a_form_fails(alice_client: Client, acme: Company, kind: str) -> None:
    connect_sandbox(acme.store, clock.now())
    address, form = FORMS[kind](alice_client, acme)
    orders = list(Order.objects.values_list("pk", "amount"))
    values = list(ROUGH.values())
    by_hand = [name for name in form if not name.endswith(OWN)]
    assert len(by_hand) > 6
    for turn in range(len(values)):  # each field has had each value, without a form for every pair
        changes = {name: values[(place + turn) % len(values)] for place, name in enumerate(by_hand)}
        assert rough(alice_client, address, form, changes).status_code == 422, changes
        assert rough(alice_client, f"{address}preview/", form, changes).status_code in {200, 404}, changes
    for name in set(form) - set(by_hand):
        for told, value in ROUGH.items():
            assert rough(alice_client, address, form, {name: value}).status_code < 500, (name, told)
    assert list(Order.objects.values_list("pk", "amount")) == orders


@pytest.mark.parametrize("kind", ["create", "amend", "edit"])
@pytest.mark.parametrize("cell", ["name", "reference"])
@pytest.mark.parametrize(
    ("typed", "words"),
    [("x" * 10_000, "This can have at most 255 characters."), (UNPRINTABLE, WORDS), ("Bowl\0", WORDS)],
)
def test_words_of_a_line_that_cannot_be_kept_are_told_at_their_cell(
    alice_client: Client, acme: Company, kind: str, cell: str, typed: str, words: str
) -> None:
    connect_sandbox(acme.store, clock.now())
    address, form = FORMS[kind](alice_client, acme)
    before = list(Line.objects.values_list("name", "reference"))
    answer = alice_client.post(address, form | {f"line-0-{cell}": typed})
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert f'href="#line-0-{cell}"' in page
    assert page.count(words) == 2, "in the summary and beside the cell"
    assert typed in page
    assert list(Line.objects.values_list("name", "reference")) == before


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("create", "merchant_reference1"),
        ("create", "merchant_reference2"),
        ("amend", "merchant_reference1"),
        ("amend", "customer_name"),
        ("edit", "merchant_reference1"),
        ("edit", "merchant_reference2"),
        ("customer", "name"),
        ("customer", "delivery_street"),
    ],
)
@pytest.mark.parametrize("typed", ["x" * 10_000, UNPRINTABLE])
def test_words_about_an_order_that_cannot_be_kept_are_told_and_stay(
    alice_client: Client, acme: Company, kind: str, name: str, typed: str
) -> None:
    connect_sandbox(acme.store, clock.now())
    address, form = FORMS[kind](alice_client, acme)
    answer = alice_client.post(address, form | {name: typed, "confirmed": form.get("confirmed", "")})
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert (WORDS if typed == UNPRINTABLE else "This can have at most ") in page
    assert typed in page


@pytest.mark.parametrize("typed", ["x" * 10_000, UNPRINTABLE, "\0"])
def test_words_about_a_store_and_oneself_are_told_and_stay(alice_client: Client, store: Store, typed: str) -> None:
    settings = {"terms_url": "https://a.example/", "default_tax_rate": "25"}
    oneself = {"name": typed, "language": "en", "time_zone": "UTC", "theme": "system"}
    for address, form in (
        (f"/links/configuration/?store={store.mid}", settings | {"default_reference1": typed}),
        (f"/links/configuration/?store={store.mid}", settings | {"default_reference2": typed}),
        ("/account/", oneself),
    ):
        answer = alice_client.post(address, form)
        assert answer.status_code == 422
        assert typed in html.unescape(answer.content.decode())
    assert User.objects.get(email="alice@acme.example").name != typed


def test_marks_nobody_sees_are_left_out_and_joiners_stay(alice_client: Client, store: Store, settings: Any) -> None:
    settings.SMS_PROVIDER = "sandbox.sms.OutboxSms"
    connect_sandbox(store, clock.now())
    form = filled(store, recipient="\u202a070-174\u00a006\u00a005\u202c", merchant_reference1="\ufeffFJB\u200b-1")
    form |= line(name="\u202eMug\u00ad,\u00a0\U0001f468\u200d\U0001f467 \n blue", reference="\u200f")
    assert send(alice_client, form).status_code == 302
    order = Order.objects.get()
    assert (order.phone, order.merchant_reference1) == ("+46701740605", "FJB-1")
    assert order.lines.values_list("name", "reference").get() == ("Mug, \U0001f468\u200d\U0001f467 blue", "")


@pytest.mark.parametrize("verb", ["capture", "refund"])
@pytest.mark.parametrize("value", ROUGH.values(), ids=ROUGH)
def test_no_quantity_or_amount_of_a_part_fails(alice_client: Client, store: Store, verb: str, value: str) -> None:
    order = builders.placed_order(store) if verb == "capture" else builders.captured_order(store)
    form = updated(alice_client, order, only(order, dialog(alice_client, order, verb), Serving=1), f"{verb}s/")
    quantity = next(name for name in form if name.startswith("quantity-"))
    for name in (quantity, "free-0-amount", "free-0-rate", "free-0-name", "reference", "reason", "fee-amount"):
        assert rough(alice_client, f"/orders/{order.pk}/{verb}s/preview/", form, {name: value}).status_code == 200
        answer = rough(alice_client, f"/orders/{order.pk}/{verb}s/", form | {"confirmed": "1"}, {name: value})
        assert answer.status_code == 422, name
