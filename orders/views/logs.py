"""View logs: what was asked and answered for one event of the timeline, and the whole of it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.decorators import require
from accounts.requests import PortalRequest
from accounts.roles import Permission
from common import clock
from common.htmx import respond
from developers.actions import kept_since
from developers.rows import HALVES, MOST, newest, whole_half
from orders.forms import ListQuery
from orders.logs import calls_of
from orders.models import Event, Order
from orders.timeline import What


@require_safe
@require(Permission.DEVELOPER_LOGS)
def logs(request: PortalRequest, order_id: uuid.UUID, seq: int) -> HttpResponse:
    """The calls of an event, newest last, as a dialog or a page."""
    event = _event(request, order_id, seq)
    query = _query(request)

    def whole(call: int, half: str) -> str:
        return reverse("orders:log", args=[order_id, seq, call, half]) + query

    rows, is_cut = newest(calls_of(event, request.access), whole)
    context = {
        "order": event.order,
        "event": event,
        "title": What(event.kind).label,
        "rows": rows,
        "most": MOST if is_cut else 0,
        "days": settings.LOG_RETENTION_DAYS,
        "was_removed": event.at < kept_since(clock.now()),
        "back": reverse("orders:order", args=[order_id]) + query,
    }
    return respond(request, "orders/logs.html", context, fragments={"dialog": "orders/logs.html#ask"})


@require_safe
@require(Permission.DEVELOPER_LOGS)
def log(request: PortalRequest, order_id: uuid.UUID, seq: int, call: int, half: str) -> HttpResponse:
    """The whole request or response of one call, in place of its beginning or as a page."""
    event = _event(request, order_id, seq)
    found = whole_half(calls_of(event, request.access), call, half) if half in HALVES else None
    if found is None:
        raise Http404
    context = {
        "order": event.order,
        "event": event,
        "half": found,
        "is_asked": True,
        "back": reverse("orders:logs", args=[order_id, seq]) + _query(request),
    }
    return respond(request, "orders/log.html", context, fragments={found.id: "developers/calls.html#half"})


def _event(request: PortalRequest, order_id: uuid.UUID, seq: int) -> Event:
    order = get_object_or_404(Order.objects.visible_to(request.access), pk=order_id)
    request.access.need(Permission.DEVELOPER_LOGS, order.store_id)
    event = get_object_or_404(Event.objects.select_related("operation"), order=order, seq=seq)
    event.order = order
    return event


def _query(request: PortalRequest) -> str:
    """The list the person came from."""
    return ListQuery.read(request.GET, request.store).text
