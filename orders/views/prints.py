"""The whole order on paper: everything its tabs hold, on one page."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.decorators import require
from accounts.requests import PortalRequest
from accounts.roles import Permission
from common.contact import readable
from orders.entries import actor_words
from orders.facts import address_facts, country_name, language_name, percent, rates_of
from orders.models import Line, Operation
from orders.views.order import sheet_of, timeline_context


@require_safe
@require(Permission.ORDERS_VIEW)
def paper(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """Lines, customer, payments and the timeline, whole or as it was filtered, with exact times."""
    sheet = sheet_of(request, order_id, "order", is_alone=True)
    order = sheet.order
    lines = list(Line.objects.filter(order=order, revision=order.revision))
    context = {
        "sheet": sheet,
        "order": order,
        "lines": [(line, percent(line.tax_rate)) for line in lines],
        "rates": rates_of(lines),
        "operations": [(each, actor_words(each.origin, each.actor)) for each in Operation.objects.filter(order=order)],
        "country": country_name(order.country),
        "phone": readable(order.phone) if order.phone else "",
        "language": language_name(order.language),
        "addresses": _addresses(order.delivery_address, order.billing_address),
        **timeline_context(sheet, request.GET.get("kind", "")),
    }
    return render(request, "orders/print.html", context)


def _addresses(delivery: dict[str, str], billing: dict[str, str]) -> list[tuple[bool, list[tuple[str, str]]]]:
    """Delivery and billing, each with whether it is the billing one; equal ones once."""
    found = [(False, address_facts(delivery))]
    if billing != delivery:
        found.append((True, address_facts(billing)))
    return [(is_billing, facts) for is_billing, facts in found if facts]
