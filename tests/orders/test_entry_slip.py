"""A capture in the timeline leads to the packing slip, when there is something to pack."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client

from common import clock
from orders import documents
from orders.models import Order
from tests.builders import placed_order
from tests.cast import Company
from tests.orders.dialogs import dialog, only, send, updated
from tests.orders.pages import get

pytestmark = pytest.mark.django_db(transaction=True)


def _capture(client: Client, order: Order, **units: int) -> None:
    send(client, order, updated(client, order, only(order, dialog(client, order), **units)))


def _slips(client: Client, order: Order) -> list[str]:
    """Where each captured entry's slip is, newest first; "" for an entry without one."""
    page = html.unescape(get(client, f"/orders/{order.pk}/")).partition('<ol class="timeline">')[2]
    found = []
    for entry in re.split("<li", page):
        href = re.search(r'<a class="link" href="([^"]+)"[^>]*><svg[^>]*><use[^>]*></svg>Packing slip</a>', entry)
        if "<h2>Captured</h2>" in entry:
            found.append(href[1] if href else "")
        else:
            assert href is None, entry
    return found


def test_each_capture_of_goods_leads_to_the_slip(alice_client: Client, vera_client: Client, acme: Company) -> None:
    order = placed_order(acme.store)
    _capture(alice_client, order, Linen=1)
    _capture(alice_client, order, Serving=1)
    for client in (alice_client, vera_client):
        slips = _slips(client, order)
        assert slips == [f"/orders/{order.pk}/slip/"] * 2
    documents.make_slip(documents.current_slip(Order.objects.get(pk=order.pk), clock.now()).pk, clock.now())
    assert vera_client.get(slips[0]).content.startswith(b"%PDF")


def test_a_slip_in_the_making_shows_in_the_head(alice_client: Client, acme: Company) -> None:
    order = placed_order(acme.store)
    _capture(alice_client, order, Linen=1)
    drawer = get(alice_client, f"/orders/{order.pk}/", target="drawer")
    assert drawer.count('id="slip"') == 1
    (link,) = re.findall(r"<a class=\"link\"[^>]*/slip/[^>]*>", drawer)
    assert 'hx-target="#slip"' in link


def test_a_capture_with_nothing_to_pack_does_not(alice_client: Client, acme: Company) -> None:
    order = placed_order(acme.store)
    _capture(alice_client, order, Home=1)
    _capture(alice_client, order, Linen=1)
    assert _slips(alice_client, order) == [f"/orders/{order.pk}/slip/", ""]
