"""Money no order expects: what it is, what became of it, and the few things a person can do about it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib import messages
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
from common.htmx import respond
from common.pages import page_of
from developers.models import RequestLog, RequestLogQuerySet
from developers.rows import HALVES, MOST, newest, whole_half
from orders.actions.unclaimed_by_hand import note_ended
from orders.models import UnclaimedPayment
from orders.unclaimed import give_again
from orders.unclaimed_rows import row_of, waiting

PAGE_SIZE = 20


@require_safe
@require(Permission.ORDERS_VIEW)
def unclaimed(request: PortalRequest) -> HttpResponse:
    """All of it in the person's stores, the newest first."""
    return _page(request)


def _page(request: PortalRequest, problem: str = "") -> HttpResponse:
    """A page of it as it is now, and what stood in the way of what was asked."""
    payments = UnclaimedPayment.objects.visible_to(request.access).select_related("gateway_account", "store", "order")
    if request.store is not None:
        payments = payments.filter(store=request.store)
    filters = request.store.mid if request.store else ""
    page = page_of(
        payments.prefetch_related("returns"), at="found_at", cursor=request.GET.get("after", ""), filters=filters,
        size=PAGE_SIZE, key=lambda payment: (payment.found_at, str(payment.pk)),
    )  # fmt: skip
    context = {
        "rows": [row_of(payment, request.access) for payment in page.rows],
        "newer": _page_url(request, page.newer),
        "older": _page_url(request, page.older),
        "problem": problem,
    }
    return render(request, "orders/unclaimed.html", context, status=409 if problem else 200)


@require_safe
@require(Permission.ORDERS_VIEW)
def notice(request: PortalRequest) -> HttpResponse:
    """What the list of orders says of it: asked for after the page stands, nothing when there is none."""
    return render(request, "orders/unclaimed_notice.html", {"unclaimed": waiting(request.access, request.store)})


@require_safe
@require(Permission.DEVELOPER_LOGS)
def logs(request: PortalRequest, payment_id: uuid.UUID) -> HttpResponse:
    """Every call about one of them, newest last, as a dialog or a page."""
    payment = _read(request, payment_id)

    def whole(call: int, half: str) -> str:
        return reverse("orders:unclaimed_log", args=[payment.pk, call, half])

    rows, is_cut = newest(_calls(request, payment), whole)
    context = {
        "row": row_of(payment, request.access),
        "rows": rows,
        "most": MOST if is_cut else 0,
        "days": settings.LOG_RETENTION_DAYS,
        "back": _place(payment),
    }
    page = "orders/unclaimed_logs.html"
    return respond(request, page, context, fragments={"dialog": f"{page}#ask"})


@require_safe
@require(Permission.DEVELOPER_LOGS)
def log(request: PortalRequest, payment_id: uuid.UUID, call: int, half: str) -> HttpResponse:
    """The whole request or response of one call, in place of its beginning or as a page."""
    payment = _read(request, payment_id)
    found = whole_half(_calls(request, payment), call, half) if half in HALVES else None
    if found is None:
        raise Http404
    context = {
        "half": found,
        "is_asked": True,
        "row": row_of(payment, request.access),
        "back": reverse("orders:unclaimed_logs", args=[payment.pk]),
    }
    return respond(request, "orders/unclaimed_log.html", context, fragments={found.id: "developers/calls.html#half"})


@require_POST
@require(Permission.ORDERS_REFUND)
def again(request: PortalRequest, payment_id: uuid.UUID) -> HttpResponse:
    """Give back again what the gateway or the bank refused."""
    payment = _visible(request, payment_id)
    request.access.need(Permission.ORDERS_REFUND, payment.store_id)
    try:
        payment = give_again(
            payment.pk, seen=_seen(request), access=request.access, by=request.access.actor, at=clock.now()
        )
    except DomainError as error:
        if error.code == "stale":
            return _page(request, error.message)
        messages.error(request, error.message)
    else:
        messages.info(request, row_of(payment, request.access).text)
    return HttpResponseRedirect(_place(payment))


@require_POST
@require(Permission.ORDERS_REFUND)
def note(request: PortalRequest, payment_id: uuid.UUID) -> HttpResponse:
    """Take note of how it ended."""
    payment = _visible(request, payment_id)
    request.access.need(Permission.ORDERS_REFUND, payment.store_id)
    try:
        note_ended(payment.pk, access=request.access, by=request.access.actor, at=clock.now())
    except DomainError as error:
        if error.code == "stale":
            return _page(request, error.message)
        messages.error(request, error.message)
    else:
        messages.success(request, _("Noted."))
    return HttpResponseRedirect(_place(payment))


def _seen(request: PortalRequest) -> int | None:
    """How many tries the page showed."""
    seen = request.POST.get("seen", "")
    return int(seen) if seen.isdecimal() and len(seen) < 6 else None  # noqa: PLR2004 - no page shows so many


def _visible(request: PortalRequest, payment_id: uuid.UUID) -> UnclaimedPayment:
    payments = UnclaimedPayment.objects.visible_to(request.access)
    return get_object_or_404(payments.select_related("gateway_account", "store"), pk=payment_id)


def _read(request: PortalRequest, payment_id: uuid.UUID) -> UnclaimedPayment:
    payment = _visible(request, payment_id)
    request.access.need(Permission.DEVELOPER_LOGS, payment.store_id)
    return payment


def _calls(request: PortalRequest, payment: UnclaimedPayment) -> RequestLogQuerySet:
    return RequestLog.objects.visible_to(request.access).about({payment.pk})


def _place(payment: UnclaimedPayment) -> str:
    return f"{reverse('orders:unclaimed')}#payment-{payment.pk}"


def _page_url(request: PortalRequest, cursor: str) -> str:
    if not cursor:
        return ""
    store = f"store={request.store.mid}&" if request.store else ""
    return f"{reverse('orders:unclaimed')}?{store}after={cursor}"
