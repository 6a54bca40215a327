"""Amend and resend: the create form on an order that waits to be paid."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import require
from accounts.requests import PortalRequest
from accounts.roles import Permission
from common import clock
from common.contact import readable
from common.errors import DomainError
from orders.actions.redraft import content_of
from paylinks.actions.amend import amend_order
from paylinks.forms.amend import AmendDraft, amend_page
from paylinks.meanwhile import acted_since, told
from paylinks.models import LIFETIME, PaymentLink
from paylinks.rules import LinkVerb, obstacle

PAGE = "paylinks/create.html"


@require(Permission.LINKS_CREATE)
@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """The order as it is, to be changed; every button of the form comes here, one of them sends."""
    link = _link(request, order_id)
    found = obstacle(link, LinkVerb.AMEND, request.access, clock.now())
    if request.method != "POST":
        if found is not None:
            return render(request, "paylinks/amend_closed.html", {"order": link.order, "obstacle": found})
        return _page(request, link, _draft(link))
    draft = _draft(link, request.POST)
    if request.POST.get("do") != "amend":
        return _updated(request, link, draft)
    draft.is_refused = True
    if not draft.read(strict=True):
        return _page(request, link, draft, status=422)
    if found is None and (answer := _look_again(request, link, draft)):
        return answer
    return _amended(request, link, draft)


@require(Permission.LINKS_CREATE)
@require_POST
def preview(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """Sums, echoes, errors and changes of what has been typed so far; writes nothing."""
    link = _link(request, order_id)
    draft = _draft(link, request.POST)
    draft.is_refused = "refused" in request.POST
    draft.read(strict=draft.is_refused)
    draft.forget_missing(request.POST.get("active", ""))
    page = amend_page(draft, link, ends_at=clock.now() + LIFETIME)
    is_same = request.POST.get("confirmed") == draft.confirmed
    return render(request, f"{PAGE}#preview", {"page": page, "is_same": is_same})


def _link(request: PortalRequest, order_id: uuid.UUID) -> PaymentLink:
    """The current link of an order in the person's reach; 403 without the permission there."""
    links = PaymentLink.objects.visible_to(request.access).current()
    link = get_object_or_404(links.select_related("order__store__merchant"), order_id=order_id)
    request.access.need(Permission.LINKS_CREATE, link.store_id)
    return link


def _draft(link: PaymentLink, data: Mapping[str, str] | None = None) -> AmendDraft:
    draft = AmendDraft(link.order, content_of(link.order), get_language() or "en", data)
    if data is None:
        draft.read(strict=False)
    return draft


def _updated(request: PortalRequest, link: PaymentLink, draft: AmendDraft) -> HttpResponse:
    """A line more or less, or new sums, without scripts."""
    return _page(request, link, draft, focus=draft.change(request.POST.get("do", "")))


def _look_again(request: PortalRequest, link: PaymentLink, draft: AmendDraft) -> HttpResponse | None:
    """Nothing differs from the order, or what would be sent is not what the button was shown with.

    An older version is for the action to refuse: it knows a form that was sent before.
    """
    if draft.form.cleaned_data["version"] != draft.order.version:
        return None
    if not draft.changes:
        return _page(request, link, draft, status=422)
    if request.POST.get("confirmed") == draft.confirmed:
        return None
    draft.is_refused, draft.must_look = False, True
    return _page(request, link, draft)


def _amended(request: PortalRequest, link: PaymentLink, draft: AmendDraft) -> HttpResponse:
    at, values = clock.now(), draft.form.cleaned_data
    try:
        new = amend_order(
            link.order_id,
            draft.input(),
            form_key=values["form_key"],
            version=values["version"],
            access=request.access,
            by=request.access.actor,
            at=at,
        )
    except DomainError as error:
        return _refused(request, link, values["version"], error)
    if new.created_at < at:
        messages.info(request, _("This form had been sent already. Nothing new was done."))
    else:
        words = _("%(reference)s is changed, and its new link is on its way to %(recipient)s.")
        sent = {"reference": values["merchant_reference1"], "recipient": readable(new.recipient)}
        messages.success(request, words % sent)
    return redirect("paylinks:created", link_id=new.pk)


def _refused(request: PortalRequest, link: PaymentLink, version: int, error: DomainError) -> HttpResponse:
    """Nothing was done: the order as it is now, what happened to it, and everything that was typed."""
    fresh = _link(request, link.order_id)
    data = {name: request.POST[name] for name in request.POST} | {"version": str(fresh.order.version)}
    draft = _draft(fresh, data)
    draft.is_refused = True
    draft.read(strict=True)
    happened = told(acted_since(fresh.order, version)) if error.code == "stale" else ""
    draft.refuse(DomainError(error.code, f"{error.message} {happened}".strip(), field=error.field))
    return _page(request, fresh, draft, status=409)


def _page(
    request: PortalRequest, link: PaymentLink, draft: AmendDraft, *, status: int = 200, focus: str = ""
) -> HttpResponse:
    page = amend_page(draft, link, ends_at=clock.now() + LIFETIME, focus=focus)
    return render(request, PAGE, {"page": page, "configuration": ""}, status=status)
