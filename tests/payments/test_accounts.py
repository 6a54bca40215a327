"""Connecting stores, and what is offered to customers."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry, Store
from common.errors import DomainError
from payments.actions import connect_sandbox
from payments.gateway import GatewayRefused
from payments.gateways import gateway_for, offered_methods
from payments.models import GatewayAccount

LONG = timedelta(hours=40)


def codes(account: GatewayAccount, country: str, currency: str, left: timedelta) -> list[str]:
    return [method.code for method in offered_methods(account, country, currency, left)]


def test_connecting_twice_keeps_one_account(store: Store, at: datetime) -> None:
    assert connect_sandbox(store, at) == connect_sandbox(store, at)
    entry = AuditEntry.objects.get(kind="gateway.connected")
    assert (entry.store, entry.merchant, entry.data) == (store, store.merchant, {"provider": "sandbox"})


def test_a_production_store_refuses_the_sandbox(store: Store, at: datetime) -> None:
    store.is_production = True
    with pytest.raises(DomainError) as caught:
        connect_sandbox(store, at)
    assert caught.value.code == "sandbox_in_production"
    assert not GatewayAccount.objects.exists()


def test_a_store_has_one_active_account(account: GatewayAccount, at: datetime) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        GatewayAccount.objects.create(store=account.store, provider="sandbox", name="Second", created_at=at)


def test_sandbox_money_is_never_real(account: GatewayAccount) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        GatewayAccount.objects.update(is_test=False)


@pytest.mark.parametrize(
    ("country", "currency", "wanted"),
    [
        ("SE", "SEK", ["card", "klarna", "swish"]),
        ("SE", "EUR", ["card", "klarna"]),
        ("NO", "SEK", ["card", "klarna"]),
        ("DE", "EUR", ["card", "klarna"]),
        ("FR", "EUR", ["card"]),
    ],
)
def test_methods_follow_country_and_currency(
    account: GatewayAccount, country: str, currency: str, wanted: list[str]
) -> None:
    assert codes(account, country, currency, LONG) == wanted


def test_near_the_end_only_prompt_methods_are_offered(account: GatewayAccount) -> None:
    assert codes(account, "SE", "SEK", timedelta(hours=1)) == ["card", "klarna", "swish"]
    assert codes(account, "SE", "SEK", timedelta(minutes=59)) == ["card", "swish"]


def test_an_unknown_method_is_refused(account: GatewayAccount) -> None:
    with pytest.raises(GatewayRefused):
        gateway_for(account).method("cheque")


def test_what_the_sandbox_sells_is_what_the_portal_offers(account: GatewayAccount) -> None:
    from sandbox.methods import PRODUCTS, sold

    methods = gateway_for(account)
    for country, currency in [("SE", "SEK"), ("SE", "EUR"), ("DE", "EUR"), ("US", "USD")]:
        offered = {method.code for method in methods.methods(country, currency)}
        assert offered == {code for code in PRODUCTS if sold(code, country, currency)}
    for product in PRODUCTS.values():
        method = methods.method(product.code)
        assert timedelta(days=method.window_days) == product.window
        assert method.charges_at_once == product.charges_at_once
        assert method.capabilities.extend == product.can_extend
        assert method.capabilities.increase == product.can_adjust
