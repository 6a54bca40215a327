"""An order beside those it looks like: what to do with one of them, or that they are no repeat."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import require
from accounts.requests import PortalRequest
from accounts.roles import Permission
from common import clock
from common.errors import DomainError
from orders.actions.repeats import dismiss_repeat, restore_repeat
from orders.comparing import compare
from orders.models import Repeat
from orders.repeats import pairs_of
from orders.views.order import sheet_of


@require_safe
@require(Permission.ORDERS_VIEW)
def repeats(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """Every pair of this order, as two columns."""
    return _page(request, order_id)


def _page(request: PortalRequest, order_id: uuid.UUID, problem: str = "") -> HttpResponse:
    """The pairs as they are now, and what stood in the way of what was asked."""
    sheet = sheet_of(request, order_id, "order")
    order, access = sheet.order, request.access
    context = {
        "sheet": sheet,
        "order": order,
        "comparisons": compare(pairs_of(order, access), order, access, sheet.now),
        "may_judge": access.can(Permission.ORDERS_CANCEL, order.store_id),
        "problem": problem,
    }
    return render(request, "orders/repeats.html", context, status=409 if problem else 200)


@require_POST
@require(Permission.ORDERS_CANCEL)
def repeat(request: PortalRequest, order_id: uuid.UUID, repeat_id: int) -> HttpResponse:
    """Say that a pair is no repeat, or take that back."""
    mine = Repeat.objects.visible_to(request.access).filter(Q(earlier=order_id) | Q(later=order_id))
    pair = get_object_or_404(mine, pk=repeat_id)
    request.access.need(Permission.ORDERS_CANCEL, pair.store_id)
    do = {"dismiss": dismiss_repeat, "restore": restore_repeat}.get(request.POST.get("do", ""))
    if do is None:
        raise Http404
    try:
        do(pair.pk, versions=_shown(request), access=request.access, by=request.access.actor, at=clock.now())
    except DomainError as error:
        return _page(request, order_id, error.message)
    if do is dismiss_repeat:
        undo = reverse("orders:repeat", args=[order_id, pair.pk])
        messages.success(request, _("Remembered: these orders are no repeat."), extra_tags=undo)
    else:
        messages.success(request, _("These orders are marked again."))
    return HttpResponseRedirect(reverse("orders:repeats", args=[order_id]))


def _shown(request: PortalRequest) -> tuple[int, int] | None:
    """The versions of the two orders that were shown; what is taken back from its own message shows none."""
    earlier, later = (request.POST.get(name, "") for name in ("earlier", "later"))
    return (int(earlier[:9]), int(later[:9])) if earlier.isdecimal() and later.isdecimal() else None
