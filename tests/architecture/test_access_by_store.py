"""A grant on one store only: the sibling store of the same merchant does not exist for this person.

The addresses are those of the access matrix, with nothing of the sibling store left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django.plugin import DjangoDbBlocker

from accounts import actions
from accounts.models import Member, Store, User
from accounts.roles import PERMISSIONS, Permission, Role
from common import clock
from common.actor import Actor
from orders.models import Event, Order, UnclaimedPayment
from paylinks.models import PaymentLink
from tests.architecture.objects import OF_STORE, address, ask, made_once, objects_of
from tests.architecture.test_access_matrix import MEMBER, NOWHERE, PUBLIC, TABLE
from tests.cast import Company, build_acme

pytestmark = pytest.mark.django_db

NORA = {"recipient_email": "nora.dahl@example.com", "customer_name": "Nora Dahl", "country": "NO", "currency": "NOK"}
OBJECTS = {"order", "link", "pending", "unclaimed"}
WITH_OBJECT = {name: row for name, row in TABLE.items() if row[1] != PUBLIC and OBJECTS & set(row[2])}
WITHOUT_OBJECT = {
    name: row for name, row in TABLE.items() if row[1] != PUBLIC and not row[2] and not name.startswith("accounts:")
}
SHOWING = ("orders:list", "orders:unclaimed", "paylinks:history")
ADDRESSES = (*WITH_OBJECT, *sorted(OF_STORE))
SECOND = ("message", "invitation", "alert", "pair")  # named beside their order
TWO_ROLES = (
    (Role.USER, Role.READ_ONLY),
    (Role.TERMINATED, Role.EXTERNAL),
    (Role.DISPUTES, Role.ADMIN),
)


@dataclass(frozen=True)
class Stores:
    """Acme's two stores, each with one of everything; `mine` is where people have a grant."""

    company: Company
    mine: dict[str, Any]
    theirs: dict[str, Any]

    @property
    def first(self) -> Store:
        return self.company.store

    @property
    def second(self) -> Store:
        return self.company.second_store

    def person(self, name: str, roles: dict[Store | None, str]) -> Client:
        """A browser of somebody with these grants."""
        email, by = f"{name}@acme.example", Actor.system()
        member: Member = actions.add_member(
            self.company.merchant, email=email, name=name, roles=roles, by=by, at=clock.now()
        )
        client = Client()
        client.force_login(User.objects.get(pk=member.user_id))
        return client


@pytest.fixture(scope="module")
def stores(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Stores]:
    with made_once(_build, django_db_blocker) as made:
        yield made


def _build() -> Stores:
    acme = build_acme(clock.now())
    return Stores(acme, objects_of(acme.store, "FJB"), objects_of(acme.second_store, "NLK", **NORA))


def _answers(client: Client, stores: Stores, name: str, objects: dict[str, Any], store: Store) -> list[HttpResponse]:
    methods, _who, arguments = TABLE[name]
    url = address(name, arguments, objects, store.mid)
    return ask(client, url, methods, {"store": store.mid, "merchant": stores.company.merchant.pk})


def _holds(role: str, who: str) -> bool:
    return who == MEMBER or who in PERMISSIONS[role]


def _snapshot(store: Store) -> list[list[tuple[Any, ...]]]:
    """Everything of a store that a post could have changed."""
    return [
        list(Store.objects.filter(pk=store.pk).values_list()),
        list(Order.objects.filter(store=store).order_by("pk").values_list()),
        list(PaymentLink.objects.filter(order__store=store).order_by("pk").values_list()),
        list(Event.objects.filter(order__store=store).order_by("pk").values_list()),
        list(UnclaimedPayment.objects.filter(store=store).order_by("pk").values_list()),
    ]


def test_a_sibling_stores_objects_do_not_exist(stores: Stores) -> None:
    """404; whoever may not do it in any store is told so (403) before anything is looked up."""
    before = _snapshot(stores.second)
    for role in Role:
        client = stores.person(f"{role}.one", {stores.first: role})
        for name, (_methods, who, _arguments) in WITH_OBJECT.items():
            found = {answer.status_code for answer in _answers(client, stores, name, stores.theirs, stores.second)}
            assert found == {404 if _holds(role, who) else 403}, (role, name)
    assert _snapshot(stores.second) == before


def test_a_sibling_stores_objects_do_not_hide_behind_an_own_order(stores: Stores) -> None:
    before = _snapshot(stores.second)
    client = stores.person("olga", {stores.first: Role.SUPER_ADMIN})
    for kind in SECOND:
        objects = {**stores.mine, kind: stores.theirs[kind]}
        for name, (_methods, _who, arguments) in WITH_OBJECT.items():
            if kind in arguments:
                for answer in _answers(client, stores, name, objects, stores.first):
                    assert answer.status_code in ({302, 409} if kind == "alert" else {404}), name
    assert _snapshot(stores.second) == before


