"""What capturing and refunding by parts share: ask, preview, check the sum, answer."""

from __future__ import annotations

import uuid
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from accounts.requests import PortalRequest
from common.htmx import respond, respond_dialog, target_of
from orders.actions.lock import moved_on
from orders.choosing import Choosing
from orders.models import Operation, State
from orders.rules import PERMISSION
from orders.sheet import Sheet
from orders.views.order import acted, sheet_of

PAGE = "orders/parts/page.html"
DIALOG = "orders/parts/dialog.html"
PREVIEW = "orders/parts/preview.html"
Kind = TypeVar("Kind", bound=Choosing)


def choice(request: PortalRequest, order_id: uuid.UUID, kind: type[Kind]) -> Kind:
    """The dialog of an order in whose store the person may do this."""
    sheet = sheet_of(request, order_id, tab_of(request))
    request.access.need(PERMISSION[kind.verb], sheet.order.store_id)
    return kind(sheet, request.POST if request.method == "POST" else None)


def tab_of(request: PortalRequest) -> str:
    """Where it ends: the timeline, from whichever tab it was done, or the transaction history it began at."""
    sent = request.POST if request.method == "POST" else request.GET
    return "details" if sent.get("tab") == "details" else "order"


def opened(request: PortalRequest, dialog: Choosing) -> HttpResponse:
    """The dialog as it proposes."""
    dialog.read(strict=False)
    return ask(request, dialog, beside=request.GET.get("beside") == "1")


def ask(request: PortalRequest, dialog: Choosing, *, beside: bool, status: int = 200) -> HttpResponse:
    """The dialog, or without htmx the page; after a refusal with what stood in the way."""
    context = _context(dialog, beside=beside, is_stale=status == HttpResponse(status=409).status_code)
    return respond_dialog(request, PAGE, DIALOG, context, status=status)


def preview(request: PortalRequest, dialog: Choosing) -> HttpResponse:
    """The sums of what is chosen now; asked again and again while somebody types."""
    dialog.read(strict=False)
    return respond(request, PREVIEW, _context(dialog, beside=False, is_stale=False))


def _context(dialog: Choosing, *, beside: bool, is_stale: bool) -> dict[str, Any]:
    return {
        "dialog": dialog,
        "sheet": dialog.sheet,
        "form": dialog.form,
        "words": dialog.words(),
        "beside": beside,
        "is_stale": is_stale,
        "obstacle": dialog.obstacle,
    }


def check(request: PortalRequest, dialog: Choosing) -> HttpResponse | None:
    """The answer to a form that cannot be done as it stands; None when it may be tried.

    The button carries the sum it showed. When the choice comes to another one,
    nothing is done and the new sum is shown. Is the form of an older version,
    the action decides: it knows a wish that was sent before.
    """
    beside = target_of(request) == "drawer"
    is_final = "confirmed" in request.POST
    dialog.is_refused = is_final
    if not dialog.form.is_valid() and {"key", "version"} & set(dialog.form.errors):
        return refused(request, dialog, _("The form was damaged on its way. Nothing was done."))
    is_whole = dialog.read(strict=is_final) and dialog.form.is_valid()
    if not is_final:
        return ask(request, dialog, beside=beside)
    if dialog.form.is_valid() and dialog.form.cleaned_data["version"] != dialog.order.version:
        return None
    if is_whole and request.POST["confirmed"] == str(dialog.total):
        return None
    if moved_on(dialog.order):  # between the reading of the order and of its pieces: that is what is wrong
        return check(request, choice(request, dialog.order.pk, type(dialog)))
    if is_whole:
        dialog.problem = _("The sum is now %(total)s. Nothing was done; look at it and confirm again.") % {
            "total": dialog.money
        }
    return ask(request, dialog, beside=beside, status=422)


def refused(request: PortalRequest, dialog: Choosing, words: str) -> HttpResponse:
    """Nothing was done: the same dialog on the order as it is now, the input kept."""
    sheet = sheet_of(request, dialog.order.pk, tab_of(request))
    fresh = type(dialog)(sheet, request.POST).again(words)
    return ask(request, fresh, beside=target_of(request) == "drawer", status=409)


def answer(request: PortalRequest, before: Sheet, operation: Operation, words: str) -> HttpResponse:
    """The order as it stands now. What is not known is said in the drawer, not in a toast."""
    if operation.requested_at != before.now:  # an earlier wish, or one of the same moment that came first
        messages.info(request, _("This form had been sent already. Nothing new was done."))
    elif operation.state == State.SUCCEEDED:
        messages.success(request, words)
    if target_of(request) != "drawer":
        return HttpResponseRedirect(before.address(before.tab))
    return acted(request, sheet_of(request, before.order.pk, before.tab))
