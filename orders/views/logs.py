"""View logs: what was asked and answered for one event of the timeline."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.decorators import require
from accounts.requests import PortalRequest
from accounts.roles import Permission
from common import clock
from common.htmx import respond
from developers.actions import kept_since
from developers.rows import MOST, rows_of
from orders.forms import ListQuery
from orders.logs import calls_of
from orders.models import Event, Order
from orders.timeline import What


@require_safe
@require(Permission.DEVELOPER_LOGS)
def logs(request: PortalRequest, order_id: uuid.UUID, seq: int) -> HttpResponse:
    """The calls of an event, newest last, as a dialog or a page."""
    order = get_object_or_404(Order.objects.visible_to(request.access), pk=order_id)
    request.access.need(Permission.DEVELOPER_LOGS, order.store_id)
    event = get_object_or_404(Event.objects.select_related("operation"), order=order, seq=seq)
    calls = list(calls_of(event, request.access).order_by("-at", "-pk")[: MOST + 1])
    context = {
        "order": order,
        "event": event,
        "title": What(event.kind).label,
        "rows": rows_of(reversed(calls[:MOST])),
        "most": MOST if len(calls) > MOST else 0,
        "days": settings.LOG_RETENTION_DAYS,
        "was_removed": event.at < kept_since(clock.now()),
        "back": reverse("orders:order", args=[order.pk]) + ListQuery.read(request.GET, request.store).text,
    }
    return respond(request, "orders/logs.html", context, fragments={"dialog": "orders/logs.html#ask"})
