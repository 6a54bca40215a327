"""What the customer finds after the shop has changed an order: the new content, on every old address."""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from accounts.models import Store
from common import clock
from common.actor import Actor
from paylinks.actions.resend import resend_link
from paylinks.models import Attempt, PaymentLink
from paylinks.tokens import token_of
from tests import builders
from tests.paylinks.customers import order_of, pay, press_pay, url
from tests.paylinks.test_amend import amend
from tests.paylinks.typed import words_of

pytestmark = pytest.mark.django_db
CHANGED = "The shop has changed this order."


@pytest.fixture
def link(store: Store) -> PaymentLink:
    return builders.system_link(store)


def page(client: Client, link: PaymentLink) -> str:
    return words_of(client.get(url(link), follow=True).content.decode())


def test_the_old_address_leads_to_the_new_content_which_says_what_changed(client: Client, link: PaymentLink) -> None:
    assert CHANGED not in page(client, link)
    new = amend(link)
    answer = client.get(url(link))
    assert (answer.status_code, answer["Location"]) == (302, url(new))
    for words in (
        f"{CHANGED} New total 1,319.20 SEK, before 2,068.20 SEK",
        "Serving bowl, sea green 24 cm: 1 × 749.00, before 2 × 749.00",
        "Pay 1,319.20 SEK",
    ):
        assert words in page(client, link), words


def test_it_is_said_until_it_is_paid_also_on_a_link_sent_again(client: Client, link: PaymentLink) -> None:
    new = resend_link(amend(link).pk, access=None, by=Actor.system(), at=clock.now())
    assert CHANGED in page(client, new)
    paid = words_of(pay(client, new, revision="2"))
    assert "Thank you, Frida" in paid
    assert CHANGED not in paid
    order = order_of(link)
    assert (order.authorized_amount, order.status) == (131920, "authorized")


def test_a_new_reference_alone_leaves_the_total(client: Client, link: PaymentLink) -> None:
    amend(link, lines=builders.LINES, merchant_reference1="FJB-10499")
    shown = page(client, link)
    assert "The total stays 2,068.20 SEK" in shown
    assert "Reference: FJB-10499, before FJB-10498" in shown


def test_what_only_the_shop_sees_is_not_said(client: Client, link: PaymentLink) -> None:
    amend(link, lines=builders.LINES, merchant_reference2="PO 4711")
    assert CHANGED not in page(client, link)


def test_many_changes_are_counted(client: Client, store: Store) -> None:
    link = builders.system_link(store, lines=tuple(replace(builders.APRON, name=f"Apron {n}") for n in range(9)))
    amend(link, lines=(builders.BOWL,))
    assert "and 5 more" in page(client, link)


def test_a_form_of_the_old_version_begins_nothing_and_shows_the_new_one(client: Client, link: PaymentLink) -> None:
    new = amend(link)
    answer = press_pay(client, link, to_street="Götgatan 11")
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "The order has changed. Look at it again before you pay." in shown
    assert 'value="Götgatan 11"' in shown
    assert f'action="{url(new)}"' in shown
    assert 'name="revision" value="2"' in shown
    assert CHANGED in shown
    assert not Attempt.objects.exists()
    assert press_pay(client, new, revision="2").status_code == 303


def test_the_old_version_is_refused_on_the_new_address_too(client: Client, link: PaymentLink) -> None:
    answer = press_pay(client, amend(link), revision="1")
    assert answer.status_code == 409
    assert "The order has changed. Look at it again before you pay." in answer.content.decode()
    assert not Attempt.objects.exists()


def test_a_form_of_a_link_that_only_came_anew_is_led_there(client: Client, link: PaymentLink) -> None:
    newer = resend_link(link.pk, access=None, by=Actor.system(), at=clock.now())
    answer = press_pay(client, link)
    assert (answer.status_code, answer["Location"]) == (303, url(link))
    assert client.get(url(link))["Location"] == url(newer)


@pytest.mark.parametrize("method", ["get", "post"])
def test_after_a_corrected_recipient_the_old_address_shows_nothing(
    client: Client, link: PaymentLink, method: str
) -> None:
    new = amend(link, recipient_email="right@example.com")
    answer = press_pay(client, link) if method == "post" else client.get(url(link))
    if method == "post":
        assert (answer.status_code, answer["Location"]) == (303, url(link))
        answer = client.get(url(link))
    shown = answer.content.decode()
    assert answer.status_code == 410
    for secret in ("FJB-10498", "Frida", "1,319.20", "Serving bowl", "right@example.com", "Acme", token_of(new.pk)):
        assert secret not in shown, secret
    assert "frida" not in page(client, new).lower()


def test_a_changed_order_costs_one_query_more_and_little_weight(
    client: Client, link: PaymentLink, django_assert_max_num_queries: Any
) -> None:
    before = len(client.get(url(link), headers={"Accept-Encoding": "gzip"}).content)
    new = amend(link)
    with django_assert_max_num_queries(5):
        answer = client.get(url(new), headers={"Accept-Encoding": "gzip"})
    assert CHANGED in gzip.decompress(answer.content).decode()
    assert len(answer.content) - before < 400
