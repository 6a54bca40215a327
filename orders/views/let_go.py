"""Letting go of reserved money, or keeping it longer: cancel, release, extend. Each is asked first."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.decorators import require
from accounts.requests import PortalRequest
from accounts.roles import Permission
from common import clock
from common.errors import DomainError
from common.htmx import respond_dialog, target_of
from orders.actions.let_go import cancel_order, extend_order, release_order
from orders.actions.unwind import Unwound, unwind_order
from orders.forms import ActForm, EndForm
from orders.letting_go import preview_of
from orders.models import Operation, State
from orders.outcomes import done_words, stopped_words
from orders.rules import Verb, ending, extended_until, obstacle
from orders.sheet import Sheet
from orders.views.order import acted, sheet_of


@dataclass(frozen=True, slots=True)
class Way:
    """One thing to decide: its page, its permission, its form, and what the form's wish does."""

    name: str
    permission: Permission
    form: type[ActForm]
    do: Callable[..., Unwound | Operation]


def _end(order_id: uuid.UUID, *, is_captured: bool, **wish: Any) -> Unwound | Operation:
    """What was captured is refunded after the rest was released; an untouched reservation is voided."""
    return unwind_order(order_id, **wish) if is_captured else cancel_order(order_id, **wish)


CANCEL = Way("cancel", Permission.ORDERS_CANCEL, EndForm, _end)
RELEASE = Way("release", Permission.ORDERS_RELEASE, ActForm, release_order)
EXTEND = Way("extend", Permission.ORDERS_EXTEND, ActForm, extend_order)


_DIALOG = {"dialog", "drawer"}  # its form is posted for the drawer


@require(Permission.ORDERS_CANCEL)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """End an order."""
    return decide(request, order_id, CANCEL)


@require(Permission.ORDERS_RELEASE)
@require_http_methods(["GET", "HEAD", "POST"])
def release(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """Let go of what is still reserved."""
    return decide(request, order_id, RELEASE)


@require(Permission.ORDERS_EXTEND)
@require_http_methods(["GET", "HEAD", "POST"])
def extend(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """Ask the gateway to keep the reservation longer."""
    return decide(request, order_id, EXTEND)


def decide(request: PortalRequest, order_id: uuid.UUID, way: Way) -> HttpResponse:
    """Ask, then do it once; whatever stands in the way is said where it was asked."""
    sheet = sheet_of(request, order_id, "order")
    request.access.need(way.permission, sheet.order.store_id)
    if request.method != "POST":
        return _ask(request, sheet, way)
    form = way.form(request.POST)
    if not form.is_valid():
        words = _("The form was damaged on its way. Nothing was done.")
        return _ask(request, sheet, way, problem=" ".join(map(str, form.errors.get("reason", [words]))))
    try:
        unwound = _done(sheet, way, form, request)
    except DomainError as error:
        return _ask(request, sheet_of(request, order_id, "order"), way, problem=error.message)
    if unwound.stopped and unwound.stopped.state == State.DECLINED:
        return _ask(request, sheet_of(request, order_id, "order"), way, problem=stopped_words(unwound))
    return _answer(request, sheet, unwound)


def _done(sheet: Sheet, way: Way, form: ActForm, request: PortalRequest) -> Unwound:
    wish = {**form.cleaned_data, "key": form.cleaned_data["key"].hex}
    if way is CANCEL:
        wish["is_captured"] = sheet.order.captured_amount > 0
    found = way.do(sheet.order.pk, **wish, access=request.access, by=request.access.actor, at=clock.now())
    if isinstance(found, Unwound):
        return found
    return Unwound((found,)) if found.state == State.SUCCEEDED else Unwound((), found)


def _answer(request: PortalRequest, before: Sheet, unwound: Unwound) -> HttpResponse:
    """The order as it stands now. What is not known is said in the drawer, not in a toast."""
    beside = target_of(request) == "drawer"
    sheet = sheet_of(request, before.order.pk, "order", is_alone=not beside)
    stopped = stopped_words(unwound)
    if not stopped:
        messages.success(request, done_words(sheet.order, unwound))
    if not beside:
        if stopped:
            messages.warning(request, stopped)
        return HttpResponseRedirect(before.url)
    return acted(request, sheet, stopped=stopped)  # the timeline, from whichever tab it was done


def _ask(request: PortalRequest, sheet: Sheet, way: Way, *, problem: str = "") -> HttpResponse:
    """The dialog with fresh numbers and, after a refusal, what stood in the way (409); input is kept."""
    is_posted = target_of(request) == "drawer"
    order, at = sheet.order, sheet.now
    verb = ending(order) if way.form is EndForm else Verb(way.name)
    found = obstacle(order, verb, sheet.access, at)
    releases = obstacle(order, Verb.RELEASE, sheet.access, at) is None
    context: dict[str, Any] = {
        "sheet": sheet,
        "order": order,
        "form": _fresh(request, sheet, way),
        "url": _address(sheet, way, verb),
        "beside": is_posted or request.GET.get("beside") == "1",
        "problem": problem,
        "obstacle": found,
        "releases": releases,
        "preview": None if found else preview_of(order, verb, releases=releases),
        "ends_at": extended_until(order, at),
    }
    context["frame"] = "orders/decide/dialog.html" if target_of(request) in _DIALOG else "orders/decide/page.html"
    page = f"orders/{way.name}.html"
    return respond_dialog(request, page, page, context, status=409 if problem else 200)


def _address(sheet: Sheet, way: Way, verb: Verb) -> str:
    """Where the form goes; an unpaid order ends together with its link, elsewhere in the house."""
    if verb == Verb.WITHDRAW:
        return reverse("paylinks:withdraw", args=[sheet.order.pk]) + sheet.query.text
    return sheet.address(way.name)


def _fresh(request: PortalRequest, sheet: Sheet, way: Way) -> ActForm:
    """A new key for a new wish, the version just shown, and what was typed before."""
    initial: dict[str, Any] = {"key": uuid.uuid4(), "version": sheet.order.version}
    if way.form is not EndForm:
        return ActForm(initial=initial)
    initial["reason"] = request.GET.get("reason", "")[:200]
    if sheet.half_ended is not None:  # what was wished when it was begun
        initial |= {name: sheet.half_ended.data[name] for name in ("tells_customer", "reason")}
    if request.method == "POST":
        initial["tells_customer"] = "tells_customer" in request.POST
        initial["reason"] = request.POST.get("reason", "")
    return EndForm(initial=initial, contact=sheet.order.email or sheet.order.phone)
