"""Connecting a store to its provider."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import Kind, record
from accounts.models import Store
from common.actor import Actor
from common.errors import DomainError
from payments.models import GatewayAccount


@transaction.atomic
def connect_sandbox(store: Store, at: datetime) -> GatewayAccount:
    """Make the sandbox the store's active gateway; one that is active already stays.

    Raises DomainError for a production store: its customers would pay with nothing.
    """
    if store.is_production:
        words = _("%(store)s takes real payments and cannot use the sandbox.")
        raise DomainError("sandbox_in_production", words % {"store": store.name})
    # the store's row serializes two people connecting at once
    Store.objects.select_for_update(no_key=True).get(pk=store.pk)
    current = GatewayAccount.objects.filter(store=store, is_active=True).first()
    if current and current.provider == GatewayAccount.Provider.SANDBOX:
        return current
    GatewayAccount.objects.filter(store=store, is_active=True).update(is_active=False)
    record(Kind.GATEWAY_CONNECTED, by=Actor.system(), at=at, store=store, provider=GatewayAccount.Provider.SANDBOX)
    return GatewayAccount.objects.create(
        store=store, provider=GatewayAccount.Provider.SANDBOX, name=_("Sandbox"), created_at=at
    )
