"""The whole order on one page for paper."""

from __future__ import annotations

import html
import re
from datetime import datetime

import pytest
from django.test import Client

from common import clock
from orders.actions.let_go import cancel_order
from orders.models import Event
from tests.builders import captured_order, placed_order
from tests.cast import Company
from tests.orders.line_edits import ALICE
from tests.orders.pages import get, quick_order

pytestmark = pytest.mark.django_db


def _timeline(page: str) -> str:
    return page[page.index('<ol class="timeline">') :].partition("</ol>")[0]


def test_it_holds_what_all_tabs_hold(alice_client: Client, acme: Company) -> None:
    order = captured_order(acme.store)
    page = html.unescape(get(alice_client, f"/orders/{order.pk}/print/"))
    for words in (
        "Order FJB-10498", "Serving bowl, sea green 24 cm", "VAT included, 25%", "Left to capture",
        "Bondegatan 7, 116 23, Stockholm, Sweden", "frida.nystrom@example.com", str(order.pk), order.payment_reference,
        "Capture, succeeded", "Customer began to pay", "Payment link created",
    ):  # fmt: skip
        assert words in page, words
    assert _timeline(page).count("<li") == Event.objects.filter(order=order).count()


def test_every_entry_has_its_exact_time_and_zone(alice_client: Client, acme: Company) -> None:
    order = captured_order(acme.store)
    for address in ("", "print/"):
        entries = _timeline(html.unescape(get(alice_client, f"/orders/{order.pk}/{address}")))
        exact = re.findall(r'<time [^>]*title="\d+ \w+ \d{4}, \d\d:\d\d:\d\d (?:CET|CEST)"', entries)
        assert len(exact) == entries.count("<time ") >= Event.objects.filter(order=order).count()


def test_the_timeline_leads_there(vera_client: Client, acme: Company, at: datetime) -> None:
    order = quick_order(acme.store, at)
    assert f'href="/orders/{order.pk}/print/"' in get(vera_client, f"/orders/{order.pk}/")
    assert "Order FJB-1" in get(vera_client, f"/orders/{order.pk}/print/")


def test_what_a_cancelled_order_reserved_was_released(alice_client: Client, acme: Company) -> None:
    order = placed_order(acme.store)
    cancel_order(order.pk, key="v", access=None, by=ALICE, at=clock.now(), tells_customer=False)
    details, paper = (get(alice_client, f"/orders/{order.pk}/{address}/") for address in ("details", "print"))
    assert "<h4>Release</h4>" in details
    assert "Release, succeeded" in paper
    assert "Void" not in details + paper
