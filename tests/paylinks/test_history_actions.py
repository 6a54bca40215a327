"""What can be done from a row: copy, resend, correct, cancel; and how rows stay true while watched."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from accounts.actions import configure_store
from common import clock
from common.actor import Actor
from paylinks.actions.cancel import cancel_link
from paylinks.models import PaymentLink
from paylinks.tokens import url_of
from tests import builders
from tests.cast import Company
from tests.paylinks.asking import asked

DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}


@pytest.fixture
def link(acme: Company) -> PaymentLink:
    return builders.sent_link(acme.store, acme.access("alice", clock.now()))


def cancelled(link: PaymentLink) -> None:
    cancel_link(link.pk, access=None, by=Actor.system(), at=clock.now())


def test_the_address_is_shown_with_its_code_as_page_and_as_dialog(alice_client: Client, link: PaymentLink):
    for headers in ({}, DIALOG):
        page = alice_client.get(f"/links/{link.pk}/address/", headers=headers).content.decode()
        assert f'data-copy="{url_of(link.pk)}"' in page
        assert '<svg class="qr"' in page
        assert ("<html" in page) is not bool(headers)


def test_the_address_of_a_closed_link_gives_way_to_the_reason(alice_client: Client, link: PaymentLink):
    cancelled(link)
    page = alice_client.get(f"/links/{link.pk}/address/").content.decode()
    assert "The link is closed." in page
    assert url_of(link.pk) not in page


@pytest.mark.parametrize("verb", ["address", "created", "resend", "cancel"])
def test_only_those_who_create_links_reach_them_and_strangers_find_nothing(
    vera_client: Client, charlie_client: Client, link: PaymentLink, verb: str
):
    assert vera_client.get(f"/links/{link.pk}/{verb}/").status_code == 403
    assert charlie_client.get(f"/links/{link.pk}/{verb}/").status_code == 404
    assert charlie_client.get(f"/links/{uuid.uuid4()}/{verb}/").status_code == 404


def test_looking_at_a_dialog_changes_nothing(alice_client: Client, link: PaymentLink):
    for verb in ("resend", "cancel", "address", "created"):
        assert alice_client.get(f"/links/{link.pk}/{verb}/", headers=DIALOG).status_code == 200
    link.refresh_from_db()
    assert (link.status, link.is_current) == ("created", True)


def test_resending_goes_to_the_same_recipient_and_comes_back_to_the_filtered_list(
    alice_client: Client, link: PaymentLink
):
    form = asked(alice_client, link, "resend")
    answer = alice_client.post(f"/links/{link.pk}/resend/?status=created", form, follow=True)
    assert answer.redirect_chain[0][0] == "/links/?status=created"
    assert "A new link for FJB-10498 is on its way" in answer.content.decode()
    new = PaymentLink.objects.get(order=link.order, is_current=True)
    assert (new.number, new.recipient) == (2, link.recipient)


def test_a_corrected_recipient_is_read_like_in_the_create_form(alice_client: Client, link: PaymentLink):
    form = asked(alice_client, link, "resend")
    wrong = alice_client.post(f"/links/{link.pk}/resend/", {**form, "recipient": "frida@"})
    assert wrong.status_code == 422
    assert "<title>Error:" in wrong.content.decode()
    assert 'value="frida@"' in wrong.content.decode()
    alice_client.post(f"/links/{link.pk}/resend/", {**form, "recipient": "nils@example.com"})
    assert PaymentLink.objects.get(order=link.order, is_current=True).recipient == "nils@example.com"


def test_a_paid_order_gets_no_new_link(alice_client: Client, link: PaymentLink):
    form = asked(alice_client, link, "resend")
    builders.paid(link)
    answer = alice_client.post(f"/links/{link.pk}/resend/", form)
    assert answer.status_code == 409
    assert "The customer has paid." in answer.content.decode()
    assert PaymentLink.objects.count() == 1


def test_without_terms_no_new_link_goes_out_and_the_reason_is_said(
    alice_client: Client, link: PaymentLink, acme: Company
):
    configure_store(acme.store, {"terms_url": ""}, by=Actor.system(), at=clock.now())
    page = alice_client.get(f"/links/{link.pk}/resend/", headers=DIALOG).content.decode()
    assert "Terms and conditions are missing" in page
    assert "Send new link</button>" not in page


def test_cancelling_asks_first_and_then_closes_the_link(alice_client: Client, link: PaymentLink):
    page = alice_client.get(f"/links/{link.pk}/cancel/").content.decode()
    assert "Cancel the link for FJB-10498?" in page
    assert "Keep link" in page
    answer = alice_client.post(f"/links/{link.pk}/cancel/", asked(alice_client, link, "cancel"), follow=True)
    assert "is cancelled" in answer.content.decode()
    link.refresh_from_db()
    assert (link.status, link.cancelled_by) == ("cancelled", "alice@acme.example")


def test_cancelling_twice_says_why_not(alice_client: Client, link: PaymentLink):
    form = asked(alice_client, link, "cancel")
    cancelled(link)
    answer = alice_client.post(f"/links/{link.pk}/cancel/", form)
    assert answer.status_code == 409
    assert "The link is closed." in answer.content.decode()


def rows(client: Client, *, seen: str) -> tuple[int, str]:
    answer = client.get("/links/pulse/", {"rows": seen})
    return answer.status_code, answer.content.decode()


def test_a_watched_row_is_sent_again_only_when_it_changed(alice_client: Client, link: PaymentLink):
    seen = alice_client.get("/links/").context["watched"]
    assert rows(alice_client, seen=seen)[0] == 204
    cancelled(link)
    status, page = rows(alice_client, seen=seen)
    assert status == 200
    assert f'<tr role="row" id="link-{link.order_id}" hx-swap-oob="true">' in page
    assert "Cancelled" in page
    assert 'id="pulse"' in page


def test_a_stranger_watches_nothing(charlie_client: Client, alice_client: Client, link: PaymentLink):
    seen = alice_client.get("/links/").context["watched"]
    cancelled(link)
    assert rows(charlie_client, seen=seen) == (204, "")
    assert rows(alice_client, seen="nonsense,:,")[0] == 204


def test_the_delivery_on_the_created_page_follows_the_message(alice_client: Client, link: PaymentLink):
    page = alice_client.get(f"/links/{link.pk}/created/").content.decode()
    assert "Queued" in page
    headers = {"HX-Request": "true", "HX-Target": "delivery"}
    part = alice_client.get(f"/links/{link.pk}/created/", headers=headers).content.decode()
    assert part.startswith('<span id="delivery"')
