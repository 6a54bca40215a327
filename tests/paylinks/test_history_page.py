"""The history: what its rows show, how it is filtered, how far it reaches, what it costs."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Store, User
from common import clock
from messaging.models import Message
from paylinks.actions.cancel import cancel_link
from paylinks.actions.request import request_new_link
from paylinks.actions.resend import resend_link
from paylinks.models import PaymentLink
from tests import builders
from tests.cast import Company
from tests.paylinks.asking import pressed
from tests.paylinks.typed import words_of

URL = "/links/"
DAYS = timedelta(days=1)


def sent(acme: Company, *, at: datetime | None = None, who: str = "alice", **changes: object) -> PaymentLink:
    moment = at or clock.now()
    return builders.sent_link(acme.store, acme.access(who, moment), at=moment, **changes)


def shown(client: Client, query: str = "") -> str:
    answer = client.get(f"{URL}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_row_shows_order_recipient_delivery_status_time_creator_and_amount(alice_client: Client, acme: Company):
    link = sent(acme)
    page = shown(alice_client)
    words = words_of(page)
    assert "FJB-10498" in words
    assert link.order.reference in words
    assert "frida.nystrom@example.com Queued" in words
    assert "47 h 59 min left" in words
    assert "alice@acme.example" in words
    assert "2,068.20 SEK" in words
    assert f"/links/{link.pk}/resend/" in page


def test_the_reason_of_a_failed_delivery_is_shown(alice_client: Client, acme: Company):
    link = sent(acme)
    Message.objects.filter(subject_id=link.pk).update(
        state="bounced", error="Mailbox unavailable", settled_at=clock.now()
    )
    assert "Bounced: Mailbox unavailable" in words_of(shown(alice_client))


def test_an_open_link_past_its_end_reads_expired_though_no_sweep_came(alice_client: Client, acme: Company):
    link = sent(acme, at=clock.now() - 3 * DAYS)
    words = words_of(shown(alice_client))
    assert "Expired" in words
    assert "Closed after 48 h" in words
    assert link.status == "created"
    assert "FJB-10498" in shown(alice_client, "?status=expired")
    assert "No link matches" in shown(alice_client, "?status=created")


def test_a_request_for_a_new_link_is_marked_and_answered_with_one_click(alice_client: Client, acme: Company):
    link = sent(acme, at=clock.now() - 3 * DAYS)
    assert request_new_link(link.pk, at=clock.now())
    page = shown(alice_client, "?status=requested")
    assert "Asked for a new link" in words_of(page.split("<tbody")[1])
    assert f'formaction="/links/{link.pk}/resend/?status=requested"' in page
    answer = alice_client.post(f"/links/{link.pk}/resend/?status=requested", pressed(alice_client, link))
    assert answer["Location"] == "/links/?status=requested"
    assert PaymentLink.objects.get(order=link.order, is_current=True).number == 2


def test_who_cancelled_is_told(alice_client: Client, bob_client: Client, acme: Company):
    link = sent(acme)
    access = acme.access("alice", clock.now())
    cancel_link(link.pk, access=access, by=access.actor, at=clock.now())
    assert "Closed by you" in shown(alice_client)
    assert "Closed by alice@acme.example" in shown(bob_client)


def test_a_paid_link_leads_to_its_order(alice_client: Client, acme: Company):
    link = sent(acme)
    builders.paid(link)
    page = shown(alice_client)
    assert "Completed" in page
    assert f'href="/orders/{link.order_id}/"' in page
    assert f"/links/{link.pk}/cancel/" not in page


def test_earlier_links_unfold(alice_client: Client, acme: Company):
    link = sent(acme)
    access = acme.access("alice", clock.now())
    resend_link(link.pk, access=access, by=access.actor, at=clock.now(), recipient="nils@example.com")
    page = shown(alice_client)
    assert "1 earlier link" in page
    assert "frida.nystrom@example.com" not in page
    whole = alice_client.get(f"/links/{link.order_id}/earlier/").content.decode()
    assert "frida.nystrom@example.com" in whole
    assert "<html" in whole
    headers = {"HX-Request": "true", "HX-Target": f"earlier-{link.order_id}"}
    part = alice_client.get(f"/links/{link.order_id}/earlier/", headers=headers).content.decode()
    assert part.strip().startswith("<ul")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=fjb-104", True),
        ("?q=frida.ny", True),
        ("?q=FJB", True),
        ("?q=fj", False),
        ("?q=nobody", False),
        ("?creator=alice@acme.example", True),
        ("?creator=bob@acme.example", False),
        ("?status=cancelled", False),
        ("?since=2020-01-01&until=2020-02-01", False),
        ("?since=2020-01-01", True),
        ("?since=nonsense&status=nonsense&after=nonsense", True),
    ],
)
def test_filters_stand_in_the_address(alice_client: Client, acme: Company, query: str, found: bool):
    sent(acme)
    assert ("<tbody" in shown(alice_client, query)) is found


def test_short_reference_and_order_id_find_their_order(alice_client: Client, acme: Company):
    link = sent(acme)
    for words in (link.order.reference, link.order.reference.lower(), str(link.order_id)):
        assert "<tbody" in shown(alice_client, f"?q={words}")


@pytest.mark.parametrize(
    ("typed", "is_found"), [("A7", True), ("a7", True), ("a+7", True), ("A", False), ("7", False)]
)
def test_a_whole_reference_is_found_however_short(
    alice_client: Client, charlie_client: Client, acme: Company, typed: str, is_found: bool
):
    sent(acme, merchant_reference1="A7")
    sent(acme, merchant_reference1="A71")
    with CaptureQueriesContext(connection) as queries:
        page = shown(alice_client, f"?q={typed}")
    assert ("2,068.20" in page, "A71" in page) == (is_found, False)
    assert ("Type at least 3 characters, or the whole merchant reference 1." in page) is not is_found
    assert len(queries) <= 4, [query["sql"][:120] for query in queries]


def test_a_set_filter_is_a_chip_that_can_be_removed(alice_client: Client, acme: Company):
    page = shown(alice_client, f"?store={acme.store.mid}&status=created&q=fjb")
    assert 'href="/links/?q=fjb&amp;status=created"' in page
    assert "Clear all" in page


def test_pages_follow_each_other_without_gap(alice_client: Client, acme: Company, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("paylinks.search.page.__defaults__", (2,))
    for number in range(3):
        sent(acme, at=clock.now() - number * timedelta(minutes=1), merchant_reference1=f"R-{number}")
    first = alice_client.get(URL)
    assert "R-0" in first.content.decode()
    assert "R-2" not in first.content.decode()
    second = shown(alice_client, first.context["older"].removeprefix(URL))
    assert "R-2" in second
    assert "R-1" not in second
    assert "of <b>3</b>" not in first.content.decode()
    assert "of <b>3</b>" in alice_client.get("/links/count/").content.decode()


def test_a_viewer_has_no_history_and_a_stranger_sees_none_of_it(
    vera_client: Client, charlie_client: Client, acme: Company
):
    link = sent(acme)
    assert vera_client.get(URL).status_code == 403
    assert "No links yet" in shown(charlie_client)
    assert charlie_client.get(f"{URL}?store={acme.store.mid}").status_code == 404
    assert charlie_client.get(f"/links/{link.order_id}/earlier/").status_code == 404


@pytest.mark.parametrize("count", [1, 50])
def test_the_page_costs_four_queries_however_long_it_is(
    alice_client: Client, alice: User, acme: Company, store: Store, count: int
):
    for number in range(count):
        builders.system_link(store, merchant_reference1=f"R-{number}")
    alice_client.get(URL)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        alice_client.get(URL)
    assert len(queries) <= 4, [query["sql"][:120] for query in queries]
