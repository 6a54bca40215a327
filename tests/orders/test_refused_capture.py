"""A refused capture is said while another can be tried, and no longer."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from common import clock
from orders.actions.expire import expire_authorizations
from orders.models import Order
from sandbox.actions import controls
from sandbox.models import Behaviour
from tests.builders import placed_order
from tests.cast import Company
from tests.orders.dialogs import dialog, only, send, updated
from tests.orders.pages import get, rows

pytestmark = pytest.mark.django_db(transaction=True)
DECLINED = "Capture declined"


@pytest.fixture
def refused(alice_client: Client, acme: Company) -> Order:
    """Nothing was captured of it."""
    return _refuse(alice_client, placed_order(acme.store))


@pytest.fixture
def half(alice_client: Client, acme: Company) -> Order:
    """The apron was captured; the capture of the rest was refused."""
    order = placed_order(acme.store)
    send(alice_client, order, updated(alice_client, order, only(order, dialog(alice_client, order), Linen=1)))
    return _refuse(alice_client, order)


def _refuse(client: Client, order: Order) -> Order:
    controls.set_behaviour(Behaviour.Kind.DECLINE, at=clock.now(), times=1)
    send(client, order, dialog(client, order))
    return order


def _shown(client: Client, order: Order) -> tuple[str, str]:
    """The order's head and its row in the list; the timeline below keeps what happened."""
    page = html.unescape(get(client, f"/orders/{order.pk}/"))
    (row,) = rows(get(client, "/orders/"))
    return page.partition('<ol class="timeline">')[0], row


def _expire(_client: Client, _order: Order) -> None:
    with time_machine.travel(clock.now() + timedelta(days=8)):
        assert expire_authorizations(clock.now()) == 1


def _let_go(verb: str) -> Callable[[Client, Order], None]:
    def act(client: Client, order: Order) -> None:
        page = get(client, f"/orders/{order.pk}/{verb}/", target="dialog", beside="1")
        form = dict(re.findall(r'name="(key|version)" value="([^"]+)"', page))
        assert client.post(f"/orders/{order.pk}/{verb}/", form).status_code == 302

    return act


@pytest.mark.parametrize("kind", ["refused", "half"])
def test_it_is_said_while_it_can_be_tried_again(
    alice_client: Client, request: pytest.FixtureRequest, kind: str
) -> None:
    head, row = _shown(alice_client, request.getfixturevalue(kind))
    assert "Capture declined, nothing was charged" in head
    assert DECLINED in row


@pytest.mark.parametrize(
    ("kind", "ends", "status"),
    [
        ("refused", _expire, "Expired"),
        ("refused", _let_go("cancel"), "Cancelled"),
        ("half", _expire, "Captured"),
        ("half", _let_go("release"), "Captured"),
    ],
)
def test_an_order_that_ended_shows_how(
    alice_client: Client,
    request: pytest.FixtureRequest,
    kind: str,
    ends: Callable[[Client, Order], None],
    status: str,
) -> None:
    order = request.getfixturevalue(kind)
    ends(alice_client, order)
    for shown in _shown(alice_client, order):
        assert DECLINED not in shown
        assert f"</svg>{status}</span>" in shown


@pytest.mark.parametrize(("kind", "released"), [("refused", "2,068.20 SEK"), ("half", "1,444.21 SEK")])
def test_an_authorization_that_ended_says_what_it_let_go_of_and_offers_a_duplicate(
    alice_client: Client, request: pytest.FixtureRequest, kind: str, released: str
) -> None:
    order = request.getfixturevalue(kind)
    _expire(alice_client, order)
    head, _row = _shown(alice_client, order)
    notice = head.partition(f"The authorization ended and {released} was released")[2].partition("</a>")[0]
    assert f'href="/links/new/?from={order.pk}"' in notice
