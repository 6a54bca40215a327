"""The list of orders, asked over HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from common.actor import Actor
from orders.actions.draft import draft_order
from orders.models import Alert, Repeat
from tests.builders import LINES
from tests.cast import Company
from tests.orders.pages import get, link, many, quick_order, references, rows

pytestmark = pytest.mark.django_db


def test_home_leads_to_the_orders(alice_client: Client) -> None:
    answer = alice_client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/orders/")


def test_nobody_is_asked_to_sign_in(client: Client) -> None:
    answer = client.get("/orders/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in/")


def test_nothing_yet_says_how_orders_come(alice_client: Client) -> None:
    page = get(alice_client, "/orders/")
    assert "No orders yet" in page
    assert "Create order" in page


def test_a_viewer_is_not_offered_to_create(vera_client: Client) -> None:
    assert "Create order" not in get(vera_client, "/orders/")


def test_a_row_shows_what_the_design_shows(alice_client: Client, acme: Company, at: datetime) -> None:
    order = quick_order(acme.store, at, "FJB-10497")
    (row,) = rows(get(alice_client, "/orders/"))
    for words in ("FJB-10497", "Frida Nyström", "Authorized", "Visa •• 4242", "2,068.20<abbr>SEK</abbr>", ">SE<"):
        assert words in row
    assert f'href="/orders/{order.pk}/"' in row
    assert ">TEST</span>" in row


def test_orders_nobody_paid_stay_out(alice_client: Client, acme: Company, at: datetime) -> None:
    draft_order(
        acme.store, lines=LINES, currency="SEK", country="SE", language="en", merchant_reference1="FJB-1",
        email="x@example.com", by=Actor.system(), at=at,
    )  # fmt: skip
    assert "No orders yet" in get(alice_client, "/orders/")


def test_orders_of_another_merchant_do_not_exist(charlie_client: Client, acme: Company, at: datetime) -> None:
    quick_order(acme.store, at)
    assert rows(get(charlie_client, "/orders/")) == []
    assert charlie_client.get("/orders/", {"store": acme.store.mid}).status_code == 404


def test_the_store_filter_shows_one_store(alice_client: Client, acme: Company, at: datetime) -> None:
    quick_order(acme.store, at, "FJB-1")
    quick_order(acme.second_store, at, "FJB-2")
    assert sorted(references(get(alice_client, "/orders/"))) == ["FJB-1", "FJB-2"]
    page = get(alice_client, "/orders/", store=acme.second_store.mid)
    assert references(page) == ["FJB-2"]
    assert 'aria-label="Remove filter Store"' in page


def test_several_statuses_can_be_asked_for(alice_client: Client, acme: Company, at: datetime) -> None:
    quick_order(acme.store, at, "FJB-1")
    quick_order(acme.store, at, "FJB-2", is_charged_at_once=True)
    assert references(get(alice_client, "/orders/", status="captured")) == ["FJB-2"]
    assert len(references(get(alice_client, "/orders/", status=["captured", "authorized"]))) == 2
    page = get(alice_client, "/orders/", status="cancelled")
    assert "No order matches these filters" in page
    assert "Clear filters" in page


def test_a_status_nobody_knows_is_left_out(alice_client: Client, acme: Company, at: datetime) -> None:
    quick_order(acme.store, at)
    assert len(rows(get(alice_client, "/orders/", status="pending"))) == 1


def test_the_end_of_an_authorization_is_marked_three_days_ahead(
    alice_client: Client, acme: Company, at: datetime
) -> None:
    quick_order(acme.store, at, expires_at=at + timedelta(days=5))
    assert 'class="due"' not in get(alice_client, "/orders/")
    quick_order(acme.store, at, expires_at=at + timedelta(days=2))
    assert "in 2 days" in get(alice_client, "/orders/")


def test_an_order_under_review_says_so(alice_client: Client, acme: Company, at: datetime) -> None:
    quick_order(acme.store, at, is_under_review=True)
    assert "Under review" in rows(get(alice_client, "/orders/"))[0]


@pytest.mark.parametrize("filters", [{}, {"q": "FJB"}])
def test_pages_hold_every_order_once_in_both_directions(
    alice_client: Client, acme: Company, at: datetime, filters: dict[str, Any]
) -> None:
    many(acme.store, at, 120)
    page = get(alice_client, "/orders/", **filters)
    seen = [references(page)]
    while link(page, "next"):
        page = get(alice_client, link(page, "next"))
        seen.append(references(page))
    assert [len(each) for each in seen] == [50, 50, 20]
    assert len({reference for each in seen for reference in each}) == 120
    back = get(alice_client, link(page, "prev"))
    assert references(back) == seen[1]
    assert "51–100" in back
    first = get(alice_client, link(back, "prev"))
    assert references(first) == seen[0]
    assert link(first, "prev") == ""


def test_a_page_stays_when_newer_orders_arrive(alice_client: Client, acme: Company, at: datetime) -> None:
    many(acme.store, at, 60)
    second = link(get(alice_client, "/orders/"), "next")
    before = references(get(alice_client, second))
    quick_order(acme.store, at + timedelta(seconds=1), "FJB-NEW")
    assert references(get(alice_client, second)) == before


def test_a_damaged_or_foreign_cursor_shows_the_first_page(alice_client: Client, acme: Company, at: datetime) -> None:
    many(acme.store, at, 60)
    page = get(alice_client, "/orders/")
    foreign = link(page, "next").replace("/orders/?", "/orders/?status=authorized&")
    for address in (foreign, "/orders/?after=nonsense&from=999"):
        again = get(alice_client, address)
        assert references(again) == references(page)
        assert "1–50" in again


def test_the_fragment_holds_the_lines_of_the_page(alice_client: Client, acme: Company, at: datetime) -> None:
    many(acme.store, at, 3)
    page, fragment = (get(alice_client, "/orders/", target=target, q="FJB-1") for target in ("", "results"))
    assert rows(fragment) == rows(page)
    assert len(rows(page)) == 1
    assert "<html" not in fragment
    assert 'id="results"' in fragment
    assert 'id="chips" hx-swap-oob="true"' in fragment


def test_counts_come_later_and_are_capped(
    alice_client: Client, acme: Company, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(acme.store, at, 60)
    page = get(alice_client, "/orders/")
    assert 'hx-get="/orders/count/"' in page
    assert "of <b>60</b>" in get(alice_client, "/orders/count/", target="count")
    monkeypatch.setattr("orders.search.CAP", 40)
    monkeypatch.setattr("orders.search.SEARCH_CAP", 10)
    assert "of more than <b>40</b>" in get(alice_client, "/orders/count/")
    assert "of more than <b>10</b>" in get(alice_client, "/orders/count/", q="FJB")


def test_what_fits_on_one_page_needs_no_second_question(alice_client: Client, acme: Company, at: datetime) -> None:
    many(acme.store, at, 2)
    page = get(alice_client, "/orders/")
    assert "of <b>2</b>" in page
    assert "/orders/count/" not in page


@pytest.mark.parametrize("count", [1, 50])
def test_the_list_asks_four_questions_however_long(
    alice_client: Client, acme: Company, at: datetime, django_assert_max_num_queries: Any, count: int
) -> None:
    for order in many(acme.store, at, count):
        Alert.objects.create(order=order, kind=Alert.Kind.DIFFERENCE, opened_at=at)
    assert Repeat.objects.exists() == (count > 1)  # equal orders are pairs
    alice_client.get("/orders/")  # forms the session once
    for params in ({}, {"q": "FJB"}, {"status": "authorized"}, {"q": "frida.ny"}, {"store": acme.store.mid}):
        with django_assert_max_num_queries(4):
            page = get(alice_client, "/orders/", **params)
        assert len(rows(page)) == count


def test_empty_fields_of_the_form_leave_the_address(alice_client: Client, acme: Company) -> None:
    answer = alice_client.get("/orders/", {"q": "", "store": "", "status": "captured"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/orders/?status=captured")
