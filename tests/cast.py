"""The cast: Acme (owner Alice, operator Bob, viewer Vera) and Globex (Charlie, the stranger).

Everybody is made through the actions the screens use, so no test starts from an impossible state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pytest
from django.test import Client

from accounts import actions
from accounts.access import Access, access_of
from accounts.models import Merchant, Store, User
from accounts.roles import Role
from common.actor import Actor

TERMS_URL = "https://acme.example/terms"


@dataclass(frozen=True)
class Company:
    """A merchant with two stores and its people by first name."""

    merchant: Merchant
    store: Store
    second_store: Store
    people: dict[str, User]

    def access(self, name: str, at: datetime) -> Access:
        """What this person may reach."""
        access = access_of(self.people[name], at)
        assert access is not None
        return access


def build_acme(at: datetime) -> Company:
    """Our merchant, in whatever database is connected."""
    people = {"alice": Role.SUPER_ADMIN, "bob": Role.USER, "vera": Role.READ_ONLY}
    return _company("Acme", 1, at, people)


def build_globex(at: datetime) -> Company:
    """The other merchant, whose people must never see Acme's."""
    return _company("Globex", 101, at, {"charlie": Role.SUPER_ADMIN})


def _company(name: str, number: int, at: datetime, people: dict[str, Role]) -> Company:
    by = Actor.system()
    merchant = actions.create_merchant(
        by=by, at=at, name=name, legal_name=f"{name} AB", organisation_number="556000-0001", country="SE"
    )
    stores = [
        actions.create_store(
            merchant,
            by=by,
            at=at,
            mid=f"CF{1004210 + number + index}",
            name=f"{name} {place}",
            country=country,
            allowed_currencies=[currency, "EUR"],
            terms_url=TERMS_URL,
            support_email=f"support@{name.lower()}.example",
        )
        for index, (place, country, currency) in enumerate([("Sweden", "SE", "SEK"), ("Norway", "NO", "NOK")])
    ]
    users = {}
    for person, role in people.items():
        email = f"{person}@{name.lower()}.example"
        member = actions.add_member(merchant, email=email, name=person.title(), roles={None: role}, by=by, at=at)
        users[person] = member.user
    return Company(merchant, stores[0], stores[1], users)


@pytest.fixture
def acme(db: None, at: datetime) -> Company:
    """Our merchant."""
    return build_acme(at)


@pytest.fixture
def globex(db: None, at: datetime) -> Company:
    """The stranger's merchant."""
    return build_globex(at)


@pytest.fixture
def store(acme: Company) -> Store:
    """Acme's Swedish store, ready to send links."""
    return acme.store


@pytest.fixture
def alice(acme: Company) -> User:
    """Acme's owner: Super Admin."""
    return acme.people["alice"]


@pytest.fixture
def bob(acme: Company) -> User:
    """Acme's operator: User."""
    return acme.people["bob"]


@pytest.fixture
def vera(acme: Company) -> User:
    """Acme's viewer: Read Only."""
    return acme.people["vera"]


@pytest.fixture
def charlie(globex: Company) -> User:
    """The stranger."""
    return globex.people["charlie"]


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """A signed-in browser of this person."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def alice_client(client_of: Callable[[User], Client], alice: User) -> Client:
    """Alice's browser."""
    return client_of(alice)


@pytest.fixture
def bob_client(client_of: Callable[[User], Client], bob: User) -> Client:
    """Bob's browser."""
    return client_of(bob)


@pytest.fixture
def vera_client(client_of: Callable[[User], Client], vera: User) -> Client:
    """Vera's browser."""
    return client_of(vera)


@pytest.fixture
def charlie_client(client_of: Callable[[User], Client], charlie: User) -> Client:
    """The stranger's browser."""
    return client_of(charlie)
