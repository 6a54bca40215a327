"""One payment link: what was created, its address, sending it again, cancelling it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import require
from accounts.requests import PortalRequest
from accounts.roles import Permission
from common import clock
from common.contact import readable
from common.errors import DomainError
from common.htmx import respond
from paylinks import qr
from paylinks.actions.cancel import cancel_link
from paylinks.actions.resend import resend_link
from paylinks.delivery import delivery_of
from paylinks.forms.resend import ResendForm
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
    context |= {"delivery": delivery_of(link), "is_open": link.is_open(at), "may_amend": may_amend}
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
    at = clock.now()
    found = obstacle(link, LinkVerb.RESEND, request.access, at)
    if request.method == "POST" and found is None:
        return _resent(request, link)
    return _ask_resend(request, link, ResendForm(link=link), 409 if request.method == "POST" else 200)


def _resent(request: PortalRequest, link: PaymentLink) -> HttpResponse:
    # a row's "New link" sends no field at all: then the recipient stays
    form = ResendForm(request.POST, link=link) if "recipient" in request.POST else None
    if form is not None and not form.is_valid():
        return _ask_resend(request, link, form, 422)
    target = form.cleaned_data["recipient"] if form else ""
    try:
        new = resend_link(link.pk, access=request.access, by=request.access.actor, at=clock.now(), recipient=target)
    except DomainError as error:
        form = form or ResendForm({"recipient": readable(link.recipient)}, link=link)
        form.add_error(None, error.message)
        return _ask_resend(request, link, form, 409)
    words = _("A new link for %(reference)s is on its way to %(recipient)s.")
    messages.success(
        request, words % {"reference": link.order.merchant_reference1, "recipient": readable(new.recipient)}
    )
    return redirect(back_of(request))


def _ask_resend(request: PortalRequest, link: PaymentLink, form: ResendForm, status: int) -> HttpResponse:
    at = clock.now()
    found = obstacle(link, LinkVerb.RESEND, request.access, at)
    context = _context(request, link) | {"form": form, "obstacle": found, "is_open": link.is_open(at)}
    return respond(
        request, "paylinks/resend.html", context, fragments={"dialog": "paylinks/resend.html#ask"}, status=status
    )


@require(Permission.LINKS_CREATE)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: PortalRequest, link_id: uuid.UUID) -> HttpResponse:
    """Close a link for the customer; the order stays and can get a new link."""
    link = _link(request, link_id)
    at = clock.now()
    found = obstacle(link, LinkVerb.CANCEL, request.access, at)
    problem, status = "", 200
    if request.method == "POST" and found is None:
        try:
            cancel_link(link.pk, access=request.access, by=request.access.actor, at=at)
        except DomainError as error:
            problem, status = error.message, 409
        else:
            words = _("The link for %(reference)s is cancelled. The customer cannot pay with it any more.")
            messages.success(request, words % {"reference": link.order.merchant_reference1})
            return redirect(back_of(request))
    elif request.method == "POST":
        status = 409
    context = _context(request, link) | {"obstacle": found, "problem": problem}
    return respond(
        request, "paylinks/cancel.html", context, fragments={"dialog": "paylinks/cancel.html#ask"}, status=status
    )
