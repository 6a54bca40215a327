"""Gate, recipient, currency and permission of the create form; and its preview and buttons."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.actions import configure_store
from accounts.models import Store
from common import clock
from common.actor import Actor
from orders.models import Order
from payments.actions import connect_sandbox
from tests.cast import Company
from tests.paylinks.typed import filled, line, send, words_of

URL = "/links/new/"
PREVIEW = "/links/new/preview/"


@pytest.fixture
def ready(store: Store) -> Store:
    connect_sandbox(store, clock.now())
    return store


@pytest.fixture
def without_terms(ready: Store) -> Store:
    configure_store(ready, {"terms_url": ""}, by=Actor.system(), at=clock.now())
    return ready


def test_without_terms_the_form_gives_way_to_the_reason_and_the_way_to_fix_it(
    alice_client: Client, without_terms: Store
):
    page = alice_client.get(f"{URL}?store={without_terms.mid}").content.decode()
    assert "Add your terms and conditions first" in page
    assert f"/links/configuration/?store={without_terms.mid}#terms" in page
    assert "Unit price" not in page


def test_who_may_not_configure_is_told_who_can(bob_client: Client, without_terms: Store):
    page = bob_client.get(f"{URL}?store={without_terms.mid}").content.decode()
    assert "A Super Admin or Admin can add them" in page
    assert "/links/configuration/" not in page


def test_the_gate_keeps_the_draft_and_creates_nothing(alice_client: Client, without_terms: Store):
    answer = send(alice_client, filled(without_terms))
    assert answer.status_code == 409
    assert 'name="line-0-name" value="Serving bowl"' in answer.content.decode()
    assert not Order.objects.exists()


def test_terms_that_cannot_be_reached_only_warn(alice_client: Client, ready: Store):
    Store.objects.filter(pk=ready.pk).update(terms_state="unreachable", terms_problem="It answered 404.")
    page = alice_client.get(f"{URL}?store={ready.mid}").content.decode()
    assert "It answered 404." in page
    assert "Create and send link" in page


def test_a_store_without_a_payment_provider_says_so(alice_client: Client, store: Store):
    page = alice_client.get(f"{URL}?store={store.mid}").content.decode()
    assert "No payment provider is connected" in page


def test_a_currency_outside_the_agreement_is_named_with_the_allowed_ones_and_whom_to_ask(
    alice_client: Client, ready: Store
):
    answer = send(alice_client, filled(ready, country="JP", currency="JPY"))
    words = words_of(answer.content.decode())
    assert answer.status_code == 422
    assert "JPY is not part of this store's agreement, which allows SEK, EUR" in words.replace("&#x27;", "'")
    assert "operator of this installation" in words


def test_a_country_without_its_currency_lets_choose_among_the_allowed(alice_client: Client, ready: Store):
    page = send(alice_client, filled(ready, country="JP")).content.decode()
    assert "Choose the currency the customer pays in." in page
    assert "<option>EUR</option>" in page
    send(alice_client, filled(ready, country="JP", currency="EUR"))
    assert Order.objects.get().currency == "EUR"


def test_the_countrys_own_currency_is_taken_when_allowed(alice_client: Client, ready: Store):
    send(alice_client, filled(ready, country="FI"))
    assert Order.objects.get().currency == "EUR"


def test_a_phone_is_read_in_the_format_of_the_purchase_country(alice_client: Client, ready: Store, settings: Any):
    settings.SMS_PROVIDER = "sandbox.sms.OutboxSms"
    send(alice_client, filled(ready, recipient="070-174 06 05"))
    assert Order.objects.get().phone == "+46701740605"


def test_without_an_sms_provider_a_phone_is_refused(alice_client: Client, ready: Store, settings: Any):
    settings.SMS_PROVIDER = ""
    page = send(alice_client, filled(ready, recipient="070-174 06 05")).content.decode()
    assert "This installation sends no SMS." in page


@pytest.mark.parametrize("typed", ["", "a@example.com, b@example.com", "123", "frida"])
def test_anything_but_exactly_one_recipient_is_refused(alice_client: Client, ready: Store, typed: str):
    answer = send(alice_client, filled(ready, recipient=typed))
    assert answer.status_code == 422
    assert 'href="#id_recipient"' in answer.content.decode()


def test_the_customers_language_follows_the_country_as_far_as_it_is_complete(alice_client: Client, ready: Store):
    send(alice_client, filled(ready, country="SE"))
    assert Order.objects.get().language in dict(settings.LANGUAGES)


def test_a_line_is_added_without_scripts_and_everything_typed_stays(alice_client: Client, ready: Store):
    page = alice_client.post(URL, filled(ready, do="add", recipient="frida@")).content.decode()
    assert 'name="line-1-name"' in page
    assert 'value="Serving bowl"' in page
    assert 'value="frida@"' in page
    assert "Error:" not in page
    assert not Order.objects.exists()


def test_a_discount_line_is_added_and_a_line_removed_without_scripts(alice_client: Client, ready: Store):
    added = alice_client.post(URL, filled(ready, do="add_discount")).content.decode()
    assert '<option value="discount" selected>' in added.split("<template")[0]
    removed = alice_client.post(URL, filled(ready, do="remove:0") | line(1, name="Apron")).content.decode()
    assert 'value="Apron"' in removed
    assert 'value="Serving bowl"' not in removed


def test_the_preview_shows_sums_echo_and_how_the_price_was_read(alice_client: Client, ready: Store):
    form = filled(ready) | line(1, type="discount", name="Off", quantity="1", unit_price="218.80")
    page = alice_client.post(PREVIEW, form).content.decode()
    words = words_of(page)
    assert "Lines, 1 1,498.00" in words
    assert "Discount −218.80" in words
    assert "VAT included, 25%" in words
    assert "1,279.20" in words
    assert "Unit price: −218.80" in words
    assert "The link is sent to frida.nystrom@example.com by e-mail." in words
    assert "<html" not in page


def test_the_preview_is_silent_about_what_is_missing_or_still_being_typed(alice_client: Client, ready: Store):
    form = filled(ready, recipient="frida@", merchant_reference1="", active="id_recipient")
    page = alice_client.post(PREVIEW, form | {"active": "recipient"}).content.decode()
    assert 'class="error"' not in page
    page = alice_client.post(PREVIEW, form | {"active": "line-0-name"}).content.decode()
    assert page.count('class="error"') == 1


def test_the_summary_shrinks_with_every_mistake_mended_and_goes_with_the_last(alice_client: Client, ready: Store):
    broken = filled(ready, recipient="", merchant_reference1="") | line(quantity="x")
    refused = alice_client.post("/links/new/", broken).content.decode()
    assert '<div id="summary"><div class="notice' in refused.replace("\n", "")
    assert '<input type="hidden" name="refused" value="1">' in refused

    def summary(**mended: str) -> str:
        page = alice_client.post(PREVIEW, broken | {"refused": "1"} | mended).content.decode()
        return page.split('<div hx-swap-oob="innerHTML:#summary">')[1].split('<dl class="facts">')[0]

    assert "3 things need another look" in summary()
    assert "One thing needs another look" in summary(recipient="frida@example.com", merchant_reference1="FJB-1")
    assert 'href="#id_recipient"' in summary(merchant_reference1="FJB-1", **{"line-0-quantity": "2"})
    whole = summary(recipient="frida@example.com", merchant_reference1="FJB-1", **{"line-0-quantity": "2"})
    assert "another look" not in whole
    assert "data-error-summary" not in whole


def test_a_form_that_was_not_refused_has_no_summary(alice_client: Client, ready: Store):
    page = alice_client.post(PREVIEW, filled(ready, recipient="")).content.decode()
    assert "#summary" not in page


def test_a_stranger_gets_no_preview(charlie_client: Client, ready: Store):
    assert charlie_client.post(PREVIEW, filled(ready)).status_code == 404


def test_changing_the_store_keeps_what_was_typed(alice_client: Client, acme: Company, ready: Store):
    connect_sandbox(acme.second_store, clock.now())
    page = alice_client.post(URL, filled(acme.second_store, do="update")).content.decode()
    assert f'<option value="{acme.second_store.mid}" selected>' in page
    assert 'value="Serving bowl"' in page
