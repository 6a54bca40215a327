"""The timeline by kind."""

from __future__ import annotations

import pytest
from django.test import Client

from orders.kinds import choices
from orders.models import Event, Order
from tests.builders import placed_order
from tests.cast import Company
from tests.orders.pages import get

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(acme: Company) -> Order:
    return placed_order(acme.store)


def _titles(page: str) -> set[str]:
    return {words for words in ("Authorized</h2>", "Payment link created</h2>", "Order placed</h2>") if words in page}


def test_everything_is_shown_until_one_kind_is_chosen(alice_client: Client, order: Order) -> None:
    whole = get(alice_client, f"/orders/{order.pk}/", q="FJB")
    assert len(_titles(whole)) == 3
    assert f'href="/orders/{order.pk}/?q=FJB&amp;kind=money"' in whole
    assert 'id="kind-papers"' not in whole
    assert _titles(get(alice_client, f"/orders/{order.pk}/", kind="money")) == {"Authorized</h2>", "Order placed</h2>"}
    contact = get(alice_client, f"/orders/{order.pk}/", kind="contact")
    assert _titles(contact) == {"Payment link created</h2>"}
    assert 'aria-current="true">Links and messages' in contact


def test_a_kind_nobody_knows_shows_everything(alice_client: Client, order: Order) -> None:
    assert len(_titles(get(alice_client, f"/orders/{order.pk}/", kind="nonsense"))) == 3


def test_one_kind_alone_is_no_choice() -> None:
    assert choices([Event(kind="order.created"), Event(kind="capture.declined")], "", "/") == []
