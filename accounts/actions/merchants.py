"""Merchants, stores and members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.audit import Kind, record
from accounts.models import Grant, Member, Merchant, Store, User
from accounts.roles import Role
from common.actor import Actor
from common.kick import kick

STORE_SETTINGS = (
    "terms_url",
    "privacy_url",
    "support_email",
    "default_reference1",
    "default_reference2",
    "default_tax_rate",
    "auto_capture_default",
)


@transaction.atomic
def create_merchant(*, by: Actor, at: datetime, **fields: Any) -> Merchant:
    """Set up an organisation; the operator of the installation does this."""
    merchant = Merchant.objects.create(created_at=at, **fields)
    record(Kind.MERCHANT_CREATED, by=by, at=at, merchant=merchant, name=merchant.name)
    return merchant


@transaction.atomic
def create_store(merchant: Merchant, *, by: Actor, at: datetime, **fields: Any) -> Store:
    """Add a shop with the currencies of its agreement."""
    store = Store.objects.create(merchant=merchant, created_at=at, **fields)
    record(Kind.STORE_CREATED, by=by, at=at, store=store, mid=store.mid, currencies=store.allowed_currencies)
    return store


@transaction.atomic
def add_member(
    merchant: Merchant,
    *,
    email: str,
    name: str,
    roles: Mapping[Store | None, str],
    by: Actor,
    at: datetime,
    ends_at: datetime | None = None,
) -> Member:
    """Make a person a member with one role per store; the None key means all stores."""
    address = email.strip().lower()
    user, _created = User.objects.get_or_create(email=address, defaults={"name": name, "created_at": at})
    member = Member.objects.create(user=user, merchant=merchant, created_at=at, ends_at=ends_at)
    Grant.objects.bulk_create(Grant(member=member, store=store, role=Role(role)) for store, role in roles.items())
    granted = {store.mid if store else "": str(role) for store, role in roles.items()}
    record(Kind.MEMBER_ADDED, by=by, at=at, merchant=merchant, email=address, roles=granted)
    return member


@transaction.atomic
def configure_store(store: Store, values: Mapping[str, Any], *, by: Actor, at: datetime) -> list[str]:
    """Save changed order settings of a store; returns the names of what changed.

    A changed terms link is unchecked until its text was fetched again.
    """
    locked = Store.objects.select_for_update(no_key=True).get(pk=store.pk)
    changed = [name for name in STORE_SETTINGS if name in values and getattr(locked, name) != values[name]]
    if not changed:
        return []
    before = {name: getattr(locked, name) for name in changed}
    for name in changed:
        setattr(locked, name, values[name])
    locked.save(update_fields=[*changed, *_forget_terms(locked, changed)])
    after = {name: values[name] for name in changed}
    record(Kind.STORE_CONFIGURED, by=by, at=at, store=locked, before=before, after=after)
    if "terms_url" in changed and locked.terms_url:
        kick("accounts.tasks.fetch_terms", locked.pk)
    return changed


def _forget_terms(store: Store, changed: Iterable[str]) -> list[str]:
    if "terms_url" not in changed:
        return []
    store.terms_state = Store.TermsState.UNCHECKED
    store.terms_checked_at = None
    store.terms_problem = ""
    return ["terms_state", "terms_checked_at", "terms_problem"]
