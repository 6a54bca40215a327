"""One portal for everything the drawer does: orders come from actions, the rest is pressed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.plugin import DjangoDbBlocker

from accounts.models import Store
from orders.models import Order
from tests.browsers import quiet_pages, sign_in
from tests.cast import Company
from tests.orders.stages import order_at
from tests.portals import Portal, running_portal


@dataclass(frozen=True)
class Shop:
    """Acme on the package's portal, and an order whose reservation has ended."""

    acme: Company
    expired: Order


@pytest.fixture(scope="package")
def portal(django_db_blocker: DjangoDbBlocker, template_database: str, collected_static: Path) -> Iterator[Portal]:
    """Shared by all tests of the folder: starting one takes longer than most of them."""
    with running_portal(django_db_blocker, template_database, collected_static) as running:
        yield running


@pytest.fixture(scope="package")
def shop(portal: Portal) -> Shop:
    """The expired order is made first: the day it ends on would end the others too."""
    acme = portal.acme()
    return Shop(acme, order_at("expired", acme.store))


@pytest.fixture
def acme(shop: Shop) -> Company:
    return shop.acme


@pytest.fixture
def store(acme: Company) -> Store:
    return acme.store


@pytest.fixture
def page(portal: Portal, acme: Company, open_page: Callable[..., Page]) -> Page:
    """Alice's browser, which may read what was copied."""
    made: Page = open_page(base_url=portal.address)
    made.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(made, portal, acme.people["alice"])
    return made


@pytest.fixture(scope="package")
def reader(portal: Portal, shop: Shop, chromium: Browser) -> Iterator[Page]:
    """Alice's browser in tests that only read: what is open already is not opened again."""
    with quiet_pages(chromium) as make:
        made = make(base_url=portal.address)
        sign_in(made, portal, shop.acme.people["alice"])
        yield made
