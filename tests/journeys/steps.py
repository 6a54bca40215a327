"""The steps of the story, for pages with scripts and without."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Download, expect
from pypdf import PdfReader

from devkit import hands

if TYPE_CHECKING:
    from playwright.sync_api import Page

ALICE = "alice@fjallbo.example.com"
MID = "CF1004211"
FRIDA = "frida.nystrom@example.com"
TERMS = "https://fjallbo.example.com/kopvillkor"
TOTAL = "2,119.00 SEK"
_MAKING = 90_000  # milliseconds: the worker may be at something else


def set_terms(page: Page) -> None:
    """The create form is closed until the store has terms; open it."""
    page.goto(f"/links/new/?store={MID}")
    expect(page.get_by_text("Add your terms and conditions first")).to_be_visible()
    page.get_by_role("link", name="Add terms link").click()
    page.get_by_label("Link to your terms").fill(TERMS)
    page.get_by_label("Support e-mail").fill("hello@fjallbo.example.com")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Link to your terms")).to_have_value(TERMS)
    expect(page.get_by_text("Missing: no link can be sent")).to_have_count(0)


def invitation(page: Page, known: list[str] | None = None) -> str:
    """The payment link in Frida's newest mail."""
    return hands.mailed(page, FRIDA, "/pay/", known=known or [])


def pay(page: Page, link: str, *, total: str = TOTAL) -> None:
    """From the link to the receipt."""
    page.goto(link)
    expect(page.get_by_label("I accept the terms")).not_to_be_checked()
    hands.fill_in(page)
    expect(page.get_by_role("button", name=f"Pay {total}")).to_be_visible()
    hands.press_pay(page)
    hands.decide(page, "approve")
    expect(page.get_by_text("Your payment went through")).to_be_visible()
    assert page.url.startswith(link)


def the_slip(page: Page, press: str = "Packing slip") -> str:
    """Download the packing slip by its button; its words."""
    with page.expect_download(timeout=_MAKING) as waiting:
        page.locator("#slip").get_by_role("link", name=press).click()
    return words_of(waiting.value)


def the_slip_by_page(page: Page) -> str:
    """The same without scripts: the page says to look again until it is ready."""
    address = page.locator("#slip").get_by_role("link", name="Packing slip").get_attribute("href")
    for _look in range(180):
        answer = page.request.get(str(address), max_retries=5)
        if answer.headers["content-type"] == "application/pdf":
            return _words(answer.body())
        page.goto(str(address))
        page.wait_for_timeout(500)
    raise AssertionError("The slip was never ready.")


def words_of(download: Download) -> str:
    """What stands in a downloaded PDF."""
    return _words(Path(download.path()).read_bytes())


def _words(pdf: bytes) -> str:
    assert pdf.startswith(b"%PDF")
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return re.sub(r"\s+", " ", text)
