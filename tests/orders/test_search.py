"""Finding an order by what a person has at hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from tests.cast import Company
from tests.orders.pages import get, link, quick_order, references, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def found_by(alice_client: Client, acme: Company, at: datetime) -> Callable[[str], list[str]]:
    """Searches a shop of three orders."""
    quick_order(acme.store, at, "FJB-10497", merchant_reference2="PO 77-2291", phone="+46701740635")
    quick_order(
        acme.store, at - timedelta(hours=1), "FJB-10498",
        customer_name="Jonas Møller Hansen", email="jonas@example.dk", phone="+4531234567",
    )  # fmt: skip
    quick_order(acme.store, at - timedelta(hours=2), "OSL-7", customer_name="Åsa Öberg", email="asa@example.no")
    return lambda words: references(get(alice_client, "/orders/", q=words))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("FJB-10497", ["FJB-10497"]),
        ("fjb-10497", ["FJB-10497"]),
        ("  FJB- 10497 ", ["FJB-10497"]),
        ("1049", ["FJB-10497", "FJB-10498"]),
        ("PO 77-2291", ["FJB-10497"]),
        ("77-2291", ["FJB-10497"]),
        ("jonas møller", ["FJB-10498"]),
        ("Hansen Jonas", ["FJB-10498"]),
        ("ÖBERG", ["OSL-7"]),
        ("example.dk", ["FJB-10498"]),
        ("frida.nystrom@example.com", ["FJB-10497"]),
        ("+46701740635", ["FJB-10497"]),
        ("+46 70 174 06 35", ["FJB-10497"]),
        ("070-174 06 35", ["FJB-10497"]),
        ("0046 70 174 06 35", ["FJB-10497"]),
        ("31 23 45 67", ["FJB-10498"]),
        ("100%", []),
        ("FJB_10497", []),
        ("nobody at all", []),
    ],
)
def test_words_find_orders(found_by: Callable[[str], list[str]], words: str, expected: list[str]) -> None:
    assert found_by(words) == expected


def test_the_order_id_is_found_whole_and_with_pasted_spaces(alice_client: Client, acme: Company, at: datetime) -> None:
    order = quick_order(acme.store, at, "FJB-1")
    quick_order(acme.store, at, "FJB-2")
    for words in (str(order.pk), str(order.pk).upper(), f" {order.pk}\n", order.reference, order.reference.lower()):
        assert references(get(alice_client, "/orders/", q=words)) == ["FJB-1"]
    assert references(get(alice_client, "/orders/", q=order.reference.replace("-", " "))) == ["FJB-1"]


def test_the_exact_reference_comes_first(alice_client: Client, acme: Company, at: datetime) -> None:
    quick_order(acme.store, at - timedelta(days=1), "1001")
    for index in range(60):
        quick_order(acme.store, at - timedelta(minutes=index), f"1001{index}")
    first = get(alice_client, "/orders/", q="1001")
    second = get(alice_client, link(first, "next"))
    assert references(first)[:2] == ["1001", "10010"]
    assert "1–50<" in first
    assert "51–61<" in second
    seen = [*references(first), *references(second)]
    assert len(seen) == len(set(seen)) == 61
    assert references(get(alice_client, link(second, "prev"))) == references(first)


def test_more_exact_references_than_lead_are_all_found_once(alice_client: Client, acme: Company, at: datetime) -> None:
    for index in range(56):
        quick_order(acme.store, at - timedelta(minutes=index), "1001" if index % 8 == 7 else f"1001-{index}")
    first = get(alice_client, "/orders/", q="1001")
    second = get(alice_client, link(first, "next"))
    assert references(first)[:6] == ["1001"] * 5 + ["1001-0"]
    assert [len(references(page)) for page in (first, second)] == [50, 6]
    assert len({row.split('"')[3] for page in (first, second) for row in rows(page)}) == 56


def test_two_characters_find_only_the_whole_reference(alice_client: Client, acme: Company, at: datetime) -> None:
    quick_order(acme.store, at, "A7")
    quick_order(acme.store, at, "A77")
    assert references(get(alice_client, "/orders/", q="a7")) == ["A7"]
    page = get(alice_client, "/orders/", q="zz")
    assert "Type at least 3 characters, or the whole merchant reference 1." in page
    assert "at least 3 characters" in get(alice_client, "/links/", q="a7")


def test_words_of_another_merchant_find_nothing(charlie_client: Client, acme: Company, at: datetime) -> None:
    order = quick_order(acme.store, at, "FJB-1")
    for words in ("FJB-1", str(order.pk), order.reference, "frida"):
        assert references(get(charlie_client, "/orders/", q=words)) == []


def test_words_and_filters_narrow_together(alice_client: Client, acme: Company, at: datetime) -> None:
    quick_order(acme.store, at, "FJB-1")
    quick_order(acme.second_store, at, "FJB-2")
    assert references(get(alice_client, "/orders/", q="frida", store=acme.store.mid)) == ["FJB-1"]
    assert references(get(alice_client, "/orders/", q="FJB-2", store=acme.store.mid)) == []
