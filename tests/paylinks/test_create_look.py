"""What the button of the create form was not shown with is shown before anything is sent."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.models import Store
from common import clock
from orders.models import Order
from payments.actions import connect_sandbox
from tests.paylinks.test_amend_page import fields_of
from tests.paylinks.typed import confirmed, filled, line, send, words_of

URL = "/links/new/"
PREVIEW = "/links/new/preview/"


@pytest.fixture
def ready(store: Store) -> Store:
    connect_sandbox(store, clock.now())
    return store


def test_the_first_press_shows_how_it_was_read_and_the_second_sends_that(
    alice_client: Client, ready: Store, settings: Any
) -> None:
    settings.SMS_PROVIDER = "sandbox.sms.OutboxSms"
    form = filled(ready, recipient="070-174 06 05") | line(unit_price="1 234,50", quantity="1", discount="10 %")
    answer = alice_client.post(URL, form)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert not Order.objects.exists()
    seen = words_of(page)
    for words in (
        "Nothing has been sent yet.",
        "Unit price: 1,234.50",
        "Discount: 123.45",
        "+46 70 174 06 05",
        "VAT included, 25% 222.21",
        "Total 1,111.05 SEK",
        "Create and send link for 1,111.05 SEK",
        "Open for 48 hours, until ",
    ):
        assert words in seen, words
    assert re.search(r'<aside class="stub"[^>]* tabindex="-1" autofocus>', page)
    assert "Error:" not in page
    shown = {name: value for name, value in fields_of(page).items() if name != "line-0-type"}
    assert shown["recipient"] == "070-174 06 05"
    assert alice_client.post(URL, form | shown | {"do": "create"}).status_code == 302
    assert Order.objects.get().amount == 111105


@pytest.mark.parametrize(
    "changed",
    [
        {"line-0-quantity": "3"},
        {"line-0-name": "Bowl, blue"},
        {"line-0-quantity": "1", "line-0-unit_price": "1498"},  # the same sum
        {"recipient": "nils@example.com"},
        {"merchant_reference1": "FJB-2"},
        {"merchant_reference2": "Spring"},
        {"auto_capture": "on"},
        {"country": "FI"},
    ],
)
def test_whatever_was_changed_in_between_is_shown_again(
    alice_client: Client, ready: Store, changed: dict[str, str]
) -> None:
    form = filled(ready)
    form["confirmed"] = confirmed(alice_client.post(URL, form).content.decode())
    again = alice_client.post(URL, form | changed)
    assert (again.status_code, Order.objects.count()) == (200, 0)
    assert "Nothing has been sent yet." in again.content.decode()
    assert alice_client.post(URL, form).status_code == 302


def test_what_the_preview_has_shown_is_sent_with_one_press(alice_client: Client, ready: Store) -> None:
    form = filled(ready)
    shown = alice_client.post(PREVIEW, form).content.decode()
    assert "Create and send link for 1,498.00 SEK" in words_of(shown)
    assert alice_client.post(URL, form | {"confirmed": confirmed(shown)}).status_code == 302


def test_a_button_that_says_the_same_stays_under_the_finger(alice_client: Client, ready: Store) -> None:
    form = filled(ready)
    form["confirmed"] = confirmed(alice_client.post(PREVIEW, form).content.decode())
    assert "#send" not in alice_client.post(PREVIEW, form).content.decode()
    assert "#send" in alice_client.post(PREVIEW, form | {"line-0-quantity": "3"}).content.decode()


def test_a_form_that_is_wrong_says_so_before_it_is_looked_at(alice_client: Client, ready: Store) -> None:
    answer = alice_client.post(URL, filled(ready, recipient="frida@"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Nothing has been sent yet." not in page
    assert "autofocus" not in page.split("<aside")[1].split("</aside>")[0]


def test_back_to_the_form_before_it_was_shown_creates_nothing_new(alice_client: Client, ready: Store) -> None:
    form = filled(ready)
    created = send(alice_client, form)
    again = alice_client.post(URL, form | {"line-0-quantity": "5"}, follow=True)
    assert again.redirect_chain[0][0] == created["Location"]
    assert "Nothing new was created" in again.content.decode()
    assert Order.objects.get().amount == 149800


def test_another_persons_form_key_confirms_nothing(alice_client: Client, charlie_client: Client, ready: Store) -> None:
    form = filled(ready, form_key=str(uuid.uuid4()))
    assert charlie_client.post(URL, form | {"confirmed": "x"}).status_code == 404
    assert alice_client.post(URL, form | {"confirmed": "x"}).status_code == 200
    assert not Order.objects.exists()
