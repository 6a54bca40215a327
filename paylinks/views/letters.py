"""A message that carried a payment link, for staff to read; a new link is sent by resending."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from accounts.decorators import require
from accounts.requests import PortalRequest
from accounts.roles import Permission
from common.htmx import respond
from messaging.models import Message
from messaging.render import Rendered
from orders.sheet import Sheet
from orders.views.letters import PAGE, as_of_now, letter_context, mail_alone
from orders.views.order import sheet_of
from paylinks.messages import INVITATION, TASK, reading
from paylinks.models import PaymentLink
from paylinks.rules import LinkVerb, may, obstacle


@require_safe
@require(Permission.ORDERS_VIEW)
def message(request: PortalRequest, order_id: uuid.UUID, message_id: uuid.UUID) -> HttpResponse:
    """What the message says as of now; who may send links may send a new one."""
    sheet = sheet_of(request, order_id, "customer")
    found, link = _found(request, sheet, message_id)
    shows_address = _shows_address(sheet, found, link)
    hidden = _("The link's address is shown to those who may send links, while the link is open.")
    context = letter_context(sheet, found, _rendered(found, shows_address=shows_address)) | {
        "note": "" if shows_address or found.kind != INVITATION else hidden,
        "fix_url": "",  # a lost link is sent anew, to a corrected recipient
        "obstacle": obstacle(link, LinkVerb.RESEND, sheet.access, sheet.now),
        "may_send": found.kind == INVITATION and may(sheet.access, link.store_id),
        "again_url": reverse("paylinks:resend", args=[link.pk]),
    }
    return respond(request, PAGE, context, fragments={"dialog": f"{PAGE}#ask"})


@xframe_options_sameorigin
@require_safe
@require(Permission.ORDERS_VIEW)
def message_mail(request: PortalRequest, order_id: uuid.UUID, message_id: uuid.UUID) -> HttpResponse:
    """The mail alone, for the frame it is shown in."""
    sheet = sheet_of(request, order_id, "customer")
    found, link = _found(request, sheet, message_id)
    return mail_alone(_rendered(found, shows_address=_shows_address(sheet, found, link)))


def _found(request: PortalRequest, sheet: Sheet, message_id: uuid.UUID) -> tuple[Message, PaymentLink]:
    """A message of this order's links, and its link; otherwise 404."""
    found = Message.objects.filter(pk=message_id, order_id=sheet.order.pk, task=TASK).first()
    links = PaymentLink.objects.visible_to(request.access).select_related("order__store__merchant")
    link = links.filter(pk=found.subject_id).first() if found and found.subject_id else None
    if found is None or link is None:
        raise Http404(str(message_id))
    return found, link


def _shows_address(sheet: Sheet, found: Message, link: PaymentLink) -> bool:
    """The address is copied and read under the same rule."""
    return found.kind == INVITATION and obstacle(link, LinkVerb.COPY, sheet.access, sheet.now) is None


def _rendered(found: Message, *, shows_address: bool) -> Rendered | None:
    return as_of_now(found, lambda each: reading(each, shows_address=shows_address))
