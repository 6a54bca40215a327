"""The packing slip as a document: asked for after a capture, made by a worker, made again when it changes."""

from __future__ import annotations

import hashlib
import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import structlog
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from common import pdf
from common.actor import Actor
from documents import actions
from documents.models import Document
from orders.actions.lock import locked
from orders.models import Order
from orders.slip import Slip, slip_of_order
from orders.timeline import What, record

log = structlog.get_logger(__name__)

KIND = "packing_slip"
TASK = "orders.tasks.make_slip"
_SHEET = "print/slip.css"
_TEMPLATE = "orders/slip.html"
_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Sheet:
    """A slip as HTML, and what tells it from every other slip."""

    html: str
    fingerprint: str


def request_slip(order: Order, at: datetime) -> None:
    """Ask for the slip of an order that has just been captured.

    Called while the capture is booked: whatever is wrong with a slip must not
    undo the booking of money, and the download asks for it again.
    """
    try:
        with transaction.atomic():
            current_slip(order, at)
    except Exception:
        log.exception("slip.not_requested", order=str(order.pk))


def renew_slip(order: Order, at: datetime) -> None:
    """Ask again for the slip of an order that has one: what is printed on it was edited."""
    if Document.objects.filter(kind=KIND, subject_id=order.pk).exists():
        request_slip(order, at)


def current_slip(order: Order, at: datetime) -> Document:
    """The document that shows the order as it is now; asked for when there is none."""
    return actions.request(
        kind=KIND,
        subject_id=order.pk,
        merchant_id=order.merchant_id,
        fingerprint=sheet_of(slip_of_order(order)).fingerprint,
        filename=filename_of(order),
        content_type="application/pdf",
        task=TASK,
        at=at,
    )


def filename_of(order: Order) -> str:
    """`packing-slip-<merchant reference>.pdf`, without what file systems and headers dislike."""
    name = _UNSAFE.sub("-", order.merchant_reference1).strip("-.")[:_LONGEST_NAME]
    return f"packing-slip-{name or order.reference}.pdf"


def sheet_of(slip: Slip) -> Sheet:
    """The slip's HTML; its fingerprint covers all it shows, its design and the engine."""
    with translation.override(slip.language):
        html = render_to_string(_TEMPLATE, {"slip": slip})
    parts = (html, _design(), pdf.ENGINE)
    return Sheet(html, hashlib.sha256("\0".join(parts).encode()).hexdigest())


def make_slip(document_id: uuid.UUID, at: datetime) -> None:
    """Make a queued slip; what goes wrong is kept with the document, for a person to repeat."""
    document = actions.begin(document_id, at)
    if document is None:
        return
    try:
        body = _render(document, at)
    except Exception as error:
        log.exception("slip.failed", document=str(document_id))
        actions.fail(document_id, str(error) or type(error).__name__, at)
        return
    if body:
        _store(document, body, at)


def _render(document: Document, at: datetime) -> bytes:
    """The bytes; none when the order changed since, and a newer slip is asked for instead."""
    order = Order.objects.select_related("merchant", "store").get(pk=document.subject_id)
    sheet = sheet_of(slip_of_order(order))
    if sheet.fingerprint != document.fingerprint:
        actions.discard(document)
        current_slip(order, at)
        return b""
    return pdf.render(sheet.html, _SHEET, _pictures(order))


def _pictures(order: Order) -> dict[str, pdf.Asset]:
    if not order.store.logo:
        return {}
    logo = bytes(order.store.logo)
    return {f"logo-{hashlib.sha256(logo).hexdigest()}": pdf.Asset(logo, order.store.logo_type)}


@transaction.atomic(durable=True)
def _store(document: Document, body: bytes, at: datetime) -> None:
    """Keep the bytes and write into the timeline that there is a slip, both once."""
    order = locked(document.subject_id)
    if actions.finish(document.pk, body, at):
        record(order, What.SLIP_MADE, by=Actor.system(), at=at, data={"document": str(document.pk)})


@cache
def _design() -> str:
    return pdf.static_text(_SHEET)
