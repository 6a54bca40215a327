"""Every screen, light and dark, on a desk and on a phone: nothing for axe to find, nothing too wide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page

from accounts.models import User
from common import clock
from paylinks.actions.cancel import cancel_link
from paylinks.tokens import token_of
from tests import builders
from tests.browsers import audit, overhang, sign_in
from tests.portals import Portal

NARROWEST = 360  # the smallest phone we promise
LOOKS = [(1440, False), (1440, True), (390, False), (390, True)]


@dataclass
class Scene:
    """A portal with something to see on every screen."""

    portal: Portal
    alice: User
    addresses: dict[str, str]


@pytest.fixture(scope="module")
def scene(shared_portal: Portal) -> Scene:
    """Orders and links in the states that have screens of their own."""
    acme = shared_portal.acme()
    now = clock.now()
    alice = acme.access("alice", now)
    opened, ended, paid = (
        builders.sent_link(acme.store, alice, merchant_reference1=f"FJB-{10498 - number}") for number in range(3)
    )
    order = builders.paid(paid)
    captured = builders.captured_order(acme.store, merchant_reference1="FJB-10500")
    cancel_link(ended.pk, access=alice, by=alice.actor, at=now)
    mid = acme.store.mid
    return Scene(
        shared_portal,
        acme.people["alice"],
        {
            "orders": "/orders/",
            "nothing found": "/orders/?q=nobody-has-this",
            "order": f"/orders/{order.pk}/",
            "order details": f"/orders/{order.pk}/details/",
            "order customer": f"/orders/{order.pk}/customer/",
            "capture": f"/orders/{order.pk}/capture/",
            "captured order": f"/orders/{captured.pk}/",
            "create": f"/links/new/?store={mid}",
            "choose a store": "/links/new/",
            "created": f"/links/{opened.pk}/created/",
            "history": "/links/",
            "resend": f"/links/{opened.pk}/resend/",
            "cancel link": f"/links/{opened.pk}/cancel/",
            "configuration": f"/links/configuration/?store={mid}",
            "preferences": "/account/",
            "outbox": "/sandbox/outbox/",
            "pay": f"/pay/{token_of(opened.pk)}/",
            "pay cancelled": f"/pay/{token_of(ended.pk)}/",
            "pay done": f"/pay/{token_of(paid.pk)}/",
        },
    )


SCREENS = [
    "orders",
    "nothing found",
    "order",
    "order details",
    "order customer",
    "capture",
    "captured order",
    "create",
    "choose a store",
    "created",
    "history",
    "resend",
    "cancel link",
    "configuration",
    "preferences",
    "outbox",
    "pay",
    "pay cancelled",
    "pay done",
]


@pytest.fixture
def pages(scene: Scene, open_page: Callable[..., Page]) -> list[Page]:
    """Alice's pages in all four looks."""
    made = []
    for width, dark in LOOKS:
        page = open_page(width=width, dark=dark, base_url=scene.portal.address)
        sign_in(page, scene.portal, scene.alice)
        made.append(page)
    return made


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_is_accessible_and_fits(scene: Scene, pages: list[Page], screen: str):
    found = []
    for (width, dark), page in zip(LOOKS, pages, strict=True):
        answer = page.goto(scene.addresses[screen])
        assert answer is not None
        assert answer.status == 200, answer.status
        page.wait_for_load_state("networkidle")
        found += [f"{width}{' dark' if dark else ''} {finding}" for finding in audit(page)]
    assert found == []
    page.set_viewport_size({"width": NARROWEST, "height": 780})
    assert overhang(page) <= 0


@pytest.mark.parametrize("path", ["/sign-in/", "/sign-in/sent/", "/pay/nothing-here/"])
def test_a_screen_for_everybody_is_accessible_and_fits(
    shared_portal: Portal, open_page: Callable[..., Page], path: str
):
    for width, dark in LOOKS:
        page = open_page(width=width, dark=dark, base_url=shared_portal.address, tolerate="404 (Not Found)")
        page.goto(path)
        assert audit(page) == []
        page.set_viewport_size({"width": NARROWEST, "height": 780})
        assert overhang(page) <= 0
