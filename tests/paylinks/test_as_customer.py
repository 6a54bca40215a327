"""View as customer: the customer's own page for staff, which moves nothing and gives no secret away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import Store
from common import clock
from common.actor import Actor
from orders.models import Event, Order
from paylinks.actions.cancel import cancel_link
from paylinks.actions.resend import resend_link
from paylinks.models import Attempt, PaymentLink
from paylinks.tokens import token_of
from sandbox.models import Payment
from tests import builders
from tests.cast import Company
from tests.paylinks.customers import url

pytestmark = pytest.mark.django_db

BANNER = "You see what the customer sees. Nothing can be paid or changed here."
VOID = {"input", "meta", "link", "img", "br", "hr", "path", "circle", "use"}
CONTROLS = {"button", "select", "textarea", "input"}


class Controls(HTMLParser):
    """What of a page could be pressed, and where its forms go."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.within: list[bool] = []
        self.alive: list[str] = []
        self.posts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember what stands in a dead fieldset, and what does not."""
        told = dict(attrs)
        if tag == "form" and told.get("method") == "post":
            self.posts.append(told.get("action") or "")
        if tag in CONTROLS and told.get("type") != "hidden" and not any(self.within):
            self.alive.append(told.get("name") or tag)
        if tag not in VOID:
            self.within.append(tag == "fieldset" and "disabled" in told)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if tag not in VOID and self.within:
            self.within.pop()


def address(link: PaymentLink, rest: str = "") -> str:
    return f"/links/{link.order_id}/as-customer/{rest}"


def unpaid(store: Store, **changes: Any) -> PaymentLink:
    return builders.system_link(store, **changes)


def declined(store: Store) -> PaymentLink:
    link = unpaid(store)
    builders.paid(link, "decline")
    return link


def being_paid(store: Store) -> PaymentLink:
    return builders.begun(unpaid(store)).link


def unsure(store: Store) -> PaymentLink:
    """Begun in time; looked at when its 15 minutes after the end are over."""
    return builders.begun(unpaid(store, at=clock.now() - timedelta(hours=47, minutes=59))).link


def reviewed(store: Store) -> PaymentLink:
    link = unpaid(store)
    builders.paid(link, "review", method="klarna")
    return link


def done(store: Store) -> PaymentLink:
    link = unpaid(store)
    builders.paid(link)
    return link


def expired(store: Store) -> PaymentLink:
    return unpaid(store, at=clock.now() - timedelta(hours=49))


def cancelled(store: Store) -> PaymentLink:
    link = unpaid(store)
    cancel_link(link.pk, access=None, by=Actor.system(), at=clock.now())
    return link


STATES: dict[Callable[[Store], PaymentLink], str] = {
    unpaid: "Pay 2,068.20 SEK",
    declined: "The payment was declined. Nothing was charged.",
    being_paid: "Go on with the payment",
    unsure: "We do not know yet",
    reviewed: "Your payment is being checked",
    done: "Your payment went through.",
    expired: "Ask for a new link",
    cancelled: "This link was cancelled",
}


def everything() -> list[Any]:
    """All that a customer's visit could leave behind, here and at the provider."""
    models = (Order, PaymentLink, Attempt, Event, Payment)
    return [list(model.objects.order_by("pk").values()) for model in models]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_staff_see_the_page_of_every_state_and_can_press_nothing(
    vera_client: Client, store: Store, state: Callable[[Store], PaymentLink]
) -> None:
    link = state(store)
    before = everything()
    with time_machine.travel(clock.now() + timedelta(minutes=16 if state is unsure else 0), tick=True):
        answer = vera_client.get(address(link))
    page = answer.content.decode()
    assert (answer.status_code, BANNER in page, STATES[state] in page) == (200, True, True)
    assert Controls(page).alive == []
    assert token_of(link.pk) not in page + str(answer.headers)
    assert "Refresh" not in answer
    assert "sandbox" not in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "private, no-store"
    assert everything() == before


def test_it_is_the_customers_own_page(client: Client, alice_client: Client, store: Store) -> None:
    link = unpaid(store)
    theirs = client.get(url(link)).content.decode()
    ours = alice_client.get(address(link)).content.decode()
    assert Controls(theirs).alive[-1:] == ["button"]
    middle = [page.partition("<main")[2].partition('<form method="post"')[0] for page in (theirs, ours)]
    assert middle[0] == middle[1]


@pytest.mark.parametrize("state", [unpaid, being_paid, expired])
def test_nothing_can_be_posted(alice_client: Client, store: Store, state: Callable[[Store], PaymentLink]) -> None:
    link = state(store)
    posts = Controls(alice_client.get(address(link)).content.decode()).posts
    assert posts
    assert set(posts) <= {address(link), ""}
    assert alice_client.post(address(link), {"terms": "on"}).status_code == 405


def test_the_language_can_be_changed_and_the_banner_stays_ours(
    alice_client: Client, store: Store, settings: Any
) -> None:
    settings.LANGUAGES = [("en", "English"), ("sv", "Svenska")]
    link = unpaid(store, language="sv")
    page = alice_client.get(address(link)).content.decode()
    assert '<html lang="sv">' in page
    assert 'class="testing watch" lang="en" aria-labelledby="watch"' in page
    assert Controls(page).alive == ["lang", "button"]
    assert '<html lang="en">' in alice_client.get(address(link, "?lang=en")).content.decode()


def test_a_replaced_link_leads_on_to_the_newest(alice_client: Client, store: Store) -> None:
    old = unpaid(store)
    newer = resend_link(old.pk, access=None, by=Actor.system(), at=clock.now())
    page = alice_client.get(address(old, "?number=1")).content.decode()
    assert "This is an earlier link of the order." in page
    assert "Pay 2,068.20 SEK" in page
    assert token_of(newer.pk) not in page
    assert "earlier link" not in alice_client.get(address(old)).content.decode()


def test_a_link_with_a_wrong_recipient_shows_as_dead(alice_client: Client, store: Store) -> None:
    old = unpaid(store)
    resend_link(old.pk, access=None, by=Actor.system(), at=clock.now(), recipient="right@example.com")
    answer = alice_client.get(address(old, "?number=1"))
    page = answer.content.decode()
    assert (answer.status_code, BANNER in page) == (200, True)
    assert "This link no longer works" in page
    assert "2,068.20" not in page
    assert alice_client.get(address(old, "?number=3")).status_code == 404


def test_a_link_long_dead_is_shown_as_the_customer_finds_it(alice_client: Client, store: Store) -> None:
    page = alice_client.get(address(unpaid(store, at=clock.now() - timedelta(days=33)))).content.decode()
    assert BANNER in page
    assert "There is no payment link at this address" in page


def test_a_stranger_finds_nothing_and_nobody_signs_in_first(
    charlie_client: Client, client: Client, store: Store
) -> None:
    link = unpaid(store)
    assert charlie_client.get(address(link)).status_code == 404
    assert client.get(address(link)).status_code == 302


def test_drawer_and_history_lead_there_in_a_window_of_its_own(
    alice_client: Client, vera_client: Client, acme: Company
) -> None:
    link = unpaid(acme.store)
    way = f'href="{address(link)}" target="_blank"'
    assert way in alice_client.get("/links/").content.decode()
    for person in (alice_client, vera_client):
        assert way in person.get(f"/orders/{link.order_id}/").content.decode()
    resend_link(link.pk, access=None, by=Actor.system(), at=clock.now())
    earlier = alice_client.get(f"/links/{link.order_id}/earlier/").content.decode()
    assert f'href="{address(link, "?number=1")}" target="_blank"' in earlier
