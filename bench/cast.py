"""The merchants, stores and people of a bench, made through actions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from accounts import actions
from accounts.access import Access, access_of
from accounts.models import Merchant, Store, User
from accounts.roles import Role
from bench.people import SHOPS
from common.actor import Actor
from payments.actions import connect_sandbox

NEIGHBOUR = "CF1009101"  # another merchant's store: its orders must not slow ours down


@dataclass(frozen=True)
class Cast:
    """Who works, and where."""

    user: User
    stores: dict[str, Store]  # by country
    neighbour: Store

    def access(self, at: datetime) -> Access:
        """What the measured person reaches: all four stores."""
        access = access_of(self.user, at)
        assert access is not None  # noqa: S101 - we have just made the grant
        return access


def build(at: datetime) -> Cast:
    """Two merchants; the measured person is Super Admin of the first."""
    by = Actor.system()
    ours, other = _merchant("Fjällbo Keramik", at), _merchant("Nordhem Textil", at)
    stores = {country: _store(ours, country, SHOPS[country][0], at) for country in SHOPS}
    neighbour = _store(other, "SE", NEIGHBOUR, at)
    roles: dict[Store | None, str] = {None: Role.SUPER_ADMIN}
    member = actions.add_member(ours, email="alice@bench.example", name="Alice Berg", roles=roles, by=by, at=at)
    return Cast(member.user, stores, neighbour)


def _merchant(name: str, at: datetime) -> Merchant:
    return actions.create_merchant(
        by=Actor.system(), at=at, name=name, legal_name=f"{name} AB", street="Storgatan 1", postal_code="111 22",
        city="Stockholm", organisation_number="556000-0001", country="SE", website="https://shop.example",
    )  # fmt: skip


def _store(merchant: Merchant, country: str, mid: str, at: datetime) -> Store:
    store = actions.create_store(
        merchant, by=Actor.system(), at=at, mid=mid, name=f"{merchant.name} {country}", country=country,
        allowed_currencies=[SHOPS[country][1]], terms_url="https://shop.example/terms",
        support_email="help@shop.example",
    )  # fmt: skip
    connect_sandbox(store, at)
    return store


def sign_in(user: User) -> str:
    """A session row for the person; the cookie that carries it."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
