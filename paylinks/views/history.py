"""The history of payment links: one row per order, watched while it is open."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.decorators import require
from accounts.requests import PortalRequest
from accounts.roles import Permission
from common import clock
from common.htmx import respond, target_of
from common.lists import Count
from common.pages import Page
from paylinks import search
from paylinks.amended import amendments_of
from paylinks.filters import creators, filters_of
from paylinks.forms.history import HistoryQuery
from paylinks.models import PaymentLink
from paylinks.rows import Printer, Row
from paylinks.search import PAGE_SIZE

PAGE = "paylinks/history.html"


@require_safe
@require(Permission.LINKS_VIEW)
def history(request: PortalRequest) -> HttpResponse:
    """The current link of every order, newest first."""
    if request.store is not None:
        request.access.need(Permission.LINKS_VIEW, request.store)
    query, at = HistoryQuery.read(request.GET, request.store), clock.now()
    page = search.page(request.access, query, at)
    rows = Printer.for_page(request.access, at, query.text).rows(page.rows)
    context = {
        "query": query,
        "filters": filters_of(query, request.access),
        "creators": creators(request.access, (row.by for row in rows)),
        "rows": rows,
        "watched": watched(rows),
        "is_too_short": 0 < len(query.words) < search.SHORTEST,
        "may_create": request.access.can(Permission.LINKS_CREATE),
        "oob": target_of(request) == "results",
        **_places(query, page),
    }
    response = respond(request, PAGE, context, fragments={"results": f"{PAGE}#found"})
    if context["oob"]:
        response.headers["HX-Push-Url"] = reverse("paylinks:history") + query.text
    return response


def watched(rows: list[Row]) -> str:
    """Which rows the page shows, and what they showed."""
    return ",".join(f"{row.key}:{row.digest}" for row in rows)


def _places(query: HistoryQuery, page: Page[object]) -> dict[str, object]:
    """Where this page stands, and the addresses beside it."""
    start = query.start if page.newer else 1
    end = start + len(page.rows) - 1
    base = reverse("paylinks:history")
    return {
        "start": start,
        "end": end,
        "count": Count(len(page.rows)) if not page.newer and not page.older else None,
        "count_url": reverse("paylinks:count") + query.at().text,
        "newer": base + query.at(page.newer, max(start - PAGE_SIZE, 1)).text if page.newer else "",
        "older": base + query.at(page.older, end + 1).text if page.older else "",
    }


@require_safe
@require(Permission.LINKS_VIEW)
def count(request: PortalRequest) -> HttpResponse:
    """How many links match: asked for after the page stands."""
    found = search.counted(request.access, HistoryQuery.read(request.GET, request.store), clock.now())
    return render(request, f"{PAGE}#count", {"count": found})


@require_safe
@require(Permission.LINKS_VIEW)
def pulse(request: PortalRequest) -> HttpResponse:
    """The rows that no longer look as the page shows them; nothing to say is 204."""
    seen = _seen(request.GET.get("rows", ""))
    query = HistoryQuery.read(request.GET, request.store)
    printer = Printer.for_page(request.access, clock.now(), query.text)
    rows = printer.rows(search.of_orders(request.access, list(seen)))
    changed = [row for row in rows if seen[uuid.UUID(row.key)] != row.digest]
    if not changed:
        return HttpResponse(status=204)
    context = {"rows": changed, "watched": watched(rows), "query": query, "is_pulse": True}
    return render(request, f"{PAGE}#pulse", context)


def _seen(text: str) -> dict[uuid.UUID, str]:
    found: dict[uuid.UUID, str] = {}
    for part in text.split(",")[:PAGE_SIZE]:
        key, _sign, digest = part.partition(":")
        try:
            found[uuid.UUID(key)] = digest
        except ValueError:
            continue
    return found


@require_safe
@require(Permission.LINKS_VIEW)
def earlier(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """The links an order had before; unfolds in its row, or stands as a page."""
    at = clock.now()
    mine = PaymentLink.objects.visible_to(request.access).current()
    request.access.need(Permission.LINKS_VIEW, get_object_or_404(mine, order_id=order_id).store_id)
    links = search.earlier(request.access, order_id)
    current = search.of_orders(request.access, [order_id])
    printer = Printer.for_page(request.access, at, "")
    query = request.GET.urlencode()
    amended = amendments_of(order_id, current[0].order__currency) if links else {}
    context = {
        "rows": [(row, amended.get(link.number + 1)) for row, link in zip(printer.rows(links), links, strict=True)],
        "current": printer.rows(current)[0],
        "may_see": request.access.can(Permission.ORDERS_VIEW),
        "back": reverse("paylinks:history") + (f"?{query}" if query else ""),
    }
    page = "paylinks/earlier.html"
    return respond(request, page, context, fragments={f"earlier-{order_id}": f"{page}#links"})
