"""The page that amends an order: filled in with what it is, compared with what it becomes."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts.actions import configure_store
from common import clock
from common.actor import Actor
from orders.models import Order
from paylinks.actions.cancel import cancel_link
from paylinks.actions.request import request_new_link
from paylinks.actions.resend import resend_link
from paylinks.models import PaymentLink
from tests import builders
from tests.cast import Company
from tests.paylinks.customers import order_of
from tests.paylinks.typed import Form, words_of

pytestmark = pytest.mark.django_db(transaction=True)
WAITED = {"expired", "requested"}


@pytest.fixture
def link(acme: Company) -> PaymentLink:
    return builders.sent_link(acme.store, acme.access("alice", clock.now()))


def url(link: PaymentLink, rest: str = "") -> str:
    return f"/links/{link.order_id}/amend/{rest}"


def opened(client: Client, link: PaymentLink) -> tuple[Form, str]:
    """The fields of the page as a browser would send them, and the page."""
    answer = client.get(url(link))
    page = answer.content.decode()
    assert answer.status_code == 200, answer.status_code
    return fields_of(page), page


def fields_of(page: str) -> Form:
    own = page.split('class="issue"')[1].split("</form>", maxsplit=1)[0]
    own = re.sub(r"<template.*?</template>", "", own, flags=re.DOTALL)
    found: Form = {}
    for tag in re.findall(r"<input[^>]+>", own):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or "checked" in tag):
            found[name[1]] = html.unescape(value[1]) if value else ""
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', own, flags=re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def send(client: Client, link: PaymentLink, form: Form, **changes: str) -> tuple[int, str]:
    """Press the button, with the sum the page has shown for it unless told otherwise."""
    form = {**form, **changes, "do": "amend"}
    if "confirmed" not in changes:
        preview = client.post(url(link, "preview/"), form).content.decode()
        form["confirmed"] = (re.findall(r'name="confirmed" value="(\w+)"', preview) or [form["confirmed"]])[0]
    answer = client.post(url(link), form)
    return answer.status_code, html.unescape(answer.content.decode())


def test_it_opens_with_the_order_as_it_is(alice_client: Client, link: PaymentLink) -> None:
    form, page = opened(alice_client, link)
    assert "<h1>Amend order FJB-10498</h1>" in page
    assert (form["recipient"], form["line-0-quantity"], form["line-3-unit_price"]) == (link.recipient, "2", "218.80")
    assert "Nothing is changed yet." in page
    assert "Save and send new link for 2,068.20 SEK" in page
    assert "data-dirty" not in page
    assert 'name="country"' not in page


def test_typing_shows_both_totals_the_difference_and_what_changes(alice_client: Client, link: PaymentLink) -> None:
    form, _page = opened(alice_client, link)
    form["line-0-quantity"] = "1"
    seen = words_of(alice_client.post(url(link, "preview/"), form).content.decode())
    for words in (
        "Total 1,319.20",
        "Total before 2,068.20",
        "Difference \u2212749.00",
        "Serving bowl, sea green 24 cm: 1 × 749.00, before 2 × 749.00",
        "Save and send new link for 1,319.20 SEK",
    ):
        assert words in seen, words
    assert order_of(link).revision == 1


def test_a_half_typed_line_is_no_change_yet(alice_client: Client, link: PaymentLink) -> None:
    form, _page = opened(alice_client, link)
    seen = alice_client.post(url(link, "preview/"), {**form, "line-0-unit_price": "", "active": "line-0-unit_price"})
    assert "Removed" not in seen.content.decode()


def test_saving_sends_the_second_version(alice_client: Client, link: PaymentLink) -> None:
    form, _page = opened(alice_client, link)
    form |= {"line-0-quantity": "1", "customer_name": "Frida Nyström", "auto_capture": "on"}
    assert send(alice_client, link, form)[0] == 302
    order, new = order_of(link), PaymentLink.objects.get(order=link.order_id, is_current=True)
    assert (order.revision, order.amount, order.customer_name) == (2, 131920, "Frida Nyström")
    assert (order.auto_capture, order.auto_capture_by) == (True, "alice@acme.example")
    page = alice_client.get(f"/links/{new.pk}/created/").content.decode()
    assert "FJB-10498 is changed, and its new link is on its way to frida.nystrom@example.com." in page
    again = alice_client.post(url(link), {**form, "do": "amend"}, follow=True)
    assert again.redirect_chain[0][0] == f"/links/{new.pk}/created/"
    assert "This form had been sent already." in again.content.decode()
    assert order_of(link).revision == 2


def test_without_a_change_nothing_is_sent_and_resending_is_offered(alice_client: Client, link: PaymentLink) -> None:
    form, _page = opened(alice_client, link)
    status, page = send(alice_client, link, form)
    assert status == 422
    assert "Nothing was changed, so nothing was sent" in page
    assert f'href="/links/{link.pk}/resend/"' in page
    assert PaymentLink.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("line-0-quantity", "1", "Save and send new link for 1,319.20 SEK"),
        ("recipient", "nils@example.com", "Sent to: nils@example.com, before frida.nystrom@example.com"),
        ("customer_name", "Frida Nyström", "Frida Nyström"),
    ],
)
def test_what_the_button_did_not_show_is_looked_at_first(
    alice_client: Client, link: PaymentLink, name: str, value: str, shown: str
) -> None:
    form, _page = opened(alice_client, link)
    status, page = send(alice_client, link, form | {name: value}, confirmed=form["confirmed"])
    assert (status, order_of(link).revision) == (200, 1)
    assert "Nothing has been sent yet." in page
    assert shown in words_of(page)
    assert send(alice_client, link, {}, **fields_of(page))[0] == 302


def test_errors_stand_beside_their_fields_and_nothing_is_lost(alice_client: Client, link: PaymentLink) -> None:
    form, _page = opened(alice_client, link)
    status, page = send(alice_client, link, form, recipient="frida@", **{"line-0-unit_price": "abc"})
    assert status == 422
    assert "<title>Error: Amend order FJB-10498" in page
    assert 'value="abc"' in page
    assert 'href="#id_recipient"' in page


def test_without_scripts_lines_come_and_go(alice_client: Client, link: PaymentLink) -> None:
    form, _page = opened(alice_client, link)
    more = alice_client.post(url(link), {**form, "do": "add"}).content.decode()
    assert 'name="line-4-name"' in more
    fewer = alice_client.post(url(link), {**form, "do": "remove:2"}).content.decode()
    assert "Removed: Home delivery, 1 × 99.00" in fewer
    assert order_of(link).revision == 1


def test_what_somebody_else_did_is_told_and_the_input_stays(alice_client: Client, link: PaymentLink) -> None:
    form, _page = opened(alice_client, link)
    resend_link(link.pk, access=None, by=Actor("member", "bob@acme.example"), at=clock.now())
    status, page = send(alice_client, link, {**form, "line-0-quantity": "1"})
    assert status == 409
    assert "The order has changed since you opened it." in page
    assert "Payment link created, bob@acme.example" in page
    kept = fields_of(page)
    assert (kept["line-0-quantity"], kept["version"]) == ("1", str(order_of(link).version))
    assert send(alice_client, link, kept)[0] == 302


def test_a_customer_who_pays_meanwhile_is_told_with_the_input_kept(alice_client: Client, link: PaymentLink) -> None:
    form, _page = opened(alice_client, link)
    builders.decide(builders.begun(link))
    status, page = send(alice_client, link, {**form, "line-0-quantity": "1"})
    assert status == 409
    assert "The customer has just paid. Nothing was changed." in page
    assert fields_of(page)["line-0-quantity"] == "1"
    closed = alice_client.get(url(link)).content.decode()
    assert "This order cannot be amended" in closed
    assert "The customer has paid." in closed


def test_store_country_and_currency_stay_whatever_is_sent(alice_client: Client, link: PaymentLink) -> None:
    form, _page = opened(alice_client, link)
    sent = {**form, "line-0-quantity": "1", "country": "DE", "currency": "EUR", "store": "CF9999"}
    assert send(alice_client, link, sent)[0] == 302
    order = order_of(link)
    assert (order.country, order.currency, order.store_id) == ("SE", "SEK", link.store_id)


def test_without_terms_it_says_why_and_keeps_the_input(alice_client: Client, acme: Company, link: PaymentLink) -> None:
    form, _page = opened(alice_client, link)
    configure_store(acme.store, {"terms_url": ""}, by=Actor.system(), at=clock.now())
    assert "Terms and conditions are missing" in alice_client.get(url(link)).content.decode()
    status, page = send(alice_client, link, {**form, "line-0-quantity": "1"})
    assert (status, fields_of(page)["line-0-quantity"]) == (409, "1")
    assert "Terms and conditions are missing" in page


def test_readers_may_not_and_strangers_find_nothing(
    vera_client: Client, charlie_client: Client, link: PaymentLink
) -> None:
    for rest in ("", "preview/"):
        assert vera_client.post(url(link, rest)).status_code == 403
        assert charlie_client.post(url(link, rest)).status_code == 404


def test_it_is_reached_from_the_row_the_order_and_what_was_created(alice_client: Client, link: PaymentLink) -> None:
    for place in ("/links/", f"/orders/{link.order_id}/", f"/links/{link.pk}/created/"):
        assert f'href="{url(link)}"' in alice_client.get(place).content.decode(), place
    order = builders.paid(link)
    assert isinstance(order, Order)
    for place in ("/links/", f"/orders/{link.order_id}/", f"/links/{link.pk}/created/"):
        assert url(link) not in alice_client.get(place).content.decode(), place


@pytest.mark.parametrize("state", ["open", "expired", "requested", "cancelled"])
def test_the_row_of_every_unpaid_link_leads_there(alice_client: Client, acme: Company, state: str) -> None:
    link = builders.system_link(acme.store, at=clock.now() - timedelta(hours=49 if state in WAITED else 0))
    if state == "requested":
        request_new_link(link.pk, at=clock.now())
    elif state == "cancelled":
        cancel_link(link.pk, access=None, by=Actor.system(), at=clock.now())
    assert f'href="{url(link)}"' in alice_client.get("/links/").content.decode()
    form, _page = opened(alice_client, link)
    assert send(alice_client, link, {**form, "line-0-quantity": "1"})[0] == 302


def test_earlier_links_say_what_changed_after_them(alice_client: Client, link: PaymentLink) -> None:
    newer = resend_link(link.pk, access=None, by=Actor("member", "bob@acme.example"), at=clock.now())
    form, _page = opened(alice_client, newer)
    assert send(alice_client, newer, {**form, "line-0-quantity": "1", "recipient": "nils@example.com"})[0] == 302
    page = alice_client.get(f"/links/{link.order_id}/earlier/").content.decode()
    assert page.count("Then changed: 1,319.20 SEK, before 2,068.20 SEK") == 1
    seen = words_of(page)
    for words in (
        "Serving bowl, sea green 24 cm: 1 × 749.00, before 2 × 749.00",
        "Sent to: nils@example.com, before frida.nystrom@example.com",
    ):
        assert words in seen, words


def test_the_order_shows_its_second_version(alice_client: Client, link: PaymentLink) -> None:
    form, _page = opened(alice_client, link)
    assert send(alice_client, link, {**form, "line-0-quantity": "1"})[0] == 302
    timeline = words_of(alice_client.get(f"/orders/{link.order_id}/").content.decode())
    for words in ("Order changed before payment", "version 2", "before 2 × 749.00", "Total before 2,068.20"):
        assert words in timeline, words
    details = words_of(alice_client.get(f"/orders/{link.order_id}/details/").content.decode())
    assert "1 × 749.00" in details
    assert "2 × 749.00" not in details
