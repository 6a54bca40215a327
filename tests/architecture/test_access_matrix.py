"""Who may open what: every address, eight roles, a stranger and nobody, from one literal table."""

from __future__ import annotations

import ast
import runpy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django.plugin import DjangoDbBlocker

from accounts import actions
from accounts.models import User
from accounts.roles import PERMISSIONS, Permission, Role
from common import clock
from common.actor import Actor
from tests.architecture import sources
from tests.architecture.objects import address, ask, made_once, objects_of
from tests.architecture.open_addresses import OPEN, PROVED
from tests.cast import build_acme, build_globex

pytestmark = pytest.mark.django_db

PUBLIC = "public"  # customers, machines and the sandbox: no sign-in, own proof where needed
MEMBER = "member"  # everybody who is signed in

# address: (methods, who, names of its arguments)
TABLE: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "healthz": ("GET", PUBLIC, ()),
    "readyz": ("GET", PUBLIC, ()),
    "mail_events": ("POST", PUBLIC, ("token",)),
    "home": ("GET", MEMBER, ()),
    "accounts:sign_in": ("GET POST", PUBLIC, ()),
    "accounts:sign_in_sent": ("GET", PUBLIC, ()),
    "accounts:sign_in_link": ("GET", PUBLIC, ("token",)),
    "accounts:language": ("POST", PUBLIC, ()),
    "accounts:sign_out": ("POST", MEMBER, ()),
    "accounts:preferences": ("GET POST", MEMBER, ()),
    "accounts:merchant": ("POST", MEMBER, ()),
    "accounts:sign_out_everywhere": ("POST", MEMBER, ()),
    "orders:list": ("GET", Permission.ORDERS_VIEW, ()),
    "orders:count": ("GET", Permission.ORDERS_VIEW, ()),
    "orders:unclaimed": ("GET", Permission.ORDERS_VIEW, ()),
    "orders:unclaimed_notice": ("GET", Permission.ORDERS_VIEW, ()),
    "orders:unclaimed_logs": ("GET", Permission.DEVELOPER_LOGS, ("unclaimed",)),
    "orders:unclaimed_log": ("GET", Permission.DEVELOPER_LOGS, ("unclaimed", "call", "half")),
    "orders:unclaimed_again": ("POST", Permission.ORDERS_REFUND, ("unclaimed",)),
    "orders:unclaimed_note": ("POST", Permission.ORDERS_REFUND, ("unclaimed",)),
    "orders:order": ("GET", Permission.ORDERS_VIEW, ("order",)),
    "orders:details": ("GET", Permission.ORDERS_VIEW, ("order",)),
    "orders:customer": ("GET", Permission.ORDERS_VIEW, ("order",)),
    "orders:state": ("GET", Permission.ORDERS_VIEW, ("order",)),
    "orders:capture": ("GET", Permission.ORDERS_CAPTURE, ("order",)),
    "orders:captures": ("POST", Permission.ORDERS_CAPTURE, ("order",)),
    "orders:captures_preview": ("POST", Permission.ORDERS_CAPTURE, ("order",)),
    "orders:refund": ("GET", Permission.ORDERS_REFUND, ("order",)),
    "orders:refunds": ("POST", Permission.ORDERS_REFUND, ("order",)),
    "orders:refunds_preview": ("POST", Permission.ORDERS_REFUND, ("order",)),
    "orders:cancel": ("GET POST", Permission.ORDERS_CANCEL, ("order",)),
    "orders:release": ("GET POST", Permission.ORDERS_RELEASE, ("order",)),
    "orders:extend": ("GET POST", Permission.ORDERS_EXTEND, ("order",)),
    "orders:print": ("GET", Permission.ORDERS_VIEW, ("order",)),
    "orders:repeats": ("GET", Permission.ORDERS_VIEW, ("order",)),
    "orders:repeat": ("POST", Permission.ORDERS_CANCEL, ("order", "pair")),
    "orders:edit": ("GET POST", Permission.ORDERS_EDIT, ("order",)),
    "orders:edit_preview": ("POST", Permission.ORDERS_EDIT, ("order",)),
    "orders:edit_customer": ("GET POST", Permission.ORDERS_EDIT, ("order",)),
    "orders:edit_customer_preview": ("POST", Permission.ORDERS_EDIT, ("order",)),
    "orders:message": ("GET", Permission.ORDERS_VIEW, ("order", "message")),
    "orders:message_mail": ("GET", Permission.ORDERS_VIEW, ("order", "message")),
    "orders:message_again": ("POST", Permission.LINKS_CREATE, ("order", "message")),
    "orders:logs": ("GET", Permission.DEVELOPER_LOGS, ("order", "event")),
    "orders:log": ("GET", Permission.DEVELOPER_LOGS, ("order", "event", "call", "half")),
    "orders:sync": ("POST", Permission.ORDERS_CAPTURE, ("order",)),
    "orders:dismiss": ("POST", Permission.ORDERS_CAPTURE, ("order", "alert")),
    "orders:return_again": ("POST", Permission.ORDERS_REFUND, ("order", "alert")),
    "orders:slip": ("GET", Permission.ORDERS_VIEW, ("order",)),
    "orders:slip_retry": ("POST", Permission.ORDERS_VIEW, ("order",)),
    "paylinks:history": ("GET", Permission.LINKS_VIEW, ()),
    "paylinks:count": ("GET", Permission.LINKS_VIEW, ()),
    "paylinks:pulse": ("GET", Permission.LINKS_VIEW, ()),
    "paylinks:as_customer": ("GET", Permission.ORDERS_VIEW, ("pending",)),
    "paylinks:message": ("GET", Permission.ORDERS_VIEW, ("pending", "invitation")),
    "paylinks:message_mail": ("GET", Permission.ORDERS_VIEW, ("pending", "invitation")),
    "paylinks:earlier": ("GET", Permission.LINKS_VIEW, ("pending",)),
    "paylinks:create": ("GET POST", Permission.LINKS_CREATE, ()),
    "paylinks:preview": ("POST", Permission.LINKS_CREATE, ()),
    "paylinks:created": ("GET", Permission.LINKS_CREATE, ("link",)),
    "paylinks:address": ("GET", Permission.LINKS_CREATE, ("link",)),
    "paylinks:resend": ("GET POST", Permission.LINKS_CREATE, ("link",)),
    "paylinks:cancel": ("GET POST", Permission.LINKS_CREATE, ("link",)),
    "paylinks:amend": ("GET POST", Permission.LINKS_CREATE, ("pending",)),
    "paylinks:amend_preview": ("POST", Permission.LINKS_CREATE, ("pending",)),
    "paylinks:withdraw": ("GET POST", Permission.ORDERS_CANCEL, ("pending",)),
    "paylinks:configuration": ("GET POST", Permission.ORDERS_CONFIGURE, ()),
    "paylinks:check_terms": ("POST", Permission.ORDERS_CONFIGURE, ()),
}
TABLE |= {name: (methods, PUBLIC, arguments) for name, (methods, arguments) in OPEN.items()}
# what stands for something that does not exist, or not for this person
NOWHERE = {"token", "movement", "webhook", "item", "logoless", "pair", "call"}
MOVED = {301, 302, 303}


