"""Who presses Resend second is told in the dialog who was faster, with what was typed still there."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from common import clock
from paylinks.actions.resend import resend_link
from paylinks.models import PaymentLink
from payments.actions import connect_sandbox
from tests import builders
from tests.browsers import audit, sign_in
from tests.portals import Portal


def test_the_dialog_says_who_sent_a_new_link_meanwhile(shared_portal: Portal, open_page: Callable[..., Page]) -> None:
    acme = shared_portal.acme()
    connect_sandbox(acme.store, clock.now())
    alice, bob = (acme.access(name, clock.now()) for name in ("alice", "bob"))
    link = builders.sent_link(acme.store, alice, merchant_reference1="SECOND")
    page = open_page(base_url=shared_portal.address, tolerate="409")
    sign_in(page, shared_portal, acme.people["alice"])
    page.goto("/links/?q=SECOND")
    page.locator(f"#resend-{link.order_id}").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("frida@right.example")
    resend_link(link.pk, access=bob, by=bob.actor, at=clock.now(), recipient="nils@example.com")
    dialog.get_by_role("button", name="Send new link").click()
    told = dialog.locator("[data-error-summary]")
    expect(told).to_contain_text("Payment link created, bob@acme.example,")
    expect(told).to_be_focused()
    expect(dialog).to_contain_text("The link that is open now went to nils@example.com")
    expect(dialog.get_by_role("textbox")).to_have_value("frida@right.example")
    expect(page.locator(".htmx-settling")).to_have_count(0)
    assert audit(page) == []
    dialog.get_by_role("button", name="Send new link").click()
    expect(page.get_by_text("A new link for SECOND is on its way to frida@right.example.")).to_be_visible()
    expect(page).to_have_url(f"{shared_portal.address}/links/?q=SECOND")
    assert PaymentLink.objects.get(order=link.order_id, is_current=True).number == 3
