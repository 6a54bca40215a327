"""Editing the merchant references: which are open when, and what becomes of them."""

from __future__ import annotations

import pytest
from django.test import Client

from common import clock
from common.actor import Actor
from common.errors import DomainError
from documents.models import Document
from orders.actions.edit_references import edit_references
from orders.models import Event, Order
from orders.timeline import What
from tests.builders import captured_order, placed_order, system_link
from tests.cast import Company
from tests.orders.edits import edit, opened, send, text
from tests.orders.pages import get, quick_order, references

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order(acme: Company) -> Order:
    return quick_order(acme.store, clock.now(), "FJB-1")


def edited(order: Order) -> list[Event]:
    return list(Event.objects.filter(order=order, kind=What.REFERENCES_EDITED))


def test_both_are_edited_and_found_again(alice_client: Client, order: Order) -> None:
    answer = edit(alice_client, order, "references", merchant_reference1="FJB-77", merchant_reference2="PO 77-2291")
    assert answer.status_code == 200, text(answer)
    assert (order.merchant_reference1, order.merchant_reference2) == ("FJB-77", "PO 77-2291")
    assert "Saved." in text(answer)
    assert answer.headers["HX-Replace-Url"] == f"/orders/{order.pk}/details/?q=FJB"
    assert 'hx-swap-oob' in text(answer)
    assert references(text(answer)) == ["FJB-77"]
    assert references(get(alice_client, "/orders/", q="77-2291")) == ["FJB-77"]
    timeline = text(alice_client.get(f"/orders/{order.pk}/?kind=edits"))
    for words in ("References edited", "FJB-1 → FJB-77", "empty → PO 77-2291", "alice@acme.example"):
        assert words in timeline
    assert "Order placed" not in timeline
