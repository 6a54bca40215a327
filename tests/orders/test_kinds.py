"""The timeline by group and by kind."""

from __future__ import annotations

import pytest
from django.test import Client

from orders.kinds import reading_of
from orders.models import Event, Order
from tests.builders import captured_order, placed_order
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


def test_every_kind_of_the_chosen_group_is_a_choice_with_its_count(alice_client: Client, order: Order) -> None:
    address = f"/orders/{order.pk}/"
    assert "kind=order.placed" not in get(alice_client, address)
    money = get(alice_client, address, kind="money")
    assert f'href="{address}?kind=order.authorized">Authorized <span class="count">1</span>' in money
    assert f'href="{address}?kind=message.sent"' not in money
    one = get(alice_client, address, kind="order.authorized")
    assert _titles(one) == {"Authorized</h2>"}
    for words in ('aria-current="true">Money <', 'aria-current="true">Authorized <'):
        assert words in one


def test_the_counts_of_the_kinds_add_up_to_their_group_and_the_groups_to_all(acme: Company) -> None:
    order = captured_order(acme.store)
    events = list(Event.objects.filter(order=order))
    whole, *groups = reading_of(events, "", "/").groups
    assert whole.count == len(events) == sum(each.count for each in groups)
    for group in groups:
        kinds = reading_of(events, group.name, "/").kinds
        assert not kinds or sum(each.count for each in kinds) == group.count


def test_the_paper_holds_what_the_timeline_showed(alice_client: Client, order: Order) -> None:
    address = f"/orders/{order.pk}/"
    shown = get(alice_client, address, q="FJB", kind="order.placed")
    assert f'href="{address}print/?q=FJB&amp;kind=order.placed"' in shown
    paper = get(alice_client, f"{address}print/", kind="order.placed")
    assert _titles(paper) == {"Order placed</h2>"}
    assert "Timeline, only: Order placed</h2>" in paper
    assert "Timeline</h2>" in get(alice_client, f"{address}print/")


def test_the_kinds_of_an_order_with_one_group_stand_at_once() -> None:
    reading = reading_of([Event(kind="order.created"), Event(kind="capture.declined")], "", "/")
    assert [each.words for each in reading.groups] == ["All", "Order created", "Capture declined"]
    assert reading.kinds == ()


def test_one_kind_alone_is_no_choice() -> None:
    reading = reading_of([Event(kind="order.created"), Event(kind="order.created")], "", "/")
    assert (reading.groups, reading.kinds) == ((), ())
