"""What the customer sees now, inside the portal: read only, without the link's secret address."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.decorators import require
from accounts.requests import PortalRequest
from accounts.roles import Permission
from common import clock
from common.zones import zone_of
from paylinks.models import PaymentLink
from paylinks.views.pay_show import language_of, replaced, show, unknown
from paylinks.visit import View, Visit, Watch, successor_of, visit_to

_LONGEST = 5  # digits: an order has had fewer links


@require_safe
@require(Permission.ORDERS_VIEW)
def as_customer(request: PortalRequest, order_id: uuid.UUID) -> HttpResponse:
    """The page of the order's current link, or of the link with the number asked for.

    Nothing is begun, asked or written down, and nothing on the page can be pressed but its language.
    """
    link = _link(request, order_id)
    watch = _watch(request, link)
    visit = visit_to(link.pk, clock.now(), watch)
    if visit is not None and visit.view == View.REPLACED:
        visit = _led_on(visit, watch)
    order = visit.order if visit else link.order
    language = language_of(order, request.GET.get("lang", ""))
    with translation.override(language), timezone.override(zone_of(order.country)):
        response = _page(visit, watch)
    response.headers["Content-Language"] = language
    response.status_code = 200  # staff found what they looked for, also where the customer finds nothing
    return response


def _link(request: PortalRequest, order_id: uuid.UUID) -> PaymentLink:
    """The link in the person's reach; otherwise 404."""
    links = PaymentLink.objects.visible_to(request.access).filter(order_id=order_id).select_related("order")
    number = _number(request)
    link = (links.filter(number=number) if number else links.current()).first()
    if link is None:
        raise Http404(str(order_id))
    request.access.need(Permission.ORDERS_VIEW, link.store_id)
    return link


def _number(request: PortalRequest) -> int:
    text = request.GET.get("number", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _LONGEST else 0


def _watch(request: PortalRequest, link: PaymentLink) -> Watch:
    """The banner, in the words of who looks."""
    title = _("You see what the customer sees. Nothing can be paid or changed here.")
    words = "" if link.is_current else _("This is an earlier link of the order. It leads to what follows.")
    number = str(link.number) if _number(request) else ""
    return Watch(request.path, get_language() or "en", title, words, number)


def _led_on(visit: Visit, watch: Watch) -> Visit:
    """A replaced link leads its own recipient to the newest one."""
    newest = successor_of(visit.link)
    return (newest and visit_to(newest.pk, visit.at, watch)) or visit


def _page(visit: Visit | None, watch: Watch) -> HttpResponse:
    if visit is None:
        return unknown(watch)
    return replaced(watch) if visit.view == View.REPLACED else show(visit)
