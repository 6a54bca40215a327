"""The customer's page: opening it changes nothing, posting it begins a payment."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Store
from common import clock
from common.errors import DomainError
from paylinks.actions.begin import PayInput, begin_payment, open_session
from paylinks.forms.pay import PayForm, typed
from paylinks.models import Attempt
from paylinks.tokens import token_of
from paylinks.views.pay_guard import customer, is_too_fast
from paylinks.views.pay_show import SeeOther, show, show_form, to_page, ways_to_pay
from paylinks.visit import View, Visit, successor_of, visit_of, visit_to
from payments.models import GatewayAccount

_PICTURES = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif", "image/svg+xml"})
_STATUS = {"gateway_unavailable": HTTPStatus.SERVICE_UNAVAILABLE}


@customer("GET", "HEAD", "POST")
def page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show the order; a POST begins to pay it."""
    if request.method != "POST":
        return show(visit, request.GET.get("again", ""))
    if visit.view == View.REPLACED:
        return _led_on(visit, typed(request.POST))
    if visit.view not in (View.OPEN, View.RUNNING):
        return to_page(visit.link)
    account, methods = ways_to_pay(visit)
    form = PayForm(visit.order, methods, get_language() or "en", typed(request.POST))
    if is_too_fast(request, visit):
        form.problem = _("Too many tries in a short time. Wait a few minutes, then try again. Nothing was charged.")
        return show_form(visit, form, account, status=HTTPStatus.TOO_MANY_REQUESTS)
    return _pay(visit, form, account)


def _pay(visit: Visit, form: PayForm, account: GatewayAccount | None) -> HttpResponse:
    pay = form.clean()
    if pay is None and visit.view == View.OPEN:
        return show_form(visit, form, account, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if pay is None:
        return to_page(visit.link)
    try:
        attempt = _begin(visit, pay)
    except DomainError as error:
        return _refused(visit, form, account, error)
    return SeeOther(attempt.redirect_url)


def _begin(visit: Visit, pay: PayInput) -> Attempt:
    """A double click is one payment: the same words again go on with the attempt they began."""
    try:
        return begin_payment(visit.link.pk, pay, at=visit.at)
    except DomainError as error:
        running = visit.link.attempts.order_by("-begun_at").first()
        if error.code != "paid_elsewhere" or running is None or not _is_same(running, pay):
            raise
        return running if running.redirect_url else open_session(running)


def _is_same(attempt: Attempt, pay: PayInput) -> bool:
    typed_then = (attempt.method, attempt.email, attempt.phone, attempt.delivery_address, attempt.billing_address)
    return typed_then == (pay.method, pay.email, pay.phone, pay.delivery_address, pay.billing_address)


def _refused(visit: Visit, form: PayForm, account: GatewayAccount | None, error: DomainError) -> HttpResponse:
    """Nothing half done: the page as it is now, with what was typed."""
    now = visit_of(token_of(visit.link.pk), clock.now())
    if now is not None and now.view == View.REPLACED:
        return _led_on(now, form.values)
    if now is None or error.code in {"link_closed", "paid_elsewhere"}:
        return to_page(visit.link)
    form.order = now.order
    form.values["revision"] = str(now.order.revision)
    if error.field in {"terms", "method"}:
        form.errors[error.field] = error.message
    else:
        form.problem = error.message
    return show_form(now, form, account, status=_STATUS.get(error.code, HTTPStatus.CONFLICT))


def _led_on(visit: Visit, values: dict[str, str]) -> HttpResponse:
    """A form of a replaced link begins nothing: its own recipient sees the order as it is now, with what was typed."""
    newest = successor_of(visit.link)
    now = visit_to(newest.pk, clock.now()) if newest else None
    if now is None or now.view != View.OPEN or values.get("revision") == str(now.order.revision):
        return to_page(visit.link)
    account, methods = ways_to_pay(now)
    form = PayForm(now.order, methods, get_language() or "en", values)
    form.problem = _("The order has changed. Look at it again before you pay.")
    return show_form(now, form, account, status=HTTPStatus.CONFLICT)


@login_not_required
@require_safe
def logo(request: HttpRequest, mid: str) -> HttpResponse:
    """The store's logo; its address carries its digest, so it may be kept for ever."""
    found = Store.objects.filter(mid=mid).values_list("logo", "logo_type").first()
    if found is None or not found[0] or found[1] not in _PICTURES:
        raise Http404
    response = HttpResponse(bytes(found[0]), content_type=found[1])
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    # a drawing opened by itself must not run anything
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response
