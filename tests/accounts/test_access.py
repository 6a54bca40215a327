"""What a member reaches, and what ends it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries

from accounts import actions
from accounts.access import access_of
from accounts.decorators import require
from accounts.models import AuditEntry, Grant, Merchant, User
from accounts.roles import HOLDERS, PERMISSIONS, Permission, Role
from common.actor import Actor
from common.errors import PermissionDenied
from tests.cast import Company

BY = Actor.system()
SignIn = Callable[[User], Client]


def test_a_member_reaches_the_stores_of_the_own_merchant_only(acme: Company, globex: Company, at: datetime) -> None:
    access = acme.access("alice", at)
    assert {store.mid for store in access.stores} == {acme.store.mid, acme.second_store.mid}
    assert access.store(globex.store.mid) is None
    assert access.is_everywhere


def test_access_costs_one_query(
    acme: Company, at: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        access = access_of(acme.people["alice"], at)
        assert access is not None
        assert access.can("orders.capture", acme.store)
        assert str(access.merchant) == "Acme"


def test_an_external_member_reaches_nothing_past_the_end_date(acme: Company, at: datetime) -> None:
    end = at + timedelta(days=7)
    member = actions.add_member(
        acme.merchant,
        email="eve@agency.example",
        name="Eve",
        roles={None: Role.EXTERNAL},
        by=BY,
        at=at,
        ends_at=end,
    )
    assert access_of(member.user, end - timedelta(seconds=1)) is not None
    assert access_of(member.user, end) is None


def test_a_deactivated_member_reaches_nothing_at_once(acme: Company, client_of: SignIn, at: datetime) -> None:
    browser = client_of(acme.people["bob"])
    acme.people["bob"].memberships.update(deactivated_at=at)
    assert access_of(acme.people["bob"], at) is None
    answer = browser.get("/")
    assert answer.status_code == 403
    assert b"Your access has ended" in answer.content
    assert browser.get("/account/").status_code == 200
    assert browser.post("/sign-out/").status_code == 302


def test_an_ended_agreement_caps_everybody_at_terminated(acme: Company, at: datetime) -> None:
    Merchant.objects.filter(pk=acme.merchant.pk).update(agreement_ended_at=at)
    access = acme.access("alice", at)
    assert set(access.roles.values()) == {Role.TERMINATED}
    assert access.can("orders.view")
    assert not access.can("orders.capture")
    assert acme.access("alice", at - timedelta(seconds=1)).can("orders.capture")


def test_a_grant_on_a_store_replaces_the_grant_on_all_stores(acme: Company, at: datetime) -> None:
    bob = acme.people["bob"]
    Grant.objects.create(member=bob.memberships.get(), store=acme.store, role=Role.READ_ONLY)
    access = acme.access("bob", at)
    assert not access.can("orders.capture", acme.store)
    assert access.can("orders.capture", acme.second_store)
    assert access.stores_with("orders.capture") == (acme.second_store,)


def test_a_grant_on_one_store_opens_that_store_only(acme: Company, at: datetime) -> None:
    member = actions.add_member(
        acme.merchant, email="a@a.example", name="A", roles={acme.store: Role.USER}, by=BY, at=at
    )
    access = access_of(member.user, at)
    assert access is not None
    assert access.stores == (acme.store,)
    assert not access.is_everywhere


def test_a_member_of_two_merchants_chooses_one(
    acme: Company, globex: Company, client_of: SignIn, at: datetime
) -> None:
    alice = acme.people["alice"]
    actions.add_member(globex.merchant, email=alice.email, name="Alice", roles={None: Role.READ_ONLY}, by=BY, at=at)
    access = access_of(alice, at)
    assert access is not None
    assert [merchant.name for merchant in access.merchants] == ["Acme", "Globex"]
    assert access.merchant == acme.merchant
    assert access.can("orders.capture")
    browser = client_of(alice)
    assert b"Work for Globex" in browser.get("/account/").content
    browser.post("/account/merchant/", {"merchant": globex.merchant.pk, "next": "/account/"})
    assert b"Work for Acme" in browser.get("/account/").content
    other = access_of(alice, at, globex.merchant.pk)
    assert other is not None
    assert not other.can("orders.capture")


def test_nobody_switches_to_a_merchant_of_others(acme: Company, globex: Company, alice_client: Client) -> None:
    answer = alice_client.post("/account/merchant/", {"merchant": globex.merchant.pk})
    assert answer.status_code == 404


def test_a_store_out_of_reach_does_not_exist(acme: Company, globex: Company, alice_client: Client) -> None:
    assert alice_client.get(f"/account/?store={acme.store.mid}").status_code == 200
    assert alice_client.get(f"/account/?store={globex.store.mid}").status_code == 404


def test_a_page_of_a_member_costs_three_queries(
    alice_client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):  # session, user, access
        assert alice_client.get("/account/").status_code == 200


def test_a_view_names_its_permission_and_refuses_with_its_plain_name(acme: Company, at: datetime) -> None:
    @require("orders.configure")
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("in")

    assert view.required_permission == "orders.configure"
    request = RequestFactory().get("/")
    request.access = acme.access("alice", at)
    assert view(request).content == b"in"
    request.access = acme.access("bob", at)
    with pytest.raises(PermissionDenied) as refused:
        view(request)
    assert refused.value.name == "Configure orders"
    assert "Admin" in refused.value.who


def test_every_permission_has_holders_and_every_role_a_row() -> None:
    assert set(HOLDERS) == set(Permission)
    assert set(PERMISSIONS) == set(Role)
    assert all("orders.view" in held for held in PERMISSIONS.values())
    assert PERMISSIONS[Role.TERMINATED] == {"orders.view"}


def test_signing_out_everywhere_ends_every_session(client_of: SignIn, alice: User) -> None:
    laptop, phone = client_of(alice), client_of(alice)
    answer = laptop.post("/account/sign-out-everywhere/")
    assert answer.url == "/sign-in/"
    assert phone.get("/account/").status_code == 302
    assert laptop.get("/account/").status_code == 302
    alice.refresh_from_db()
    assert client_of(alice).get("/account/").status_code == 200


def test_signing_out_ends_this_session_only(client_of: SignIn, alice: User) -> None:
    laptop, phone = client_of(alice), client_of(alice)
    laptop.post("/sign-out/")
    assert laptop.get("/account/").status_code == 302
    assert phone.get("/account/").status_code == 200
    assert phone.get("/sign-out/").status_code == 405


@pytest.mark.parametrize("statement", ["UPDATE accounts_auditentry SET actor = ''", "DELETE FROM accounts_auditentry"])
def test_the_audit_log_only_grows(acme: Company, statement: str) -> None:
    assert AuditEntry.objects.exists()
    with (
        pytest.raises((InternalError, IntegrityError), match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