@dataclass(frozen=True)
class World:
    """Acme with somebody of every role, an order and a link; Globex with the stranger."""

    people: dict[str, User]
    arguments: dict[str, Any]
    mid: str
    merchant: int


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with made_once(_build, django_db_blocker) as made:
        yield made


def _build() -> World:
    at = clock.now()
    acme, globex = build_acme(at), build_globex(at)
    people = {"stranger": globex.people["charlie"]}
    for role in Role:
        email = f"{role}@acme.example"
        member = actions.add_member(
            acme.merchant, email=email, name=role.label, roles={None: role}, by=Actor.system(), at=at
        )
        people[role] = member.user
    return World(people, objects_of(acme.store, "FJB"), acme.store.mid, acme.merchant.pk)


def _names() -> Iterator[str]:
    def walk(resolver: URLResolver, space: str = "") -> Iterator[str]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLPattern):
                yield f"{space}{entry.name}"
            else:
                yield from walk(entry, space + (f"{entry.namespace}:" if entry.namespace else ""))

    return walk(get_resolver())


def _ask(client: Client, world: World, name: str) -> list[HttpResponse]:
    """The answers of an address, one for each of its methods."""
    methods, _who, arguments = TABLE[name]
    url = address(name, arguments, world.arguments, world.mid)
    return ask(client, url, methods, {"merchant": world.merchant, "store": world.mid})


