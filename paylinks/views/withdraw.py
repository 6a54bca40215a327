"""Cancel order, for an order whose customer has not paid: asked like every other cancellation."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.decorators import require
from accounts.requests import PortalRequest
from accounts.roles import Permission
from orders.forms import EndForm
from orders.views.let_go import Way, decide
from paylinks.actions.withdraw import withdraw_order

WITHDRAW = Way("cancel", Permission.ORDERS_CANCEL, EndForm, withdraw_order)


@require(Permission.ORDERS_CANCEL)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """End a never-paid order together with its link."""
    return decide(request, order_id, WITHDRAW)
