"""Limits are told where the person can do something about them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import Store
from common import clock
from payments.actions import connect_sandbox
from tests.paylinks.typed import filled, words_of


@pytest.mark.parametrize(
    ("kind", "place"), [("recipient", "E-mail or phone : This recipient"), ("store", "look This store has sent")]
)
def test_a_limit_is_told_beside_what_it_is_about(
    alice_client: Client, store: Store, settings: Any, kind: str, place: str
):
    connect_sandbox(store, clock.now())
    settings.LINK_LIMITS = {**settings.LINK_LIMITS, kind: 0}
    answer = alice_client.post("/links/new/", filled(store))
    assert answer.status_code == 409
    assert place in words_of(answer.content.decode())
