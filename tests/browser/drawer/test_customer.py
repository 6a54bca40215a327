"""The customer tab: who bought it, where it goes, how it was paid, and what was written to them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Store
from messaging.models import Message
from orders.models import Order
from tests import builders
from tests.browser.drawer.conftest import Shop
from tests.browser.drawer.hands import drawer, fact, section, standing
from tests.browsers import audit, overhang
from tests.faults.aftermath import until
from tests.portals import Portal


@pytest.fixture(scope="package")
def order(shop: Shop) -> Order:
    link = builders.system_link(shop.acme.store, merchant_reference1="FJB-WHO")
    return builders.paid(link, phone="+46701740605", billing_address={**builders.ADDRESS, "street": "Hornsgatan 2"})


@pytest.mark.parametrize(
    ("label", "value"),
    [("Street", "Bondegatan 7"), ("City", "Stockholm"), ("Postal code", "116 23"), ("Country", "Sweden")],
)
def test_the_customer_tab_shows_where_it_is_shipped(reader: Page, order: Order, label: str, value: str) -> None:
    delivery = section(standing(reader, order, "Customer"), "Delivery address")
    expect(fact(delivery, label)).to_have_text(value)


def test_the_customer_tab_shows_the_billing_information(reader: Page, order: Order) -> None:
    billing = section(standing(reader, order, "Customer"), "Billing address")
    expect(fact(billing, "Name")).to_have_text("Frida Nyström")
    expect(fact(billing, "Street")).to_have_text("Hornsgatan 2")


@pytest.mark.parametrize(
    ("label", "value"),
    [("Name", "Frida Nyström"), ("E-mail", "frida.nystrom@example.com"), ("Phone", "+46701740605")],
)
def test_the_customer_tab_shows_name_email_and_phone(reader: Page, order: Order, label: str, value: str) -> None:
    customer = section(standing(reader, order, "Customer"), "Customer")
    shown = fact(customer, label).inner_text().replace(" ", "")
    assert shown == value.replace(" ", "")


@pytest.mark.parametrize(("method", "name"), [("klarna", "Klarna"), ("card", "Mastercard")])
def test_the_payment_method_stands_at_the_bottom(reader: Page, store: Store, method: str, name: str) -> None:
    found = standing(reader, builders.placed_order(store, method=method), "Customer")
    last = found.locator("section.part").last
    expect(last.get_by_role("heading", name="Payment", exact=True)).to_be_visible()
    expect(fact(last, "Method")).to_contain_text(name if method == "klarna" else "••")


def test_the_pen_edits_the_customer_and_saves(page: Page, store: Store) -> None:
    order = builders.placed_order(store)
    drawer(page, order, "Customer").get_by_role("link", name="Edit customer").click()
    dialog = page.locator("#ask[open]")
    dialog.get_by_role("textbox", name="Phone").fill("070-174 06 35")
    dialog.get_by_role("textbox", name="E-mail").fill("frida@right.example")
    dialog.get_by_role("button", name="Save changes").click()
    expect(page.locator("#ask")).to_have_count(0)
    customer = section(page.locator("#drawer .drawer"), "Customer")
    expect(fact(customer, "E-mail")).to_have_text("frida@right.example")
    order.refresh_from_db()
    assert (order.email, order.phone) == ("frida@right.example", "+46701740635")


def test_the_pen_edits_the_delivery_address_and_saves(page: Page, store: Store) -> None:
    order = builders.placed_order(store)
    drawer(page, order, "Customer").get_by_role("link", name="Edit delivery address").click()
    dialog = page.locator("#ask[open]")
    dialog.locator("#id_delivery_street").fill("Götgatan 11")
    dialog.get_by_role("button", name="Save changes").click()
    expect(page.locator("#ask")).to_have_count(0)
    delivery = section(page.locator("#drawer .drawer"), "Delivery address")
    expect(fact(delivery, "Street")).to_have_text("Götgatan 11")


def test_messages_are_listed_read_and_sent_again(page: Page, portal: Portal, store: Store) -> None:
    order = builders.placed_order(store, merchant_reference1="FJB-AGAIN")
    told = Message.objects.get(order_id=order.pk, kind="order.confirmation")
    portal.run_task("orders.tasks.deliver_message", str(told.pk))
    assert until(lambda: Message.objects.filter(pk=told.pk, state="sent").exists())
    found = drawer(page, order, "Customer")
    found.get_by_role("link", name="Show Confirmation of the order").click()
    dialog = page.locator("#ask[open]")
    mail = dialog.frame_locator("iframe")
    expect(mail.get_by_text("Thank you for your order")).to_be_visible()
    assert (audit(page), overhang(page)) == ([], 0)
    dialog.get_by_role("button", name="Send again").dblclick()
    expect(page.locator("#toasts")).to_contain_text("On its way to frida.nystrom@example.com again.")
    expect(found.locator(".letters li").filter(has_text="Confirmation of the order")).to_have_count(2)
    assert Message.objects.filter(order_id=order.pk, kind="order.confirmation").count() == 2
