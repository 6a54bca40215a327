"""Editing an order in its details tab: lines and references, looked at first, then saved in one wish."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import require
from accounts.requests import PortalRequest
from accounts.roles import Permission
from common.errors import DomainError
from common.htmx import respond, target_of
from orders.actions.edit import Edited, edit_lines
from orders.actions.edit_references import edit_references
from orders.actions.lock import check_version, moved_on
from orders.editing.plan import say
from orders.editing.screen import OrderEditing
from orders.editing.sent import was_sent
from orders.models import Operation, State
from orders.views.order import acted, changed, sheet_of, show

TAB = "orders/edit/tab.html"
PREVIEW = "orders/edit/preview.html"


@require(Permission.ORDERS_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """The order as it is, to be written in; every button of the form comes here, and one of them saves."""
    editing = _editing(request, order_id)
    if request.method != "POST":
        editing.read(strict=False)
        editing.references.focus("references")
        return _ask(request, editing)
    if "confirmed" in request.POST:
        return _save(request, editing)
    focus = editing.change(request.POST.get("do", ""))
    editing.read(strict=False)
    return _ask(request, editing, focus=focus)


@require(Permission.ORDERS_EDIT)
@require_POST
def preview(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """What it comes to; asked again and again while somebody types."""
    editing = _editing(request, order_id)
    editing.is_refused = "refused" in request.POST
    editing.read(strict=editing.is_refused)
    editing.forgive(request.POST.get("active", ""))
    return respond(request, PREVIEW, _context(editing))


def _editing(request: PortalRequest, order_id: uuid.UUID) -> OrderEditing:
    """The tab of an order whose store lets the person edit."""
    sheet = sheet_of(request, order_id, "details")
    request.access.need(Permission.ORDERS_EDIT, sheet.order.store_id)
    return OrderEditing(sheet, request.POST if request.method == "POST" else None)


def _save(request: PortalRequest, editing: OrderEditing) -> HttpResponse:
    """Save what was shown, or say why not with the input kept."""
    try:
        return _saved(request, editing)
    except DomainError as error:
        return _refused(request, editing.order.pk, error.message)


def _saved(request: PortalRequest, editing: OrderEditing) -> HttpResponse:
    """Save what was shown, once for each key."""
    editing.is_refused = True
    if not editing.form.is_valid():
        return _refused(request, editing.order.pk, _("The form was damaged on its way. Nothing was done."))
    editing.read(strict=True)
    if moved_on(editing.order):  # between the reading of the order and of its lines: that is what is wrong
        return _saved(request, _editing(request, editing.order.pk))
    editing.references.check_lost()
    if not editing.has_changes:
        return _unchanged(request, editing)
    # an older version and what stands in the way are the actions': they know a wish that was sent before
    looks = editing.is_current or editing.references.form.errors
    if looks and (answer := _look_again(request, editing)):
        return answer
    edited = _write(request, editing)
    if edited.is_new and edited.operation and edited.operation.state == State.DECLINED:
        return _refused(request, editing.order.pk, _declined(editing, edited.operation))
    return _answer(request, editing, edited)


def _look_again(request: PortalRequest, editing: OrderEditing) -> HttpResponse | None:
    """Something is wrong with what was typed, or it was not what the button showed."""
    if editing.is_wrong:
        return _ask(request, editing, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if request.POST["confirmed"] != str(editing.total):
        editing.problem = editing.changed_words
        return _ask(request, editing, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if not target_of(request) and request.POST.get("looked") != editing.references.confirmed:
        editing.is_refused, editing.must_look = False, True
        return _ask(request, editing)
    return None


def _write(request: PortalRequest, editing: OrderEditing) -> Edited:
    """References alone, or lines with them, in one transaction."""
    form, order = editing.form.cleaned_data, editing.order
    rest: dict[str, Any] = {
        "key": form["key"].hex,
        "version": form["version"],
        "access": request.access,
        "by": request.access.actor,
        "at": editing.sheet.now,
    }
    references = editing.references.wish()
    if not editing.changes_lines:
        return Edited(order, is_new=bool(edit_references(order.pk, **references, **rest)))
    told = form["tells_customer"]
    return edit_lines(order.pk, editing.wishes, tells_customer=told, references=references, **rest)


def _unchanged(request: PortalRequest, editing: OrderEditing) -> HttpResponse:
    """Nothing to write: a form that was sent already, or one that says what is there."""
    if was_sent(editing.order, editing.form.cleaned_data["key"].hex):
        return _answer(request, editing, Edited(editing.order, is_new=False))
    check_version(editing.order, editing.form.cleaned_data["version"])
    editing.problem = _("Nothing was changed.")
    return _ask(request, editing, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _declined(editing: OrderEditing, operation: Operation) -> str:
    """What the gateway said, and what became of the rest of the wish."""
    reason = (operation.message or operation.code or _("no reason given")).rstrip(".")
    said = {"total": say(editing.order, operation.amount), "reason": reason}
    if editing.references.wish():
        words = _(
            "The gateway declined the new total of %(total)s: %(reason)s. The references were saved, the lines were not."
        )
    else:
        words = _("The gateway declined the new total of %(total)s: %(reason)s. Nothing was changed.")
    return words % said


def _refused(request: PortalRequest, order_id: uuid.UUID, words: str) -> HttpResponse:
    """The same form on the order as it is now, the input kept."""
    return _ask(request, _editing(request, order_id).again(words), status=HTTPStatus.CONFLICT)


def _ask(request: PortalRequest, editing: OrderEditing, *, status: int = 200, focus: str = "") -> HttpResponse:
    """The tab with its form: in the drawer, or on the order's page."""
    context = _context(editing, focus)
    if status == HTTPStatus.CONFLICT:
        context |= changed(editing.sheet)  # the list shows old numbers, too
    return show(request, editing.sheet, context, status)


def _context(editing: OrderEditing, focus: str = "") -> dict[str, Any]:
    return {
        "tab_template": TAB,
        "edit": editing,
        "rows": editing.rows(focus),
        "form": editing.form,
        "obstacle": editing.obstacle,
    }


def _answer(request: PortalRequest, editing: OrderEditing, edited: Edited) -> HttpResponse:
    """The order as it stands now. What is not known is said in the drawer, not in a toast."""
    sheet = sheet_of(request, editing.order.pk, "details")
    if not edited.is_new:
        messages.info(request, _("This form had been sent already. Nothing new was done."))
    elif not editing.changes_lines:
        messages.success(request, _("Saved. Old and new values stand in the timeline."))
    elif edited.operation is None or edited.operation.state == State.SUCCEEDED:
        total = say(sheet.order, sheet.order.amount)
        messages.success(request, _("Order edited. The total is now %(total)s.") % {"total": total})
    elif editing.references.wish():
        messages.success(request, _("The references were saved."))
    if sheet.is_alone:
        return HttpResponseRedirect(editing.back_url)
    return acted(request, sheet)
