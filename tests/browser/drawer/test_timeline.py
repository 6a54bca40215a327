"""The timeline: every event with its time, sum and origin; captures and refunds in full; the packing slip."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from accounts.models import Store
from common import clock
from common.actor import Actor, Origin
from documents.models import Document
from orders.models import Event, Order
from orders.timeline import What
from tests import builders
from tests.browser.drawer.conftest import Shop
from tests.browser.drawer.hands import ALICE, BOB, TIMES, capture, drawer, entry, member, refund, standing
from tests.orders.stages import order_at
from tests.portals import Portal

_IS_ON_TOP = """element => {
    const {left, top, width, height} = element.getBoundingClientRect()
    return element.contains(document.elementFromPoint(left + width / 2, top + height / 2))
}"""  # not beneath the bar that stays
_MAKING = 90_000  # milliseconds: the worker may be making other slips
MONEY = {"Authorized": "2,068.20", "Captured": "623.99", "Refunded": "677.34"}


@pytest.fixture(scope="package")
def walked(shop: Shop) -> Order:
    """Captured by Bob and through the API, refunded by Alice and by Bob."""
    order = builders.placed_order(shop.acme.store, method="klarna", merchant_reference1="FJB-WALK")
    capture(order, Actor(Origin.API, "Webshop"), Serving=2, Home=1)
    capture(order, member(shop.acme, "bob"), Linen=1)
    refund(order, member(shop.acme, "alice"), Linen=1)
    refund(order, member(shop.acme, "bob"), Serving=1)
    return order


def test_the_timeline_holds_everything_that_happened(reader: Page, walked: Order) -> None:
    happened = [str(What(event.kind).label) for event in Event.objects.filter(order=walked).order_by("-seq")]
    entries = drawer(reader, walked).locator(".timeline > li h2").all_inner_texts()
    assert entries[-len(happened) :] == happened  # a message may have been sent meanwhile: the newest stand first
    assert {"Authorized", "Captured", "Refunded"} <= set(entries)


def test_every_event_shows_its_date_and_time(reader: Page, walked: Order) -> None:
    events = Event.objects.filter(order=walked).order_by("seq")
    moments = [event.at.astimezone(TIMES) for event in events]
    times = drawer(reader, walked).locator(".timeline > li .by > time").all()
    for moment, time in zip(moments, reversed(times), strict=False):
        assert moment.strftime("%H:%M") in time.inner_text()
        assert moment.strftime("%-d %B %Y") in (time.get_attribute("title") or "")
    assert len(times) >= len(moments)


@pytest.mark.parametrize(("title", "amount"), MONEY.items())
def test_an_event_shows_the_amount_involved(reader: Page, walked: Order, title: str, amount: str) -> None:
    expect(entry(standing(reader, walked), title).locator(".head .money")).to_have_text(f"{amount}SEK")


def test_every_event_shows_its_origin(reader: Page, walked: Order) -> None:
    origins = standing(reader, walked).locator(".timeline > li .by > span:first-of-type")
    assert all(text.strip() for text in origins.all_inner_texts())


def test_what_came_through_the_api_says_api(reader: Page, walked: Order) -> None:
    expect(entry(standing(reader, walked), "Captured", 1).locator(".by")).to_contain_text("API, Webshop")


def test_what_was_done_in_the_portal_shows_the_persons_email(page: Page, store: Store) -> None:
    found = drawer(page, builders.placed_order(store))
    found.get_by_role("link", name="Capture", exact=True).click()
    page.locator("#ask").get_by_role("button", name="Capture 2,068.20 SEK").click()
    expect(entry(found, "Captured").locator(".by")).to_contain_text(ALICE)


def test_a_capture_shows_its_amount_and_what_remains(reader: Page, walked: Order) -> None:
    captured = entry(standing(reader, walked), "Captured", 1)
    expect(captured.locator(".head .money")).to_have_text("1,444.21SEK")
    expect(captured.locator("dl > div").filter(has_text="Left to capture").locator("dd")).to_have_text("623.99")


def test_a_capture_shows_who_captured(reader: Page, walked: Order) -> None:
    expect(entry(standing(reader, walked), "Captured", 0).locator(".by")).to_contain_text(BOB)


def test_a_capture_lists_the_products_and_the_shipping(reader: Page, walked: Order) -> None:
    captured = entry(standing(reader, walked), "Captured", 1)
    for product, amount in (("2 × Serving bowl, sea green 24 cm", "1,498.00"), ("1 × Home delivery", "99.00")):
        expect(captured.locator("dl > div").filter(has_text=product).locator("dd")).to_have_text(amount)


@pytest.mark.parametrize("title", ["Captured", "Refunded"])
def test_view_logs_opens_the_logs_of_that_event(page: Page, walked: Order, title: str) -> None:
    entry(drawer(page, walked), title).get_by_role("link", name="View logs").click()
    dialog = page.get_by_role("dialog", name=f"Logs: {title}")
    expect(dialog.get_by_text("200 OK").first).to_be_visible()
    expect(dialog).to_contain_text("/refunds" if title == "Refunded" else "/captures")


def test_a_refund_shows_its_amount_and_what_remains(reader: Page, walked: Order) -> None:
    refunded = entry(standing(reader, walked), "Refunded")
    expect(refunded.locator(".head .money")).to_have_text("677.34SEK")
    expect(refunded.locator("dl > div").filter(has_text="Left to refund").locator("dd")).to_have_text("766.87")


def test_a_refund_lists_the_products_refunded(reader: Page, walked: Order) -> None:
    refunded = entry(standing(reader, walked), "Refunded")
    expect(refunded.locator("dl > div").filter(has_text="1 × Serving bowl").locator("dd")).to_have_text("749.00")
    expect(refunded).not_to_contain_text("Linen apron")


def test_a_refund_shows_who_refunded(reader: Page, walked: Order) -> None:
    found = standing(reader, walked)
    expect(entry(found, "Refunded", 0).locator(".by")).to_contain_text(BOB)
    expect(entry(found, "Refunded", 1).locator(".by")).to_contain_text(ALICE)


def test_several_refunds_are_listed_separately(reader: Page, walked: Order) -> None:
    found = standing(reader, walked)
    expect(entry(found, "Refunded", 0).locator(".head .money")).to_have_text("677.34SEK")
    expect(entry(found, "Refunded", 1).locator(".head .money")).to_have_text("623.99SEK")
    expect(entry(found, "Refunded", 2)).to_have_count(0)


@pytest.mark.parametrize("stage", ["captured", "part_captured"])
def test_a_packing_slip_is_downloaded_as_a_pdf(
    page: Page, portal: Portal, store: Store, stage: str, tmp_path: Path
) -> None:
    order = order_at(stage, store)
    for document in Document.objects.filter(
        subject_id=order.pk
    ):  # captured outside the portal: its worker was not asked
        portal.run_task(document.task, str(document.pk))
    found = drawer(page, order)
    with page.expect_download(timeout=_MAKING) as waited:
        found.locator("#slip").get_by_role("link", name="Packing slip", exact=True).click()
    slip = tmp_path / "slip.pdf"
    waited.value.save_as(slip)
    assert waited.value.suggested_filename.endswith(".pdf")
    text = PdfReader(slip).pages[0].extract_text()
    assert "Linen apron" in text
    assert ("Serving bowl" in text) is (stage == "captured")


@pytest.mark.parametrize("width", [390, 1440])
def test_a_slip_asked_for_at_its_capture_shows_that_it_is_being_made(page: Page, store: Store, width: int) -> None:
    order = builders.placed_order(store)
    for name in ("Linen", "Serving"):
        capture(order, Actor.system(), **{name: 1})
    # no sweep hands it to the worker meanwhile
    Document.objects.filter(subject_id=order.pk).update(next_at=clock.now() + timedelta(hours=1))
    page.set_viewport_size({"width": width, "height": 500})
    entry(drawer(page, order), "Captured", 1).get_by_role("link", name="Packing slip", exact=True).click()
    making = page.locator("#slip").get_by_role("status")
    expect(making).to_have_text("Making the packing slip")
    assert making.evaluate(_IS_ON_TOP)
