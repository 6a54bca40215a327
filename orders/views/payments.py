"""Asking the gateway about an order's payment, and putting a notice away."""

from __future__ import annotations

import uuid
from contextlib import suppress

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.decorators import require
from accounts.requests import PortalRequest
from accounts.roles import Permission
from common import times
from common.errors import DomainError
from common.htmx import respond, target_of
from common.money import format_money
from orders.actions.alerts import dismiss_alert
from orders.actions.stray import return_again
from orders.models import Kind, Operation, State
from orders.rules import Verb, obstacle
from orders.syncing import Synced, sync_order
from orders.views.order import DRAWER, changed, sheet_of, show, tab_context
from payments.gateway import GatewayUnavailable


@require_POST
@require(Permission.ORDERS_CAPTURE)
def sync(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """Book what the gateway has moved without us, and say what differs."""
    sheet = sheet_of(request, order_id, "details")
    request.access.need(Permission.ORDERS_CAPTURE, sheet.order.store_id)
    found = obstacle(sheet.order, Verb.SYNC, request.access, sheet.now)
    if found is not None:
        raise found.error()
    try:
        done = sync_order(order_id, by=request.access.actor, at=sheet.now)
    except GatewayUnavailable as error:
        messages.error(request, _("%(problem)s Nothing was changed; try again later.") % {"problem": error.message})
    else:
        _say(request, done, times.clock(sheet.now))
    return _answer(request, order_id, "details")


@require_POST
@require(Permission.ORDERS_CAPTURE)
def dismiss(request: PortalRequest, order_id: uuid.UUID, alert_id: int) -> HttpResponse:
    """Somebody has seen to what a notice says."""
    sheet = sheet_of(request, order_id, "order")
    request.access.need(Permission.ORDERS_CAPTURE, sheet.order.store_id)
    shown, status = request.POST.get("version", ""), 200
    version = int(shown[:9]) if shown.isdecimal() else None
    try:
        dismiss_alert(
            order_id, alert_id, version=version, access=request.access, by=request.access.actor, at=sheet.now
        )
    except DomainError as error:
        messages.error(request, error.message)
        status = 409
    return _answer(request, order_id, "order", status)


@require_POST
@require(Permission.ORDERS_REFUND)
def again(request: PortalRequest, order_id: uuid.UUID, alert_id: int) -> HttpResponse:
    """Give money nobody expected back once more after the bank sent it back."""
    sheet = sheet_of(request, order_id, "order")
    request.access.need(Permission.ORDERS_REFUND, sheet.order.store_id)
    seen, status = _uuid(request.POST.get("seen", "")), 200
    try:
        operation = return_again(
            order_id, alert_id, seen=seen, access=request.access, by=request.access.actor, at=sheet.now
        )
    except DomainError as error:
        messages.error(request, error.message)
        status = 409
    else:
        if operation.state == State.SUCCEEDED:
            messages.success(request, _("%(sum)s went back.") % {"sum": _sum(operation)})
    return _answer(request, order_id, "order", status)


def _uuid(text: str) -> uuid.UUID | None:
    with suppress(ValueError):
        return uuid.UUID(text)
    return None


def _say(request: PortalRequest, done: Synced, at: str) -> None:
    if done.booked:
        sums = ", ".join(f"{Kind(each.kind).label} {_sum(each)}" for each in done.booked)
        messages.success(request, _("Booked from the gateway: %(sums)s.") % {"sums": sums})
    if done.findings:
        words = ngettext(
            "One difference from the gateway stays. Nothing was changed for it.",
            "%(count)s differences from the gateway stay. Nothing was changed for them.",
            len(done.findings),
        )
        messages.warning(request, words % {"count": len(done.findings)})
    elif done.is_waiting:
        messages.info(request, _("The gateway does not know yet either. We keep asking."))
    else:
        messages.success(request, _("Payments agree with the gateway as of %(time)s") % {"time": at})


def _sum(operation: Operation) -> str:
    return format_money(operation.amount, operation.currency, get_language() or "en")


def _answer(request: PortalRequest, order_id: uuid.UUID, tab: str, status: int = 200) -> HttpResponse:
    """The order as it stands now."""
    sheet = sheet_of(request, order_id, tab)
    if target_of(request) == "drawer":
        context = {**tab_context(sheet), **changed(sheet), "sheet": sheet}
        return respond(request, DRAWER, context, status=status)
    if status != HttpResponse.status_code:
        return show(request, sheet, tab_context(sheet), status)
    return HttpResponseRedirect(sheet.address(tab))
