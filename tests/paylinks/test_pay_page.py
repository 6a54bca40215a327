"""The customer's page: what it shows, what it costs, and that looking changes nothing."""

from __future__ import annotations

import gzip
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import Store
from common import assets, clock
from orders.models import Event, Order
from paylinks.models import Attempt, PaymentLink
from paylinks.tokens import token_of
from tests import builders

pytestmark = pytest.mark.django_db

TYPED = {
    "revision": "1",
    "to_given_name": "Frida",
    "to_family_name": "Nyström",
    "to_street": "Bondegatan 7",
    "to_postal_code": "11623",
    "to_city": "Stockholm",
    "to_country": "SE",
    "email": "frida.nystrom@example.com",
    "phone": "070-174 06 05",
    "same": "on",
    "method": "card",
    "terms": "on",
}


@pytest.fixture
def link(store: Store) -> PaymentLink:
    return builders.system_link(store)


def url(link: PaymentLink, rest: str = "") -> str:
    return f"/pay/{token_of(link.pk)}/{rest}"


def test_the_page_shows_shop_order_sums_and_time(client: Client, link: PaymentLink) -> None:
    page = client.get(url(link)).content.decode()
    for words in ("Acme Sweden", "Order FJB-10498", "2 × 749.00", "1,498.00", "−218.80", "VAT included, 25%", "413.64", "Pay 2,068.20 SEK", "47 h 59 min left", "TEST"):
        assert words in page, words
    assert 'name="terms" id="terms" required>' in page


