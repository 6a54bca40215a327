"""The packing slip's button, its progress and the download."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from accounts.models import Store
from common import clock
from documents import actions
from documents.models import Document
from orders import documents
from orders.models import Order
from tests import builders
from tests.cast import Company

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "slip"}


@pytest.fixture
def order(store: Store) -> Order:
    return builders.captured_order(store)


@pytest.fixture
def document(order: Order) -> Document:
    return documents.current_slip(order, clock.now())


def url(order: Order, tail: str = "") -> str:
    return f"/orders/{order.pk}/slip/{tail}"


def test_a_ready_slip_downloads_at_once(order: Order, document: Document, vera_client: Client) -> None:
    documents.make_slip(document.pk, clock.now())
    answer = vera_client.get(url(order))
    assert answer.content.startswith(b"%PDF")
    assert answer["Content-Disposition"] == 'attachment; filename="packing-slip-FJB-10498.pdf"'
    assert answer["Content-Type"] == "application/pdf"
    assert "private" in answer["Cache-Control"]
    again = vera_client.get(url(order), headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_slip_nobody_has_asked_for_is_asked_for_by_the_button(order: Order, alice_client: Client) -> None:
    Document.objects.all().delete()
    drawer = alice_client.get(f"/orders/{order.pk}/").content.decode()
    assert f'<a class="btn" href="{url(order)}" hx-get="{url(order)}" hx-target="#slip"' in drawer
    assert "Making the packing slip" in alice_client.get(url(order), headers=HTMX).content.decode()
    asked = Document.objects.get(subject_id=order.pk)
    documents.make_slip(asked.pk, clock.now())
    assert alice_client.get(url(order)).content.startswith(b"%PDF")


def test_a_slip_in_the_making_shows_a_page_that_works_without_javascript(order: Order, alice_client: Client) -> None:
    text = alice_client.get(url(order)).content.decode()
    assert "Making the packing slip" in text
    assert f'href="{url(order)}"' in text
    assert "Refresh" in text


def test_a_waiting_button_asks_again_then_downloads_once(
    order: Order, document: Document, alice_client: Client
) -> None:
    waiting = alice_client.get(url(order), headers=HTMX).content.decode()
    assert "<html" not in waiting
    assert f'hx-get="{url(order)}?wait=1"' in waiting
    documents.make_slip(document.pk, clock.now())
    ready = alice_client.get(url(order, "?wait=1"), headers=HTMX)
    assert "HX-Redirect" not in ready
    assert 'hx-trigger="load" hx-swap="none"' in ready.content.decode()
    assert alice_client.get(url(order), headers={"HX-Request": "true"})["HX-Redirect"] == url(order)


def test_a_long_wait_is_explained(order: Order, alice_client: Client) -> None:
    assert "longer than usual" not in alice_client.get(url(order, "?wait=3"), headers=HTMX).content.decode()
    assert "longer than usual" in alice_client.get(url(order, "?wait=30"), headers=HTMX).content.decode()


def test_a_failed_slip_can_be_made_again(order: Order, document: Document, alice_client: Client) -> None:
    actions.begin(document.pk, clock.now())
    actions.fail(document.pk, "no font", clock.now())
    page = alice_client.get(url(order)).content.decode()
    assert "The packing slip could not be made." in page
    assert f'action="{url(order, "retry/")}"' in page
    answer = alice_client.post(url(order, "retry/"))
    assert (answer.status_code, answer["Location"]) == (302, url(order))
    document.refresh_from_db()
    assert document.state == "queued"
    again = alice_client.post(url(order, "retry/"), headers=HTMX).content.decode()
    assert "Making the packing slip" in again


def test_nothing_captured_means_no_slip(store: Store, alice_client: Client) -> None:
    order = builders.placed_order(store)
    answer = alice_client.get(url(order))
    assert answer.status_code == 409
    assert "when something has been captured" in answer.content.decode()


def test_a_strangers_slip_does_not_exist(order: Order, charlie_client: Client) -> None:
    assert charlie_client.get(url(order)).status_code == 404
    assert charlie_client.post(url(order, "retry/")).status_code == 404


def test_an_unknown_order_has_no_slip(acme: Company, alice_client: Client) -> None:
    assert alice_client.get(f"/orders/{uuid.uuid4()}/slip/").status_code == 404


def test_nobody_is_sent_to_sign_in(order: Order) -> None:
    assert Client().get(url(order)).status_code == 302


def test_the_order_offers_its_slip_or_says_why_there_is_none(order: Order, store: Store, alice_client: Client) -> None:
    assert f'<a class="btn" href="{url(order)}"' in alice_client.get(f"/orders/{order.pk}/").content.decode()
    open_order = builders.placed_order(store)
    page = alice_client.get(f"/orders/{open_order.pk}/").content.decode()
    assert url(open_order) not in page
    assert "A packing slip is made when something has been captured." in page
