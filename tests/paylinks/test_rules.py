"""What can be done with a link in each state: one table, asked the same way by screens and actions."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts import actions
from accounts.access import access_of
from accounts.models import Store
from accounts.roles import PERMISSIONS, Permission, Role
from common import clock
from common.actor import Actor
from common.errors import DomainError
from orders.models import Order
from orders.rules import Verb
from orders.rules import obstacle as order_obstacle
from paylinks.actions.amend import amend_order
from paylinks.actions.cancel import cancel_link
from paylinks.actions.resend import resend_link
from paylinks.actions.withdraw import withdraw_order
from paylinks.models import PaymentLink
from paylinks.rules import LinkVerb, obstacle
from tests import builders
from tests.cast import Company

pytestmark = pytest.mark.django_db(transaction=True)
BY = Actor.system()


def _open(store: Store) -> PaymentLink:
    return builders.system_link(store)


def _in_progress(store: Store) -> PaymentLink:
    link = _open(store)
    builders.begun(link)
    return link


def _expired(store: Store) -> PaymentLink:
    return builders.system_link(store, at=clock.now() - timedelta(hours=49))


def _cancelled(store: Store) -> PaymentLink:
    link = _open(store)
    return cancel_link(link.pk, access=None, by=BY, at=clock.now())


def _replaced(store: Store) -> PaymentLink:
    link = _open(store)
    resend_link(link.pk, access=None, by=BY, at=clock.now())
    return link


def _paid(store: Store) -> PaymentLink:
    link = _open(store)
    builders.paid(link)
    return link


def _withdrawn(store: Store) -> PaymentLink:
    link = _open(store)
    withdraw_order(link.order_id, key="w", access=None, by=BY, at=clock.now(), tells_customer=False)
    return link


def _without_terms(store: Store) -> PaymentLink:
    link = _open(store)
    Store.objects.filter(pk=store.pk).update(terms_url="")
    return link


# state: what stands in the way of copy, resend, amend, cancel
TABLE: dict[Callable[[Store], PaymentLink], tuple[str, str, str, str]] = {
    _open: ("", "", "", ""),
    _in_progress: ("", "", "", ""),
    _expired: ("closed", "", "", "closed"),
    _cancelled: ("closed", "", "", "closed"),
    _replaced: ("replaced", "replaced", "replaced", "replaced"),
    _paid: ("completed", "completed", "completed", "completed"),
    _withdrawn: ("closed", "not_pending", "not_pending", "closed"),
    _without_terms: ("", "terms_missing", "terms_missing", ""),
}
VERBS = (LinkVerb.COPY, LinkVerb.RESEND, LinkVerb.AMEND, LinkVerb.CANCEL)


def _fresh(link: PaymentLink) -> PaymentLink:
    return PaymentLink.objects.select_related("order__store__merchant").get(pk=link.pk)


@pytest.mark.parametrize("make", TABLE, ids=lambda make: make.__name__)
def test_every_state_answers_as_the_table_says(store: Store, make: Callable[[Store], PaymentLink]) -> None:
    link = _fresh(make(store))
    found = tuple(getattr(obstacle(link, verb, None, clock.now()), "code", "") for verb in VERBS)
    assert found == TABLE[make]


@pytest.mark.parametrize("make", [_paid, _withdrawn, _without_terms], ids=lambda make: make.__name__)
def test_screen_and_action_refuse_amending_for_the_same_reason(
    acme: Company, alice_client: Client, make: Callable[[Store], PaymentLink]
) -> None:
    link = _fresh(make(acme.store))
    found = obstacle(link, LinkVerb.AMEND, None, clock.now())
    assert found is not None
    assert found.words in alice_client.get(f"/links/{link.order_id}/amend/").content.decode()
    wanted = builders.order_input(merchant_reference1="NEW")
    with pytest.raises(DomainError) as refused:
        amend_order(link.order_id, wanted, form_key=uuid.uuid4(), version=99, access=None, by=BY, at=clock.now())
    assert (refused.value.code, refused.value.message) == (found.code, found.words)


def test_the_order_says_the_same_of_pending_and_of_all_others(store: Store) -> None:
    at = clock.now()
    assert order_obstacle(Order.objects.get(pk=_open(store).order_id), Verb.AMEND, None, at) is None
    for make in (_paid, _withdrawn):
        found = order_obstacle(Order.objects.get(pk=make(store).order_id), Verb.AMEND, None, at)
        assert found is not None
        assert found.code == "not_pending"


@pytest.mark.parametrize("role", Role)
def test_whoever_creates_links_amends_and_nobody_else(acme: Company, role: Role) -> None:
    at = clock.now()
    link = _fresh(_open(acme.store))
    email = f"{role}@acme.example"
    member = actions.add_member(acme.merchant, email=email, name=role.label, roles={None: role}, by=BY, at=at)
    access = access_of(member.user, at)
    assert access is not None
    found = obstacle(link, LinkVerb.AMEND, access, at)
    assert (found is None) is (Permission.LINKS_CREATE in PERMISSIONS[role])
