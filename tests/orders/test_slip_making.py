"""The worker's side of a packing slip: once, again after a failure, never in the way of money."""

from __future__ import annotations

import pytest

from accounts.models import Store
from common import clock, pdf
from documents import actions
from documents.models import Document
from orders import documents
from orders.models import Event, Order
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(store: Store) -> Order:
    return builders.captured_order(store)


@pytest.fixture
def document(order: Order) -> Document:
    return documents.current_slip(order, clock.now())


def told(order: Order) -> int:
    return Event.objects.filter(order=order, kind="slip.made", origin="system").count()


def test_a_slip_is_made_and_told_once(order: Order, document: Document) -> None:
    for _worker in range(2):
        documents.make_slip(document.pk, clock.now())
    document.refresh_from_db()
    assert (document.state, document.attempts, told(order)) == ("ready", 1, 1)


def test_a_failed_slip_says_so_and_can_be_repeated(
    order: Order, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(pdf, "render", lambda *_: (_ for _ in ()).throw(pdf.PdfError("no font")))
        documents.make_slip(document.pk, clock.now())
    document.refresh_from_db()
    assert (document.state, document.error, told(order)) == ("failed", "no font", 0)
    actions.retry(document, clock.now())
    documents.make_slip(document.pk, clock.now())
    document.refresh_from_db()
    assert (document.state, told(order)) == ("ready", 1)


def test_an_order_that_changed_while_it_waited_gets_the_newer_slip(order: Order, document: Document) -> None:
    Order.objects.filter(pk=order.pk).update(merchant_reference2="PO 2")
    documents.make_slip(document.pk, clock.now())
    assert not Document.objects.filter(pk=document.pk).exists()
    order.refresh_from_db()
    assert Document.objects.get(subject_id=order.pk).state == "queued"


def test_a_broken_slip_does_not_undo_a_capture(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "slip_of_order", lambda _order: 1 // 0)
    order = builders.captured_order(store)
    assert order.status == "captured"
    assert not Document.objects.filter(subject_id=order.pk).exists()