def _is_turned_away(answer: HttpResponse) -> bool:
    return answer.status_code in MOVED and "/sign-in/?next=" in answer.headers["Location"]


def test_every_address_has_a_row() -> None:
    missing = set(_names()) - set(TABLE)
    assert missing == set()
    assert set(TABLE) - set(_names()) == set()


def test_nobody_reaches_only_public_pages(world: World) -> None:
    client = Client()
    for name, (_methods, who, _arguments) in TABLE.items():
        for answer in _ask(client, world, name):
            assert _is_turned_away(answer) is (who != PUBLIC), name


@pytest.mark.parametrize("role", [*Role])
def test_a_role_reaches_what_its_permissions_say(role: str, world: World) -> None:
    for name, (_methods, who, _arguments) in TABLE.items():
        if name in PROVED:
            continue
        client = Client(raise_request_exception=True)
        client.force_login(User.objects.get(pk=world.people[role].pk))  # signing out everywhere is in the table
        may = who in {PUBLIC, MEMBER} or who in PERMISSIONS[role]
        for answer in _ask(client, world, name):
            assert (answer.status_code == 403) is not may, (name, answer.status_code)
            if may:
                assert answer.status_code < 500, name
                assert answer.status_code != 405, name
                assert answer.status_code != 404 or NOWHERE & set(TABLE[name][2]), name


def test_a_stranger_finds_nothing_of_ours(world: World) -> None:
    client = Client()
    client.force_login(world.people["stranger"])
    for name, (_methods, _who, arguments) in TABLE.items():
        if {"order", "link", "pending", "unclaimed"} & set(arguments):
            assert {answer.status_code for answer in _ask(client, world, name)} == {404}, name
    for page in ("orders:list", "paylinks:history", "paylinks:create", "paylinks:configuration"):
        assert client.get(reverse(page), {"store": world.mid}).status_code == 404, page
    for page in ("paylinks:create", "paylinks:configuration", "paylinks:preview"):
        url = f"{reverse(page)}?store={world.mid}"
        assert client.post(url, {"store": world.mid}).status_code == 404, page


@pytest.mark.parametrize("name", sorted(PROVED))
def test_a_machine_without_its_proof_is_refused(world: World, name: str) -> None:
    for client in (Client(), Client(headers={"Authorization": "Bearer wrong"})):
        client.force_login(world.people[Role.SUPER_ADMIN])
        assert {answer.status_code for answer in _ask(client, world, name)} <= {400, 401, 403}, name


def test_the_sandbox_exists_only_where_it_is_wanted(settings: Any) -> None:
    for wanted in (True, False):
        settings.SANDBOX = wanted
        routes = [str(entry.pattern) for entry in runpy.run_path(str(sources.ROOT / "portal/urls.py"))["urlpatterns"]]
        assert ("sandbox/" in routes) is wanted


def test_no_other_setting_adds_an_address() -> None:
    """What only some installations serve would stand in no row."""
    composed = ast.parse((sources.ROOT / "portal/urls.py").read_text())
    asked = {ast.unparse(node.test) for node in ast.walk(composed) if isinstance(node, (ast.If, ast.IfExp))}
    assert asked == {"settings.SANDBOX"}


def test_views_carry_the_permission_of_the_table() -> None:
    declared = dict(_declared())
    for name, (_methods, who, _arguments) in TABLE.items():
        expected = None if who in {PUBLIC, MEMBER} else str(who)
        assert declared[name] == expected, name


def _declared() -> Iterator[tuple[str, str | None]]:
    def walk(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, str | None]]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLPattern):
                permission = getattr(entry.callback, "required_permission", None)
                yield f"{space}{entry.name}", str(permission) if permission else None
            else:
                yield from walk(entry, space + (f"{entry.namespace}:" if entry.namespace else ""))

    return walk(get_resolver())
