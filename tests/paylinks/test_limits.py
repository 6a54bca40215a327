"""Limits are told where the person can do something about them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import Store
from common import clock
from common.contact import clean_phone
from common.errors import DomainError
from messaging.limits import check_sending
from paylinks.forms.recipient import read_recipient
from payments.actions import connect_sandbox
from tests.paylinks.typed import filled, send, words_of


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        ("recipient", "E-mail or phone : This recipient"),
        ("store", "look This store has sent"),
        ("person", "look You have sent very many"),
    ],
)
def test_a_limit_is_told_beside_what_it_is_about(
    alice_client: Client, store: Store, settings: Any, kind: str, place: str
):
    connect_sandbox(store, clock.now())
    settings.LINK_LIMITS = {**settings.LINK_LIMITS, kind: 0}
    answer = send(alice_client, filled(store))
    assert answer.status_code == 409
    assert place in words_of(answer.content.decode())


@pytest.mark.parametrize(
    ("recipient", "channel", "counted"),
    [
        ("+4740612345", "sms", {"recipient": "+4740612345", "country": "NO"}),
        ("+46701740605", "sms", {"recipient": "+46701740605", "country": "SE"}),
        ("+88213300000", "sms", {"recipient": "+88213300000", "country": "001"}),
        ("Frida@Example.com", "email", {"recipient": "frida@example.com"}),
    ],
)
def test_texts_are_counted_for_the_numbers_own_country_and_addresses_without_case(
    monkeypatch: pytest.MonkeyPatch, recipient: str, channel: str, counted: dict[str, str]
) -> None:
    seen: dict[str, object] = {}

    def allow(kind: str, subject: object, limit: int, seconds: int) -> bool:
        return seen.setdefault(kind.removeprefix("messages:"), subject) is not None

    monkeypatch.setattr("messaging.limits.allow", allow)
    check_sending(person="1", store="CF1", recipient=recipient, country="SE", channel=channel)
    assert {kind: seen[kind] for kind in ("recipient", "country") if kind in seen} == counted


@pytest.mark.parametrize(
    ("typed", "country"), [("0900 12 34 567", "SE"), ("+44 901 234 5678", "SE"), ("0180 1 2345", "DE")]
)
def test_a_premium_number_gets_no_message(typed: str, country: str) -> None:
    with pytest.raises(DomainError, match="premium-rate number"):
        read_recipient(typed, country)
    with pytest.raises(ValueError, match="premium-rate number"):
        clean_phone(typed, country)
