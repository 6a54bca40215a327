"""One order: its timeline, details and customer, beside the list or as a page of its own."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.decorators import require
from accounts.requests import PortalRequest
from accounts.roles import Permission
from common import clock
from common.contact import readable
from common.htmx import respond, target_of
from orders import kinds, search
from orders.alerts import alert_rows, alerts_of
from orders.differences import told_rows
from orders.entries import entries_of
from orders.facts import address_facts, country_name, language_name, percent, rates_of
from orders.forms import ListQuery
from orders.letters import letters_of
from orders.logs import log_address
from orders.models import Event, Line, Operation, Order
from orders.payments_part import payments_of
from orders.people.pens import customer_pens, edit_pen
from orders.repeats import twin_rows, twins_of
from orders.rows import row_of
from orders.sentence import counts
from orders.sheet import TABS, Sheet
from orders.strays import stray_rows, strays_of

PAGE = "orders/order.html"
DRAWER = "orders/order.html#drawer"


@require_safe
@require(Permission.ORDERS_VIEW)
def timeline(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """What happened to the order, newest first."""
    sheet = sheet_of(request, order_id, "order")
    return show(request, sheet, timeline_context(sheet, request.GET.get("kind", "")))


@require_safe
@require(Permission.ORDERS_VIEW)
def details(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """Lines, totals, references and movements of money."""
    sheet = sheet_of(request, order_id, "details")
    return show(request, sheet, tab_context(sheet))


@require_safe
@require(Permission.ORDERS_VIEW)
def customer(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """Who bought it, where it goes, how it was paid."""
    sheet = sheet_of(request, order_id, "customer")
    return show(request, sheet, tab_context(sheet))


@require_safe
@require(Permission.ORDERS_VIEW)
def state(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """Asked again and again while money is in flight; nothing to say until something changed."""
    is_alone = bool(request.GET.get("alone"))
    tab, kind = _standing(request, order_id)
    sheet = sheet_of(request, order_id, tab, is_alone=is_alone)
    known = request.GET.get("version")
    if known == str(sheet.order.version):
        return HttpResponse(status=204)
    if known != "0" and not sheet.is_in_flight and not sheet.is_returning:
        messages.info(request, _("The gateway has answered."))
    if is_alone:
        return HttpResponse(headers={"HX-Refresh": "true"})
    response = respond(request, DRAWER, {**tab_context(sheet, kind), **changed(sheet), "sheet": sheet})
    response.headers["HX-Retarget"] = "#drawer"
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def _standing(request: PortalRequest, order_id: uuid.UUID) -> tuple[str, str]:
    """The tab that is open, and the kind its timeline shows, by the address htmx asks from."""
    address = urlsplit(request.headers.get("HX-Current-URL", ""))
    tabs = {reverse(f"orders:{name}", args=[order_id]): name for name, _words in TABS}
    return tabs.get(address.path, "order"), QueryDict(address.query).get("kind", "")


def sheet_of(request: PortalRequest, order_id: uuid.UUID, tab: str, *, is_alone: bool | None = None) -> Sheet:
    """The order in the person's reach, with its neighbours in the list; otherwise 404."""
    alone = target_of(request) != "drawer" if is_alone is None else is_alone
    query = ListQuery.read(request.GET, request.store)
    orders = Order.objects.visible_to(request.access).select_related("store", "gateway_account")
    orders = search.with_neighbours(orders, request.access, query).annotate(
        strays=stray_rows(), twins=twin_rows(), waiting=alert_rows(), told=told_rows(), **counts()
    )
    order: Any = get_object_or_404(orders, pk=order_id)
    found = strays_of(order.strays), twins_of(order, order.twins), alerts_of(order.waiting)
    return Sheet(order, request.access, clock.now(), query, alone, tab, *found)


def show(request: PortalRequest, sheet: Sheet, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """The order beside the list when htmx asks for the drawer, else as a page."""
    return respond(request, PAGE, {**context, "sheet": sheet}, fragments={"drawer": DRAWER}, status=status)


def acted(request: PortalRequest, sheet: Sheet, **more: Any) -> HttpResponse:
    """The drawer after something was done: its dialog closed, its row in the list brought up to date."""
    context = {**tab_context(sheet), **changed(sheet), "sheet": sheet, "closes_dialog": True, **more}
    response = respond(request, DRAWER, context)
    response.headers["HX-Replace-Url"] = sheet.address(sheet.tab)
    return response


def timeline_context(sheet: Sheet, kind: str = "") -> dict[str, Any]:
    """What the timeline prints: everything, or what is of one kind or group."""
    events = list(Event.objects.filter(order=sheet.order))
    logs = log_address(sheet.order, sheet.access, sheet.query.text)
    slip_url = sheet.slip_url if sheet.has_slip else ""
    reading = kinds.reading_of(events, kind, sheet.url)
    return {
        "tab_template": "orders/timeline.html",
        "reading": reading,
        "print_url": kinds.address(sheet.print_url, reading.chosen),
        "entries": entries_of(kinds.shown(events, kind), sheet.order.currency, logs, slip_url),
    }


def tab_context(sheet: Sheet, kind: str = "") -> dict[str, Any]:
    """What the sheet's tab prints; of a timeline everything, or one kind or group."""
    if sheet.tab == "details":
        return details_context(sheet)
    return customer_context(sheet) if sheet.tab == "customer" else timeline_context(sheet, kind)


def details_context(sheet: Sheet) -> dict[str, Any]:
    """Lines, totals, references and movements of money."""
    lines = list(Line.objects.filter(order=sheet.order, revision=sheet.order.revision))
    operations = list(Operation.objects.filter(order=sheet.order))
    return {
        "tab_template": "orders/details.html",
        "lines": [(line, percent(line.tax_rate)) for line in lines],
        "rates": rates_of(lines),
        "payments": payments_of(sheet, operations),
        "pen": edit_pen(sheet),
    }


def customer_context(sheet: Sheet) -> dict[str, Any]:
    """Who bought it, where it goes, how it was paid."""
    order = sheet.order
    return {
        "tab_template": "orders/customer.html",
        "language": language_name(order.language),
        "country": country_name(order.country),
        "phone": readable(order.phone),
        "delivery": address_facts(order.delivery_address),
        "billing": address_facts(order.billing_address),
        "pens": customer_pens(sheet),
        "letters": letters_of(order, sheet.query.text),
    }


def changed(sheet: Sheet) -> dict[str, Any]:
    """The order's row of the list, to be renewed beside the drawer, and word of it in a toast."""
    row = row_of(
        sheet.order,
        sheet.now,
        sheet.query.text,
        has_stray=bool(sheet.strays),
        has_repeat=bool(sheet.twins),
        alert=max((alert.kind for alert in sheet.alerts), default=""),  # as `alerts.first_alert`
    )
    return {"row": row, "is_changed": True}