@pytest.mark.parametrize("role", [*Role])
def test_the_own_store_answers_as_the_role_says(role: Role, stores: Stores) -> None:
    client = stores.person(f"{role}.one", {stores.first: role})
    _assert_as_the_role_says(client, stores, stores.mine, stores.first, role)


@pytest.mark.parametrize(("first", "second"), TWO_ROLES)
def test_two_roles_reach_each_as_far_as_its_store(first: Role, second: Role, stores: Stores) -> None:
    client = stores.person("two", {stores.first: first, stores.second: second})
    told_apart = [name for name in ADDRESSES if _holds(first, TABLE[name][1]) != _holds(second, TABLE[name][1])]
    assert told_apart
    _assert_as_the_role_says(client, stores, stores.mine, stores.first, first, told_apart)
    _assert_as_the_role_says(client, stores, stores.theirs, stores.second, second, told_apart)


def test_a_stores_own_grant_stands_in_place_of_the_wide_one(stores: Stores) -> None:
    client = stores.person("less", {None: Role.SUPER_ADMIN, stores.second: Role.READ_ONLY})
    _assert_as_the_role_says(client, stores, stores.theirs, stores.second, Role.READ_ONLY)


def _assert_as_the_role_says(
    client: Client,
    stores: Stores,
    objects: dict[str, Any],
    store: Store,
    role: str,
    names: Iterable[str] = ADDRESSES,
) -> None:
    for name in names:
        _methods, who, arguments = TABLE[name]
        for answer in _answers(client, stores, name, objects, store):
            code = answer.status_code
            assert (code == 403) is not _holds(role, who), (role, name, code)
            assert code < 405 or code in {409, 422}, (name, code)
            assert code != 404 or NOWHERE & set(arguments), name


def test_pages_without_an_object_show_nothing_of_a_sibling_store(stores: Stores) -> None:
    marks = _marks(stores.second)
    for role in Role:
        client = stores.person(f"{role}.one", {stores.first: role})
        for (name, (methods, _who, _arguments)), query in product(
            WITHOUT_OBJECT.items(), ("", f"?store={stores.first.mid}", "?q=NLK-", "?q=nora")
        ):
            for answer in ask(client, reverse(name) + query, methods, {"store": stores.first.mid}):
                shown = answer.content.decode()
                assert [mark for mark in marks if mark in shown] == [], (role, name, query)


def test_pages_show_both_stores_to_whom_both_are_granted(stores: Stores) -> None:
    """The control of the one above: what it looks for is there to be seen."""
    client = stores.person("both", {None: Role.USER})
    shown = "".join(client.get(reverse(page)).content.decode() for page in SHOWING)
    assert [mark for mark in _marks(stores.second) if mark not in shown] == []


def _marks(store: Store) -> list[str]:
    """What would give a store away in a list or a menu."""
    orders = Order.objects.filter(store=store)
    strays = UnclaimedPayment.objects.filter(store=store)
    return [store.name, store.mid, "NLK-1", "NLK-2", *(str(each.pk) for each in (*orders, *strays))]


def test_a_sibling_stores_mid_is_refused_wherever_it_is_given(stores: Stores) -> None:
    before = _snapshot(stores.second)
    theirs = stores.second.mid
    for role in Role:
        client = stores.person(f"{role}.one", {stores.first: role})
        for name, (methods, who, _arguments) in WITHOUT_OBJECT.items():
            answers = ask(client, f"{reverse(name)}?store={theirs}", methods, {"store": theirs})
            if name != "home":
                assert {answer.status_code for answer in answers} == {404}, (role, name)
            if "POST" in methods and name not in OF_STORE:
                answer = client.post(reverse(name), {"store": theirs, "do": "create"})
                assert answer.status_code == (404 if _holds(role, who) else 403), (role, name)
        order = stores.theirs["order"]
        copied = client.get(reverse("paylinks:create"), {"from": order})
        assert copied.status_code == (404 if Permission.LINKS_CREATE in PERMISSIONS[role] else 403), role
    assert _snapshot(stores.second) == before


def test_a_sibling_stores_mid_in_the_body_moves_nothing_there(stores: Stores) -> None:
    """Where the address names the store or the order, a body that names another store is not heard."""
    before = _snapshot(stores.second)
    client = stores.person("olga", {stores.first: Role.SUPER_ADMIN})
    data = {"store": stores.second.mid, "mid": stores.second.mid, "terms_url": "https://acme.example/other"}
    for name, (methods, _who, arguments) in TABLE.items():
        if "POST" in methods and (name in WITH_OBJECT or name in OF_STORE):
            client.post(address(name, arguments, stores.mine, stores.first.mid), data)
    assert _snapshot(stores.second) == before
