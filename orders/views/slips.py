"""The packing slip: downloads at once when it is ready, else shows how far it is."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.decorators import require
from accounts.requests import PortalRequest
from accounts.roles import Permission
from common import clock
from common.htmx import respond
from documents import actions
from documents.files import download
from documents.models import Document
from orders import rules
from orders.documents import current_slip
from orders.models import Order

_SLOW = 15  # looks, a second apart; a slip takes one, so then no worker is free and the button says so
_FRAGMENTS = {"slip": "orders/slip_button.html"}


@require_safe
@require(Permission.ORDERS_VIEW)
def slip(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """Download the slip of the order as it is now; ask for it when there is none.

    htmx cannot save a file: it is sent to this address once more, as a page. A
    waiting button is first replaced, so that it stops asking.
    """
    at = clock.now()
    order = _order(request, order_id, at)
    document = current_slip(order, at)
    is_htmx = _is_htmx(request)
    if document.state != Document.State.READY or (_looks(request) and is_htmx):
        return _progress(request, order, document)
    if is_htmx:
        return HttpResponseClientRedirect(_address(order))
    return download(request, document)


@require_POST
@require(Permission.ORDERS_VIEW)
def retry(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """Make a failed slip again."""
    at = clock.now()
    order = _order(request, order_id, at)
    document = current_slip(order, at)
    actions.retry(document, at)
    if _is_htmx(request):
        return _progress(request, order, document)
    return redirect(_address(order))


def _order(request: PortalRequest, order_id: uuid.UUID, at: datetime) -> Order:
    orders = Order.objects.visible_to(request.access).select_related("merchant", "store")
    order = get_object_or_404(orders, pk=order_id)
    request.access.need(Permission.ORDERS_VIEW, order.store_id)
    obstacle = rules.obstacle(order, rules.Verb.SLIP, request.access, at)
    if obstacle is not None:
        raise obstacle.error()
    return order


def _progress(request: PortalRequest, order: Order, document: Document) -> HttpResponse:
    """The button in its present state, or a page around it."""
    looks = _looks(request) + 1
    context = {
        "order": order,
        "url": _address(order),
        "retry_url": reverse("orders:slip_retry", args=[order.pk]),
        "state": document.state,
        "looks": looks,
        "is_slow": looks > _SLOW,
    }
    return respond(request, "orders/slip_progress.html", context, fragments=_FRAGMENTS)


def _looks(request: PortalRequest) -> int:
    """How often this button has asked already; 0 when a person asks."""
    given = request.GET.get("wait", "")
    return int(given) if given.isdecimal() and len(given) < 6 else 0  # noqa: PLR2004


def _is_htmx(request: PortalRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _address(order: Order) -> str:
    return reverse("orders:slip", args=[order.pk])
