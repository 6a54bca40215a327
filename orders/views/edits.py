"""Editing an order's lines: looked at first, then saved with the new total."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import require
from accounts.requests import PortalRequest
from accounts.roles import Permission
from common.errors import DomainError
from common.htmx import respond, respond_dialog, target_of
from orders.actions.edit import Edited, edit_lines
from orders.editing.plan import say
from orders.editing.screen import LineEditing
from orders.models import State
from orders.sheet import Sheet
from orders.views.order import acted, sheet_of

PAGE = "orders/edit/page.html"
DIALOG = "orders/edit/dialog.html"
PREVIEW = "orders/edit/preview.html"


@require(Permission.ORDERS_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def lines(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """The lines as they are; every button of the form comes here, and one of them saves."""
    edit = _editing(request, order_id)
    if request.method != "POST":
        edit.read(strict=False)
        return _ask(request, edit, beside=request.GET.get("beside") == "1")
    if "confirmed" in request.POST:
        return _save(request, edit)
    focus = edit.change(request.POST.get("do", ""))
    edit.read(strict=False)
    return _ask(request, edit, beside=target_of(request) == "drawer", focus=focus)


@require(Permission.ORDERS_EDIT)
@require_POST
def preview(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """What the lines come to; asked again and again while somebody types."""
    edit = _editing(request, order_id)
    edit.is_refused = "refused" in request.POST
    edit.read(strict=edit.is_refused)
    edit.forgive(request.POST.get("active", ""))
    return respond(request, PREVIEW, _context(edit, beside=False))


def _editing(request: PortalRequest, order_id: uuid.UUID) -> LineEditing:
    """The dialog of an order whose store lets the person edit."""
    sheet = sheet_of(request, order_id, "details")
    request.access.need(Permission.ORDERS_EDIT, sheet.order.store_id)
    return LineEditing(sheet, request.POST if request.method == "POST" else None)


def _save(request: PortalRequest, edit: LineEditing) -> HttpResponse:
    """Save what was shown, once for each key."""
    edit.is_refused = True
    if not edit.form.is_valid():
        return _refused(request, edit, _("The form was damaged on its way. Nothing was done."))
    form = edit.form.cleaned_data
    is_whole = edit.read(strict=True)
    # an older version and what stands in the way are the action's: it knows a wish that was sent before
    is_current = form["version"] == edit.order.version and not edit.obstacle
    if is_current and not _is_confirmed(request, edit, is_whole=is_whole):
        return _ask(request, edit, beside=target_of(request) == "drawer", status=422)
    try:
        edited = edit_lines(
            edit.order.pk,
            edit.wishes,
            key=form["key"].hex,
            version=form["version"],
            access=request.access,
            by=request.access.actor,
            at=edit.sheet.now,
            tells_customer=form["tells_customer"],
        )
    except DomainError as error:
        return _refused(request, edit, error.message)
    if edited.is_new and edited.operation and edited.operation.state == State.DECLINED:
        reason = (edited.operation.message or edited.operation.code or _("no reason given")).rstrip(".")
        words = _("The gateway declined the new total of %(total)s: %(reason)s. Nothing was changed.")
        return _refused(request, edit, words % {"total": say(edit.order, edited.operation.amount), "reason": reason})
    return _answer(request, edit.sheet, edited)


def _is_confirmed(request: PortalRequest, edit: LineEditing, *, is_whole: bool) -> bool:
    """Whether the button carried the sum the lines come to."""
    if is_whole and request.POST["confirmed"] != str(edit.total):
        edit.problem = edit.changed_words
        return False
    return is_whole


def _refused(request: PortalRequest, edit: LineEditing, words: str) -> HttpResponse:
    """Nothing was done: the same dialog on the order as it is now, the input kept."""
    sheet = sheet_of(request, edit.order.pk, "details")
    fresh = LineEditing(sheet, request.POST).again(words)
    return _ask(request, fresh, beside=target_of(request) == "drawer", status=409)


def _ask(
    request: PortalRequest, edit: LineEditing, *, beside: bool, status: int = 200, focus: str = ""
) -> HttpResponse:
    """The dialog, or without htmx the page."""
    context = _context(edit, beside=beside, is_stale=status == HttpResponse(status=409).status_code, focus=focus)
    return respond_dialog(request, PAGE, DIALOG, context, status=status)


def _context(edit: LineEditing, *, beside: bool, is_stale: bool = False, focus: str = "") -> dict[str, Any]:
    return {
        "edit": edit,
        "rows": edit.rows(focus),
        "sheet": edit.sheet,
        "form": edit.form,
        "beside": beside,
        "is_stale": is_stale,
        "obstacle": edit.obstacle,
    }


def _answer(request: PortalRequest, before: Sheet, edited: Edited) -> HttpResponse:
    """The order as it stands now. What is not known is said in the drawer, not in a toast."""
    sheet = sheet_of(request, before.order.pk, before.tab)
    if not edited.is_new:
        messages.info(request, _("This form had been sent already. Nothing new was done."))
    elif edited.operation is None or edited.operation.state == State.SUCCEEDED:
        total = say(sheet.order, sheet.order.amount)
        messages.success(request, _("Order edited. The total is now %(total)s.") % {"total": total})
    if target_of(request) != "drawer":
        return HttpResponseRedirect(before.address(before.tab))
    return acted(request, sheet)
