"""The meter shows where all of an order's money is, also while the gateway lets go of some."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Store
from common import clock
from orders import operations
from orders.models import Operation, Order
from sandbox.actions import controls
from sandbox.models import Behaviour
from tests.builders import placed_order
from tests.orders.pages import get
from tests.orders.stages import order_at

pytestmark = pytest.mark.django_db(transaction=True)


def _meter(client: Client, order: Order) -> dict[str, str]:
    """The legend; it says the same as the picture beside it, and the parts of it fill it."""
    page = html.unescape(get(client, f"/orders/{order.pk}/"))
    legend = dict(re.findall(r'<span class="(?:cap|ref|)">([^<]+)<b>([^<]+)</b></span>', page))
    label = re.search(r'<svg class="meter" role="img" aria-label="([^"]*)"', page)
    assert label is not None
    assert label[1] == ", ".join(f"{word} {amount}" for word, amount in legend.items())
    return legend


def _post(client: Client, order: Order, verb: str) -> None:
    page = get(client, f"/orders/{order.pk}/{verb}/", target="dialog", beside="1")
    form = dict(re.findall(r'name="(key|version)" value="([^"]+)"', page))
    assert client.post(f"/orders/{order.pk}/{verb}/", form).status_code == 302


def _part_captured(store: Store) -> Order:
    return order_at("part_captured", store)


@pytest.mark.parametrize(
    ("begun", "verb", "waiting", "settled"),
    [
        (
            _part_captured,
            "release",
            {"Captured": "623.99", "Being released": "1,444.21"},
            {"Captured": "623.99", "Released": "1,444.21"},
        ),
        (placed_order, "cancel", {"Being released": "2,068.20"}, None),
    ],
)
def test_what_is_being_released_stands_in_the_meter(
    alice_client: Client,
    store: Store,
    begun: Callable[[Store], Order],
    verb: str,
    waiting: dict[str, str],
    settled: dict[str, str] | None,
) -> None:
    order = begun(store)
    controls.set_behaviour(Behaviour.Kind.TIMEOUT_AFTER, at=clock.now(), times=1)
    _post(alice_client, order, verb)
    assert _meter(alice_client, order) == waiting
    operations.resolve(Operation.objects.get(order=order, state="unknown").pk)
    if settled:
        assert _meter(alice_client, order) == settled
    else:
        assert 'class="meter"' not in get(alice_client, f"/orders/{order.pk}/")
