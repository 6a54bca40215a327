"""What a packing slip shows, and that it is made again when that changes."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from accounts.models import Store
from common import clock
from common.actor import Actor
from documents.models import Content, Document
from orders import documents
from orders.actions.capture import capture_order
from orders.actions.refund import refund_order
from orders.models import Line, OperationLine, Order
from orders.selection import Selection
from orders.slip import address_lines, slip_of_order, spoken
from tests import builders
from tests.orders.line_edits import edit, wishes

pytestmark = pytest.mark.django_db


def made(order: Order) -> Document:
    """The current slip, made as the worker makes it."""
    document = documents.current_slip(order, clock.now())
    documents.make_slip(document.pk, clock.now())
    document.refresh_from_db()
    return document


def pages(order: Order) -> list[str]:
    body = bytes(Content.objects.get(document=made(order)).body)
    return [page.extract_text() for page in PdfReader(io.BytesIO(body)).pages]


def test_a_capture_asks_for_its_slip(store: Store) -> None:
    order = builders.captured_order(store)
    document = Document.objects.get(subject_id=order.pk)
    assert (document.state, document.filename) == ("queued", "packing-slip-FJB-10498.pdf")


def test_a_charge_at_once_asks_for_its_slip(store: Store) -> None:
    order = builders.placed_order(store, method="swish")
    assert Document.objects.filter(subject_id=order.pk).exists()


def test_goods_addresses_and_references_are_shown_and_no_money(store: Store) -> None:
    order = builders.captured_order(store, merchant_reference2="PO 77-2291")
    (text,) = pages(order)
    for words in (
        "Acme AB",
        "Org. no. 556000-0001",
        "support@acme.example",
        "FJB-10498",
        "PO 77-2291",
        order.reference,
        "Frida Nyström",
        "Bondegatan 7",
        "116 23 Stockholm",
        "Sweden",
        "KB-24-SG Serving bowl, sea green 24 cm 2",
        "LA-01-UN Linen apron, undyed 1",
        "TEST",
        "Page 1 of 1",
    ):
        assert words in text, words
    for words in ("Home delivery", "Returning customer", "SEK", "749"):
        assert words not in text, words


def test_only_captured_quantities_are_packed(store: Store) -> None:
    order = builders.captured_order(store)
    OperationLine.objects.filter(line__order=order, line__reference="KB-24-SG").update(quantity=1)
    OperationLine.objects.filter(line__order=order, line__reference="LA-01-UN").delete()
    slip = slip_of_order(order)
    assert [(row.reference, row.quantity) for row in slip.rows] == [("KB-24-SG", "1")]
    assert slip.missing == 2
    assert "2 lines of this order are not, or not wholly, in this parcel." in pages(order)[0]


def test_refunded_units_are_not_packed(store: Store) -> None:
    order = builders.captured_order(store)
    bowl = Line.objects.get(order=order, reference="KB-24-SG").pk
    apron = Line.objects.get(order=order, reference="LA-01-UN").pk
    wish = {"key": "r", "access": None, "by": Actor.system(), "at": clock.now()}
    refund_order(order.pk, **wish, selection=Selection({bowl: 1, apron: 1}))
    slip = slip_of_order(order)
    assert [(row.reference, row.quantity) for row in slip.rows] == [("KB-24-SG", "1")]
    assert slip.missing == 2


def test_an_edit_shows_on_the_slip_only_what_it_changes(store: Store) -> None:
    order = builders.placed_order(store)
    bowl = Line.objects.get(order=order, reference="KB-24-SG").pk
    wish = {"key": "c", "access": None, "by": Actor.system(), "at": clock.now()}
    capture_order(order.pk, **wish, selection=Selection({bowl: 1}))
    order.refresh_from_db()
    first = made(order)
    assert slip_of_order(order).missing == 2
    edit(order, wishes(order, Home={"name": "Sent home"}))
    assert documents.current_slip(order, clock.now()).pk == first.pk
    edit(order, wishes(order, drop=("Serving", "Linen", "Returning")))
    slip = slip_of_order(order)
    assert [(row.reference, row.quantity) for row in slip.rows] == [("KB-24-SG", "1")]
    assert slip.missing == 0
    assert documents.current_slip(order, clock.now()).pk != first.pk


def test_an_uncaptured_order_packs_nothing(store: Store) -> None:
    assert slip_of_order(builders.placed_order(store)).rows == ()


def test_equal_orders_give_equal_bytes(store: Store) -> None:
    order = builders.captured_order(store)
    first = made(order)
    body = bytes(Content.objects.get(document=first).body)
    first.delete()
    assert bytes(Content.objects.get(document=made(order)).body) == body


def test_a_changed_order_gets_a_new_slip(store: Store) -> None:
    order = builders.captured_order(store)
    first = made(order)
    assert documents.current_slip(order, clock.now()).pk == first.pk
    order.merchant_reference2 = "PO 1"
    second = documents.current_slip(order, clock.now())
    assert (second.pk != first.pk, second.state) == (True, "queued")


def test_a_hundred_lines_take_several_pages_with_their_heading(store: Store) -> None:
    order = builders.captured_order(store)
    slip = slip_of_order(order)
    long = replace(slip.rows[0], name="Extraordinarily-long-compound-name-" * 8)
    sheet = documents.sheet_of(replace(slip, rows=(slip.rows * 49) + (long,)))
    reader = PdfReader(io.BytesIO(documents.pdf.render(sheet.html, "print/slip.css", {})))
    texts = [page.extract_text() for page in reader.pages]
    assert len(texts) > 3
    for number, text in enumerate(texts[:-1], 1):
        assert f"Page {number} of {len(texts)}" in text
        assert "Reference Item Quantity Packed" in text


def test_an_order_without_address_or_goods_has_a_slip(store: Store) -> None:
    order = builders.captured_order(store)
    order.delivery_address, order.customer_name = {}, ""
    Order.objects.filter(pk=order.pk).update(delivery_address={}, customer_name="")
    Line.objects.filter(order=order, type="physical").update(type="digital")
    (text,) = pages(order)
    assert "No delivery address was given." in text
    assert "This order has no goods to pack." in text


def test_names_in_addresses_are_text_never_markup(store: Store) -> None:
    order = builders.captured_order(store)
    Order.objects.filter(pk=order.pk).update(delivery_address={"name": '<img src="http://x.example/">'})
    order.refresh_from_db()
    assert '<img src="http://x.example/">' in pages(order)[0]


def test_a_logo_is_part_of_what_is_shown(store: Store) -> None:
    order = builders.captured_order(store)
    before = documents.sheet_of(slip_of_order(order)).fingerprint
    order.store.logo, order.store.logo_type = b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"
    assert documents.sheet_of(slip_of_order(order)).fingerprint != before


def test_days_are_those_of_the_store(store: Store) -> None:
    order = builders.captured_order(store)
    order.placed_at = datetime(2026, 11, 12, 23, 30, tzinfo=UTC)
    assert slip_of_order(order).ordered == "13 Nov 2026"


def test_addresses_follow_the_wire_names() -> None:
    address = {
        "given_name": "A",
        "family_name": "B",
        "street_address": "C 1",
        "city": "D",
        "country": "de",
        "region": "",
    }
    assert address_lines(address, "Somebody", "en") == ("A B", "C 1", "D", "Germany")
    assert address_lines({}, "Somebody", "en") == ("Somebody",)


def test_a_language_the_portal_lacks_falls_back_to_its_own() -> None:
    assert spoken("xx") == "en"


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("FJB/10 482", "packing-slip-FJB-10-482.pdf"),
        ('../"\r\n;é', "packing-slip-é.pdf"),
        ("x" * 255, f"packing-slip-{'x' * 80}.pdf"),
    ],
)
def test_file_names_are_harmless(reference: str, name: str) -> None:
    assert documents.filename_of(Order(merchant_reference1=reference)) == name
