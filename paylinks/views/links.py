"""One payment link: what was created, its address, sending it again, cancelling it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.decorators import require
from accounts.requests import PortalRequest
from accounts.roles import Permission
from common import clock
from common.contact import readable
from common.errors import DomainError
from common.htmx import respond, target_of
from orders.forms import ActForm
from paylinks import qr
from paylinks.actions.cancel import cancel_link
from paylinks.actions.resend import resend_link
from paylinks.delivery import delivery_of
from paylinks.forms.resend import ResendForm, fresh_wish, pressed_wish
from paylinks.models import PaymentLink
from paylinks.rules import LinkVerb, obstacle
from paylinks.tokens import url_of


def _link(request: PortalRequest, link_id: uuid.UUID) -> PaymentLink:
    """A link of the person's stores, with what its pages show; 403 without the permission there."""
    visible = PaymentLink.objects.visible_to(request.access)
    link = get_object_or_404(visible.select_related("order__store__merchant"), pk=link_id)
    request.access.need(Permission.LINKS_CREATE, link.store_id)
    return link


def back_of(request: PortalRequest) -> str:
    """The history as it was filtered when the person left it."""
    query = request.GET.urlencode()
    return reverse("paylinks:history") + (f"?{query}" if query else "")


def _context(request: PortalRequest, link: PaymentLink) -> dict[str, object]:
    return {
        "link": link,
        "order": link.order,
        "recipient": readable(link.recipient),
        "back": back_of(request),
        "query": request.GET.urlencode(),
        "is_open": link.is_open(clock.now()),
    }


def _shown_address(link: PaymentLink) -> dict[str, object]:
    address = url_of(link.pk)
    label = _("QR code of the payment link for %(reference)s") % {"reference": link.order.merchant_reference1}
    return {"address": address, "qr": qr.svg(address, label)}


@require(Permission.LINKS_CREATE)
@require_safe
def created(request: PortalRequest, link_id: uuid.UUID) -> HttpResponse:
    """Where the create form ends: who gets the link, until when, its address and QR code."""
    link = _link(request, link_id)
    context = _context(request, link) | _shown_address(link)
    at = clock.now()
    may_amend = obstacle(link, LinkVerb.AMEND, request.access, at) is None
    context |= {"delivery": delivery_of(link), "may_amend": may_amend}
    return respond(request, "paylinks/created.html", context, fragments={"delivery": "paylinks/created.html#delivery"})


@require(Permission.LINKS_CREATE)
@require_safe
def address(request: PortalRequest, link_id: uuid.UUID) -> HttpResponse:
    """The address of an open link, to copy or to scan."""
    link = _link(request, link_id)
    found = obstacle(link, LinkVerb.COPY, request.access, clock.now())
    context = _context(request, link) | {"obstacle": found}
    if found is None:
        context |= _shown_address(link)
    return respond(request, "paylinks/address.html", context, fragments={"dialog": "paylinks/address.html#ask"})


@require(Permission.LINKS_CREATE)
@require_http_methods(["GET", "HEAD", "POST"])
def resend(request: PortalRequest, link_id: uuid.UUID) -> HttpResponse:
    """A fresh 48-hour link to the same or a corrected recipient."""
    link = _link(request, link_id)
    if request.method != "POST":
        return _ask_resend(request, link, ResendForm(link=link))
    # a row's "New link" sends no field but the version: then the recipient stays
    is_pressed = "recipient" not in request.POST
    data = pressed_wish(link, request.access.user.pk, request.POST.get("version", "")) if is_pressed else request.POST
    form = ResendForm(data, link=link)
    if not form.is_valid():
        is_damaged = {"key", "version"} & set(form.errors)
        return _refused(request, link, data, _damaged()) if is_damaged else _ask_resend(request, link, form, 422)
    at, wish = clock.now(), form.cleaned_data
    try:
        new = resend_link(link.pk, access=request.access, by=request.access.actor, at=at, **wish)
    except DomainError as error:
        return _refused(request, link, data, error.message)
    if new.created_at != at:
        _sent_already(request)
    else:
        words = _("A new link for %(reference)s is on its way to %(recipient)s.")
        sent = {"reference": link.order.merchant_reference1, "recipient": readable(new.recipient)}
        messages.success(request, words % sent)
    return _back(request)


def _refused(request: PortalRequest, link: PaymentLink, data: Mapping[str, str], problem: str) -> HttpResponse:
    """Nothing was done: the order's present link, what happened, and the recipient as it was typed.

    One that was not typed follows the present link: somebody may have corrected it meanwhile.
    """
    fresh, typed = _current(request, link), data["recipient"]
    kept = readable(fresh.recipient) if typed.strip() == readable(link.recipient) else typed
    form = ResendForm({"recipient": kept, **fresh_wish(fresh)}, link=fresh)
    form.add_error(None, problem)
    return _ask_resend(request, fresh, form, 409)


def _ask_resend(request: PortalRequest, link: PaymentLink, form: ResendForm, status: int = 200) -> HttpResponse:
    found = obstacle(link, LinkVerb.RESEND, request.access, clock.now())
    return _asked(request, "resend", _context(request, link) | {"form": form, "obstacle": found}, status)


@require(Permission.LINKS_CREATE)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: PortalRequest, link_id: uuid.UUID) -> HttpResponse:
    """Close a link for the customer; the order stays and can get a new link."""
    link = _link(request, link_id)
    if request.method != "POST":
        return _ask_cancel(request, link)
    form = ActForm(request.POST)
    if not form.is_valid():
        return _ask_cancel(request, _current(request, link), _damaged())
    at, wish = clock.now(), form.cleaned_data
    try:
        done = cancel_link(link.pk, access=request.access, by=request.access.actor, at=at, **wish)
    except DomainError as error:
        return _ask_cancel(request, _current(request, link), error.message)
    if done.cancelled_at != at:
        _sent_already(request)
    else:
        words = _("The link for %(reference)s is cancelled. The customer cannot pay with it any more.")
        messages.success(request, words % {"reference": link.order.merchant_reference1})
    return _back(request)


def _ask_cancel(request: PortalRequest, link: PaymentLink, problem: str = "") -> HttpResponse:
    """Asked, or after a refusal asked again of the order's present link."""
    found = obstacle(link, LinkVerb.CANCEL, request.access, clock.now())
    context = _context(request, link) | {"obstacle": found, "problem": problem}
    context["form"] = ActForm(initial=fresh_wish(link))
    return _asked(request, "cancel", context, 409 if problem else 200)


def _damaged() -> str:
    return _("The form was damaged on its way. Nothing was done.")


def _sent_already(request: PortalRequest) -> None:
    messages.info(request, _("This form had been sent already. Nothing new was done."))


def _current(request: PortalRequest, link: PaymentLink) -> PaymentLink:
    """The link the order has now, read anew."""
    newest = PaymentLink.objects.visible_to(request.access).current().filter(order=link.order_id)
    return _link(request, newest.values_list("pk", flat=True).get())


def _asked(request: PortalRequest, name: str, context: Mapping[str, object], status: int) -> HttpResponse:
    page = f"paylinks/{name}.html"
    return respond(request, page, context, fragments={"dialog": f"{page}#ask"}, status=status)


def _back(request: PortalRequest) -> HttpResponse:
    """To the history, from its dialog too: that is left with the page it stands on."""
    back = back_of(request)
    return HttpResponseClientRedirect(back) if target_of(request) == "dialog" else redirect(back)
