"""Refunding an order, whole or in parts: looked at first, then confirmed with the sum."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import require
from accounts.requests import PortalRequest
from accounts.roles import Permission
from common.errors import DomainError
from orders.actions.refund import refund_order
from orders.choosing import RefundChoice
from orders.models import State
from orders.views import choosing


@require_safe
@require(Permission.ORDERS_REFUND)
def refund(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """What can be refunded; nothing is chosen yet, unless the address asks for everything, with its reason."""
    dialog = choosing.choice(request, order_id, RefundChoice)
    if request.GET.get("everything"):
        dialog = dialog.whole(request.GET.get("reason", "")[:200])
    return choosing.opened(request, dialog)


@require_POST
@require(Permission.ORDERS_REFUND)
def preview(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """What the choice comes to."""
    return choosing.preview(request, choosing.choice(request, order_id, RefundChoice))


@require_POST
@require(Permission.ORDERS_REFUND)
def refunds(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """Refund what is chosen, once for each key."""
    dialog = choosing.choice(request, order_id, RefundChoice)
    stopped = choosing.check(request, dialog)
    if stopped is not None:
        return stopped
    form = dialog.form.cleaned_data
    try:
        operation = refund_order(
            order_id,
            key=form["key"].hex,
            version=form["version"],
            access=request.access,
            by=request.access.actor,
            at=dialog.sheet.now,
            selection=dialog.selection,
            reason=form["reason"],
            tells_customer=form["tells_customer"],
        )
    except DomainError as error:
        return choosing.refused(request, dialog, error.message)
    if operation.state == State.DECLINED:
        why = operation.message or operation.code
        return choosing.refused(request, dialog, _("Refund declined, nothing was refunded: %(why)s") % {"why": why})
    total = dialog.say(operation.amount)
    return choosing.answer(request, dialog.sheet, operation, _("Refunded %(total)s.") % {"total": total})
