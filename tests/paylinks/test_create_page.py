"""What stands on the create page before and while an order is typed."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Store
from common import clock
from payments.actions import connect_sandbox

URL = "/links/new/"


@pytest.fixture
def ready(store: Store) -> Store:
    connect_sandbox(store, clock.now())
    return store


def test_before_a_store_is_chosen_there_is_only_the_explanation_and_the_choice(alice_client: Client):
    page = alice_client.get(URL).content.decode()
    assert "Choose a store" in page
    assert "Unit price" not in page
    assert "Create and send link" not in page


def test_the_form_starts_with_the_stores_defaults(alice_client: Client, ready: Store):
    answer = alice_client.get(f"{URL}?store={ready.mid}")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="SE" selected' in page
    assert "Create and send link" in page


def test_a_stranger_does_not_find_the_store(charlie_client: Client, ready: Store):
    assert charlie_client.get(f"{URL}?store={ready.mid}").status_code == 404
    assert charlie_client.post(URL, {"store": ready.mid, "do": "create"}).status_code == 404


def test_a_viewer_is_refused_with_the_permissions_name(vera_client: Client, ready: Store):
    answer = vera_client.get(f"{URL}?store={ready.mid}")
    assert answer.status_code == 403
    assert "Create payment links" in answer.content.decode()


def test_the_page_costs_four_queries(alice_client: Client, ready: Store):
    alice_client.get(f"{URL}?store={ready.mid}")
    with CaptureQueriesContext(connection) as queries:
        alice_client.get(f"{URL}?store={ready.mid}")
    assert len(queries) <= 4, [query["sql"][:120] for query in queries]
