"""Editing the customer: shown old next to new, then saved once."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import require
from accounts.requests import PortalRequest
from accounts.roles import Permission
from common import clock
from common.errors import DomainError
from common.htmx import respond, respond_dialog, target_of
from orders.actions.edit_customer import CustomerInput, edit_customer
from orders.people.changes import Change
from orders.people.dialog import CUSTOMER, Editing
from orders.people.forms import CustomerForm
from orders.sheet import Sheet
from orders.views.order import acted, sheet_of

PAGE = "orders/people/page.html"
DIALOG = "orders/people/dialog.html"
PREVIEW = "orders/people/preview.html"


@require(Permission.ORDERS_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def customer(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """Edit who bought it: saved as typed, without htmx when its changes have been looked at."""
    sheet = _sheet(request, order_id)
    if request.method != "POST":
        editing = Editing(sheet, CUSTOMER)
        editing.focus(request.GET.get("at", ""))
        return _ask(request, editing)
    return _edit(request, Editing(sheet, CUSTOMER, request.POST))


@require_POST
@require(Permission.ORDERS_EDIT)
def customer_preview(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """What would change of the customer, and who is told."""
    return respond(request, PREVIEW, {"edit": Editing(_sheet(request, order_id), CUSTOMER, request.POST)})


def _sheet(request: PortalRequest, order_id: uuid.UUID, *, is_alone: bool | None = None) -> Sheet:
    sheet = sheet_of(request, order_id, CUSTOMER.tab, is_alone=is_alone)
    request.access.need(Permission.ORDERS_EDIT, sheet.order.store_id)
    return sheet


def _edit(request: PortalRequest, editing: Editing) -> HttpResponse:
    sheet = editing.sheet
    if "version" in editing.form.errors:
        return _refused(request, editing, _("The form was damaged on its way. Nothing was done."))
    # an older version is the action's to refuse: it knows a wish that was sent before
    if editing.form.cleaned_data["version"] == sheet.order.version:
        if not editing.is_valid:
            return _ask(request, editing, status=422)
        if not target_of(request) and request.POST.get("confirmed") != editing.confirmed:
            editing.must_look = True
            return _ask(request, editing)
    try:
        changes = _save(request, editing)
    except DomainError as error:
        return _refused(request, editing, error.message)
    return _answer(request, editing, changes)


def _save(request: PortalRequest, editing: Editing) -> tuple[Change, ...]:
    order = editing.sheet.order
    form = cast("CustomerForm", editing.form)
    editing.check_lost()
    rest: dict[str, Any] = {
        "version": form.cleaned_data["version"],
        "access": request.access,
        "by": request.access.actor,
        "at": clock.now(),
    }
    contact = {name: form.read.get(name) for name in ("name", "email", "phone")}
    addresses = {f"{which}_address": form.address(which) for which in ("delivery", "billing")}
    wish = CustomerInput(**contact, **addresses)  # type: ignore[arg-type]
    return edit_customer(order.pk, wish, tells_customer=form.cleaned_data["tells_customer"], **rest)


def _answer(request: PortalRequest, editing: Editing, changes: tuple[Change, ...]) -> HttpResponse:
    """The tab it was edited from, with the new values and the row of the list."""
    if changes:
        messages.success(request, _("Saved. Old and new values stand in the timeline."))
    else:
        messages.info(request, _("Nothing was changed."))
    if target_of(request) != "drawer":
        return HttpResponseRedirect(editing.back_url)
    return acted(request, _sheet(request, editing.sheet.order.pk, is_alone=False))


def _refused(request: PortalRequest, editing: Editing, words: str) -> HttpResponse:
    """Nothing was saved: the same dialog on the order as it is now, what was typed kept."""
    sheet = _sheet(request, editing.sheet.order.pk)
    return _ask(request, editing.again(sheet, words), status=409)


def _ask(request: PortalRequest, editing: Editing, *, status: int = 200) -> HttpResponse:
    is_posted = target_of(request) == "drawer"
    context = {
        "edit": editing,
        "sheet": editing.sheet,
        "form": editing.form,
        "beside": is_posted or request.GET.get("beside") == "1",
        "is_stale": status == HttpResponse(status=409).status_code,
    }
    return respond_dialog(request, PAGE, DIALOG, context, status=status)
