"""Capturing an order: looked at first, then confirmed with the sum."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import require
from accounts.requests import PortalRequest
from accounts.roles import Permission
from common import clock
from common.errors import DomainError
from common.htmx import respond, target_of
from common.money import format_money
from orders.actions.capture import capture_order
from orders.forms import CaptureForm
from orders.models import Line, Operation, State
from orders.sheet import Sheet
from orders.views.order import DRAWER, changed, sheet_of, timeline_context

PAGE = "orders/capture.html"
DIALOG = "orders/capture_dialog.html"


@require_safe
@require(Permission.ORDERS_CAPTURE)
def capture(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """What a capture takes, before it is confirmed."""
    sheet = sheet_of(request, order_id, "order")
    request.access.need(Permission.ORDERS_CAPTURE, sheet.order.store_id)
    return _ask(request, sheet, beside=request.GET.get("beside") == "1")


@require_POST
@require(Permission.ORDERS_CAPTURE)
def captures(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """Capture all that is left, once for each key."""
    sheet = sheet_of(request, order_id, "order")
    request.access.need(Permission.ORDERS_CAPTURE, sheet.order.store_id)
    beside = target_of(request) == "drawer"
    form = CaptureForm(request.POST)
    if not form.is_valid():
        return _ask(request, sheet, beside=beside, problem=_("The form was damaged on its way. Nothing was done."))
    try:
        operation = capture_order(
            order_id,
            key=form.cleaned_data["key"].hex,
            version=form.cleaned_data["version"],
            access=request.access,
            by=request.access.actor,
            at=clock.now(),
        )
    except DomainError as error:
        return _ask(request, sheet_of(request, order_id, "order"), beside=beside, problem=error.message)
    return _answer(request, sheet, operation, beside=beside)


def _answer(request: PortalRequest, before: Sheet, operation: Operation, *, beside: bool) -> HttpResponse:
    """The order as it stands now. What is not known is said in the drawer, not in a toast."""
    if operation.state == State.SUCCEEDED:
        total = format_money(operation.amount, operation.currency, get_language() or "en")
        messages.success(request, _("Captured %(total)s.") % {"total": total})
    if not beside:
        return HttpResponseRedirect(before.url)
    sheet = sheet_of(request, before.order.pk, "order")
    context = {**timeline_context(sheet), **changed(sheet), "sheet": sheet, "closes_dialog": True}
    response = respond(request, DRAWER, context)
    response.headers["HX-Replace-Url"] = sheet.url  # the timeline, from whichever tab it was done
    return response


def _ask(request: PortalRequest, sheet: Sheet, *, beside: bool, problem: str = "") -> HttpResponse:
    """The dialog, with fresh numbers and, after a refusal, what stood in the way (409)."""
    lines = Line.objects.filter(order=sheet.order, revision=sheet.order.revision)
    form = CaptureForm(initial={"key": uuid.uuid4(), "version": sheet.order.version})
    context: dict[str, Any] = {"sheet": sheet, "lines": lines, "form": form, "beside": beside, "problem": problem}
    status = 409 if problem else 200
    response = respond(request, PAGE, context, fragments={"dialog": DIALOG, "drawer": DIALOG}, status=status)
    if target_of(request) == "drawer":
        response.headers["HX-Retarget"] = "#dialog"
        response.headers["HX-Reswap"] = "innerHTML"
    return response
