"""The list of orders and its count."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.decorators import require
from accounts.requests import PortalRequest
from accounts.roles import Permission
from common import clock
from common.htmx import respond, target_of
from common.lists import Count
from common.pages import Page
from orders import search
from orders.filters import filters_of
from orders.forms import ListQuery
from orders.rows import FIELDS, rows_of, sums_of
from orders.search import PAGE_SIZE, Values


@require_safe
@require(Permission.ORDERS_VIEW)
def order_list(request: PortalRequest) -> HttpResponse:
    """Placed orders, newest first, one page of them."""
    query = ListQuery.read(request.GET, request.store)
    if not target_of(request) and "" in request.GET.dict().values():
        return redirect(reverse("orders:list") + query.text)  # a form sends its empty fields too
    page = search.page(request.access, query, FIELDS)
    context = {
        "query": query,
        "filters": filters_of(query, request.access),
        "rows": rows_of(page.rows, clock.now(), query.text),
        "sums": sums_of(page.rows),
        "is_too_short": 0 < len(query.words) < search.SHORTEST,
        "may_create": request.access.can(Permission.LINKS_CREATE),
        "oob": target_of(request) == "results",
        "unclaimed_url": reverse("orders:unclaimed_notice") + ListQuery(store=query.store).text,
        **_places(query, page),
    }
    response = respond(request, "orders/list.html", context, fragments={"results": "orders/list.html#found"})
    if context["oob"]:
        # the address without the empty fields of the form
        response.headers["HX-Push-Url"] = reverse("orders:list") + query.text
    return response


@require_safe
@require(Permission.ORDERS_VIEW)
def count(request: PortalRequest) -> HttpResponse:
    """How many orders match: asked for after the page stands."""
    query = ListQuery.read(request.GET, request.store)
    return render(request, "orders/list.html#count", {"count": search.counted(request.access, query)})


def _places(query: ListQuery, page: Page[Values]) -> dict[str, object]:
    """Where this page stands, and the addresses beside it."""
    start = query.start if page.newer else 1
    end = start + len(page.rows) - 1
    base = reverse("orders:list")
    is_whole = not page.newer and not page.older
    # what leads a search stands on its first page only: reading back ends there
    is_second = start <= PAGE_SIZE + 1 and search.may_be_exact(query.words)
    before = query.at() if is_second else query.at(page.newer, max(start - PAGE_SIZE, 1))
    return {
        "start": start,
        "end": end,
        "newer": base + before.text if page.newer else "",
        "older": base + query.at(page.older, end + 1).text if page.older else "",
        "count": Count(len(page.rows)) if is_whole else None,
        "count_url": reverse("orders:count") + query.at().text,
    }
