"""Messages sent for an order: what each says as of now, and sending one again."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages as toasts
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import require
from accounts.requests import PortalRequest
from accounts.roles import Permission
from common import clock
from common.errors import DomainError
from common.htmx import respond_dialog, target_of
from messaging.models import Message
from messaging.render import Rendered
from orders.actions.lock import check_version
from orders.actions.send_again import send_again
from orders.forms import AgainForm
from orders.letters import address, again_obstacle, letter_of, may_send, newest_copy, recipients_of
from orders.messages import TASK
from orders.rules import Verb, obstacle
from orders.sheet import Sheet
from orders.views.order import acted, sheet_of
from orders.wording import render

PAGE = "orders/letter.html"
# a mail brings its own look; nothing in it runs, loads or leads anywhere
_MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"


@require_safe
@require(Permission.ORDERS_VIEW)
def message(request: PortalRequest, order_id: uuid.UUID, message_id: uuid.UUID) -> HttpResponse:
    """What a message says, rendered as of now, and whether it can be sent again."""
    sheet = sheet_of(request, order_id, "customer")
    return _ask(request, sheet, _message(sheet, message_id))


@xframe_options_sameorigin
@require_safe
@require(Permission.ORDERS_VIEW)
def message_mail(request: PortalRequest, order_id: uuid.UUID, message_id: uuid.UUID) -> HttpResponse:
    """The mail alone, for the frame it is shown in."""
    sheet = sheet_of(request, order_id, "customer")
    return mail_alone(as_of_now(_message(sheet, message_id), render))


@require_POST
@require(Permission.LINKS_CREATE)
def message_again(request: PortalRequest, order_id: uuid.UUID, message_id: uuid.UUID) -> HttpResponse:
    """Send it once more."""
    sheet = sheet_of(request, order_id, "customer")
    request.access.need(Permission.LINKS_CREATE, sheet.order.store_id)
    found = _message(sheet, message_id)
    form = AgainForm(request.POST, recipients=recipients_of(sheet.order, found))
    if not form.is_valid():
        words, status = _wrong(form, sheet)
        return _ask(request, sheet, found, problem=words, status=status)
    try:
        sent = send_again(
            order_id, message_id, **form.cleaned_data, access=request.access, by=request.access.actor, at=clock.now()
        )
    except DomainError as error:
        fresh = sheet_of(request, order_id, "customer")
        return _ask(request, fresh, _message(fresh, message_id), problem=error.message, status=409)
    toasts.success(request, _("On its way to %(recipient)s again.") % {"recipient": sent.recipient})
    if target_of(request) != "drawer":
        return HttpResponseRedirect(sheet.address("customer"))
    return acted(request, sheet_of(request, order_id, "customer", is_alone=False))


def _wrong(form: AgainForm, sheet: Sheet) -> tuple[str, int]:
    """What is wrong with a form: the contact may have been changed meanwhile, and then it says by whom."""
    try:
        check_version(sheet.order, form.cleaned_data.get("version"))
    except DomainError as error:
        return error.message, 409
    if {"key", "version", "seen"} & set(form.errors):
        return _("The form was damaged on its way. Nothing was done."), 422
    return _("Choose who it goes to. Nothing was sent."), 422


def as_of_now(found: Message, render_: Callable[[Message], Rendered | None]) -> Rendered | None:
    """Words are made at delivery and kept nowhere: this is what they would be now, in the customer's language."""
    with translation.override(found.language):
        return render_(found)


def mail_alone(rendered: Rendered | None) -> HttpResponse:
    """The HTML of a mail as an answer that can do nothing but be looked at."""
    if rendered is None or not rendered.html:
        raise Http404
    return HttpResponse(rendered.html, headers={"Content-Security-Policy": _MAIL_POLICY})


def letter_context(sheet: Sheet, found: Message, rendered: Rendered | None) -> dict[str, Any]:
    """What the page of any message shows."""
    return {
        "sheet": sheet,
        "order": sheet.order,
        "letter": letter_of(found, sheet.query.text),
        "rendered": rendered,
        "mail_url": address(found, "message_mail"),
        "back": sheet.address("customer"),
        "fix_url": _fix_url(sheet),
    }


def _fix_url(sheet: Sheet) -> str:
    """Where the contact is corrected, for those who may, while it can be."""
    found = obstacle(sheet.order, Verb.EDIT_CUSTOMER, sheet.access, sheet.now)
    return "" if found else sheet.address("edit_customer")


def _message(sheet: Sheet, message_id: uuid.UUID) -> Message:
    """A message of this order that orders themselves render; otherwise 404."""
    found = Message.objects.filter(pk=message_id, order_id=sheet.order.pk, task=TASK).first()
    if found is None:
        raise Http404(str(message_id))
    return found


def _ask(
    request: PortalRequest, sheet: Sheet, found: Message, *, problem: str = "", status: int = 200
) -> HttpResponse:
    """The message, and after a refusal what stood in the way; the choice is kept."""
    is_posted = target_of(request) == "drawer"
    recipients = recipients_of(sheet.order, found)
    chosen = request.POST.get("recipient", "")
    initial = {
        "key": uuid.uuid4(),
        "version": sheet.order.version,
        "seen": newest_copy(found).pk,
        "recipient": chosen if chosen in recipients else recipients[0],
    }
    context = letter_context(sheet, found, as_of_now(found, render)) | {
        "form": AgainForm(initial=initial, recipients=recipients),
        "recipients": recipients,
        "obstacle": again_obstacle(sheet.order, found, sheet.access),
        "may_send": may_send(sheet.order, sheet.access),
        "url": address(found, "message_again") + sheet.query.text,
        "beside": is_posted or request.GET.get("beside") == "1",
        "problem": problem,
    }
    return respond_dialog(request, PAGE, f"{PAGE}#ask", context, status=status)
