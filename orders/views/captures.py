"""Capturing an order, whole or in parts: looked at first, then confirmed with the sum."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import require
from accounts.requests import PortalRequest
from accounts.roles import Permission
from common.errors import DomainError
from orders.actions.capture import capture_order
from orders.choosing import CaptureChoice
from orders.views import choosing


@require_safe
@require(Permission.ORDERS_CAPTURE)
def capture(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """What can be captured; everything that is left is chosen, or the amount somebody typed."""
    dialog = choosing.choice(request, order_id, CaptureChoice)
    typed = request.GET.get("amount", "").strip()
    return choosing.opened(request, dialog.typed(typed) if typed else dialog)


@require_POST
@require(Permission.ORDERS_CAPTURE)
def preview(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """What the choice comes to."""
    return choosing.preview(request, choosing.choice(request, order_id, CaptureChoice))


@require_POST
@require(Permission.ORDERS_CAPTURE)
def captures(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """Capture what is chosen, once for each key."""
    dialog = choosing.choice(request, order_id, CaptureChoice)
    if request.POST.get("has_release"):
        request.access.need(Permission.ORDERS_RELEASE, dialog.order.store_id)
    stopped = choosing.check(request, dialog)
    if stopped is not None:
        return stopped
    form = dialog.form.cleaned_data
    try:
        operation = capture_order(
            order_id,
            key=form["key"].hex,
            version=form["version"],
            access=request.access,
            by=request.access.actor,
            at=dialog.sheet.now,
            selection=dialog.selection,
            reference=form["reference"],
            description=form["description"],
            has_release=dialog.is_releasing,
        )
    except DomainError as error:
        return choosing.refused(request, dialog, error.message)
    total = dialog.say(operation.amount)
    return choosing.answer(request, dialog.sheet, operation, _("Captured %(total)s.") % {"total": total})
