"""Paying through the form: what is checked, kept, refused and limited."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.test import Client

from accounts.actions.terms import book_terms
from accounts.models import Store
from common import clock
from orders.models import Order
from paylinks.models import Attempt, PaymentLink
from paylinks.views import pay_guard
from payments.models import GatewayAccount
from sandbox.actions import controls
from tests import builders
from tests.paylinks.customers import begin, order_of, pay, press_pay, silent_gateway, typed, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(store: Store) -> PaymentLink:
    return builders.system_link(store)


def test_what_is_wrong_is_said_per_field_and_nothing_typed_is_lost(client: Client, link: PaymentLink) -> None:
    answer = press_pay(client, link, to_street="  ", to_postal_code="1162", email="frida", terms=None, phone="12")
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in (
        "<title>Error: Pay Acme Sweden</title>",
        "5 things need another look",
        '<a href="#to_street">Street and number</a>: Enter a street and number.',
        "Enter a postal code of the chosen country, such as 116 23.",
        "This is not an e-mail address.",
        "Enter a phone number such as 070-",
        "Accept the terms and conditions to go on.",
        'value="Nyström"',
        'value="1162"',
    ):
        assert words in page, words
    assert page.count('aria-invalid="true"') == 5
    assert not Attempt.objects.exists()


def test_a_billing_address_is_asked_for_only_when_it_differs(client: Client, link: PaymentLink) -> None:
    page = press_pay(client, link, same=None).content.decode()
    assert '<a href="#bill_street">' in page
    billing = {"bill_" + name: value for name, value in builders.ADDRESS.items()}
    attempt = begin(client, link, same=None, **{**billing, "bill_street": "Sveavägen 1"})
    assert attempt.billing_address["street"] == "Sveavägen 1"
    assert attempt.delivery_address == builders.ADDRESS


def test_addresses_are_kept_as_their_country_writes_them(client: Client, link: PaymentLink) -> None:
    attempt = begin(client, link, to_postal_code="se-11623", to_street=" Bondegatan   7 ")
    assert (attempt.delivery_address["postal_code"], attempt.delivery_address["street"]) == ("116 23", "Bondegatan 7")
    assert attempt.phone == "+46701740605"


@pytest.mark.parametrize(("country", "code"), [("NO", "0150"), ("US", "94103-1234"), ("GB", "sw1a 1aa")])
def test_another_country_has_other_codes(client: Client, link: PaymentLink, country: str, code: str) -> None:
    attempt = begin(client, link, to_country=country, to_postal_code=code)
    assert attempt.delivery_address["postal_code"] == code.upper()


def test_a_country_nobody_offered_is_refused(client: Client, link: PaymentLink) -> None:
    assert "Choose a country." in press_pay(client, link, to_country="XX").content.decode()


def test_an_order_by_sms_needs_the_phone_and_not_the_email(client: Client, store: Store) -> None:
    link = builders.system_link(store, recipient_email="", recipient_phone="+46701740605")
    page = client.get(url(link)).content.decode()
    assert 'value="+46701740605"' in page
    assert begin(client, link, email="").email == ""
    other = builders.system_link(store, recipient_email="", recipient_phone="+46701740605")
    assert "The confirmation is sent there." in press_pay(client, other, phone="").content.decode()


@pytest.mark.parametrize("value", ["x" * 101, "a\x00b"])
def test_what_cannot_be_an_address_is_refused_kindly(client: Client, link: PaymentLink, value: str) -> None:
    assert press_pay(client, link, to_street=value).status_code == 422


def test_the_acceptance_points_to_the_copy_then_current(client: Client, link: PaymentLink) -> None:
    store, at = link.order.store, clock.now()
    attempt = begin(client, link)
    assert (attempt.acceptance.copy, attempt.acceptance.url) == (None, store.terms_url)
    book_terms(store.pk, store.terms_url, "First text", "text/html", at=at)
    book_terms(store.pk, store.terms_url, "Second text", "text/html", at=at + timedelta(hours=1))
    other = begin(client, builders.system_link(store))
    assert other.acceptance.copy is not None
    assert other.acceptance.copy.content == "Second text"
    assert other.acceptance.language == "en"


@pytest.mark.parametrize("change", ["text", "address", "text, and a mistake elsewhere"])
def test_terms_that_changed_since_the_page_was_opened_are_accepted_anew(
    client: Client, store: Store, link: PaymentLink, change: str
) -> None:
    book_terms(store.pk, store.terms_url, "First text", "text/plain", at=clock.now())
    opened = typed(link)
    assert f'name="terms_mark" value="{opened["terms_mark"]}"' in client.get(url(link)).content.decode()
    if change == "address":
        Store.objects.filter(pk=store.pk).update(terms_url="https://acme.example/other")
    else:
        book_terms(store.pk, store.terms_url, "Second text", "text/plain", at=clock.now())
    street = {"to_street": ""} if "mistake" in change else {}
    answer = client.post(url(link), {**opened, **street})
    page = answer.content.decode()
    assert answer.status_code == (422 if street else 409)
    assert "The terms and conditions have changed." in page
    assert 'name="terms" id="terms" required aria-invalid="true"' in page
    assert 'value="Stockholm"' in page
    assert not Attempt.objects.exists()
    assert client.post(url(link), typed(link)).status_code == 303


def test_an_order_changed_meanwhile_is_shown_again_before_it_is_paid(client: Client, link: PaymentLink) -> None:
    Order.objects.filter(pk=link.order_id).update(revision=2, amount=149800)
    link.order.lines.filter(position=1).update(revision=2)
    answer = press_pay(client, link)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The order has changed." in page
    assert "Pay 1,498.00 SEK" in page
    assert 'name="revision" value="2"' in page
    assert 'value="Bondegatan 7"' in page


def test_a_method_that_is_not_offered_is_refused(client: Client, link: PaymentLink) -> None:
    answer = press_pay(client, link, method="cheque")
    assert answer.status_code == 422
    assert "Choose a way to pay." in answer.content.decode()


def test_a_slow_method_is_not_offered_near_the_end(client: Client, store: Store) -> None:
    link = builders.system_link(store, at=clock.now() - timedelta(hours=47, minutes=30))
    page = client.get(url(link)).content.decode()
    assert 'value="card"' in page
    assert 'value="klarna"' not in page


def test_a_store_without_a_gateway_says_so(client: Client, link: PaymentLink) -> None:
    GatewayAccount.objects.update(is_active=False)
    assert "This store cannot take payments now." in client.get(url(link)).content.decode()
    assert press_pay(client, link).status_code == 422


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout])
def test_a_gateway_that_is_silent_keeps_the_input(
    client: Client, link: PaymentLink, monkeypatch: pytest.MonkeyPatch, error: type[httpx.HTTPError]
) -> None:
    with silent_gateway(monkeypatch, error):
        answer = press_pay(client, link)
    page = answer.content.decode()
    assert answer.status_code == 503
    assert "does not answer now. Nothing was charged" in page
    assert 'value="Bondegatan 7"' in page
    # the same words again go on with what may have begun, and end at the gateway
    assert press_pay(client, link).status_code == 303
    assert Attempt.objects.filter(state="begun").count() == 1


def test_a_double_click_is_one_attempt(client: Client, link: PaymentLink) -> None:
    first, second = press_pay(client, link), press_pay(client, link)
    assert first["Location"] == second["Location"]
    assert Attempt.objects.count() == 1


def test_forms_of_other_sites_are_refused(client: Client, link: PaymentLink) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        answer = client.post(url(link), typed(link), headers=headers)
        assert answer.status_code == 403
        assert "Nothing was done" in answer.content.decode()
    assert client.post(url(link), typed(link), headers={"Origin": "http://testserver"}).status_code == 303


def test_a_strict_browser_without_cookies_can_pay(link: PaymentLink) -> None:
    client = Client(enforce_csrf_checks=True)
    assert press_pay(client, link).status_code == 303
    assert not client.cookies


def test_too_many_tries_wait_and_keep_the_input(
    client: Client, link: PaymentLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pay_guard, "_PER_LINK", 1)
    press_pay(client, link, terms=None)
    answer = press_pay(client, link)
    assert answer.status_code == 429
    assert "Too many tries in a short time." in answer.content.decode()
    assert 'value="Bondegatan 7"' in answer.content.decode()


def test_a_payment_the_provider_does_not_take_is_told_in_our_words(client: Client, link: PaymentLink) -> None:
    controls.set_behaviour("decline", at=clock.now(), times=1)
    page = press_pay(client, link).content.decode()
    assert "The payment provider did not take the payment. Nothing was charged; choose another way to pay." in page
    assert "told to refuse" not in page
    assert link.attempts.get().problem == "The sandbox was told to refuse this session."
    assert begin(client, link)


def test_asking_too_often_is_told_and_asks_nobody(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    over = builders.system_link(store, at=clock.now() - timedelta(hours=49))
    monkeypatch.setattr(pay_guard, "_PER_LINK", 0)
    answer = Client().post(url(over, "ask/"))
    assert answer.status_code == 429
    page = answer.content.decode()
    assert "Too many tries in a short time. Wait a few minutes, then try again." in page
    assert "Ask for a new link" in page
    over.refresh_from_db()
    assert over.requested_at is None


def test_what_was_typed_stays_after_a_refusal_for_who_typed_it(client: Client, link: PaymentLink) -> None:
    page = pay(client, link, "decline")
    assert 'value="Bondegatan 7"' in page
    assert 'id="terms" required>' in page
    assert "Bondegatan" not in client.get(url(link)).content.decode()


def test_what_the_customer_typed_becomes_the_orders(client: Client, link: PaymentLink, settings: Any) -> None:
    settings.LANGUAGES = [("en", "English"), ("sv", "Svenska")]
    pay(client, link, email="other@example.com", lang="sv")
    order = order_of(link)
    assert (order.customer_name, order.email, order.language) == ("Frida Nyström", "other@example.com", "sv")
    assert order.delivery_address == order.billing_address == builders.ADDRESS
