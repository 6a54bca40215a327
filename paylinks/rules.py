"""What is possible with a payment link now, and why not."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from accounts.access import Access
from accounts.models import Store
from accounts.roles import Permission, who_can_grant
from common.errors import Obstacle
from orders.states import Status
from paylinks.models import PaymentLink
from paylinks.states import LinkStatus
from payments.models import GatewayAccount


class LinkVerb(StrEnum):
    """What staff can do with a link."""

    COPY = "copy"
    RESEND = "resend"
    AMEND = "amend"
    CANCEL = "cancel"


def may(access: Access, store_id: int) -> bool:
    """All verbs need the same permission: without it the controls are hidden."""
    return access.can(Permission.LINKS_CREATE, store_id)


def obstacle(link: PaymentLink, verb: LinkVerb, access: Access | None, at: datetime) -> Obstacle | None:
    """Why `verb` is not possible with `link` at `at`, or None. `link.order` is read."""
    if access is not None and not may(access, link.store_id):
        return Obstacle("permission_denied", _("Your role does not include this."), who_can_grant())
    if not link.is_current:
        return Obstacle("replaced", _("A newer link has replaced this one."))
    if link.status == LinkStatus.COMPLETED:
        return Obstacle("completed", _("The customer has paid."))
    if verb in {LinkVerb.RESEND, LinkVerb.AMEND}:
        return resend_obstacle(link, at)
    if not link.is_open(at):
        return Obstacle("closed", _("The link is closed."))
    return None


def resend_obstacle(link: PaymentLink, at: datetime) -> Obstacle | None:
    """A fresh link is possible while the order waits to be paid and terms are set."""
    if link.order.status != Status.PENDING:
        return Obstacle("not_pending", _("The order is not waiting to be paid."))
    return create_obstacle(link.order.store, at)


def create_obstacle(store: Store, at: datetime) -> Obstacle | None:
    """Why no link can be made for a store, or None."""
    if not store.terms_url:
        return Obstacle(
            "terms_missing",
            _("Terms and conditions are missing for this store. Customers must be able to read them before they pay."),
            _("A Super Admin or Admin can add them under Orders configuration."),
        )
    if store.merchant.has_ended(at):
        return Obstacle("agreement_ended", _("The agreement of this merchant has ended."), who_can_grant())
    if not GatewayAccount.objects.filter(store=store, is_active=True).exists():
        return Obstacle(
            "gateway_missing",
            _("No payment provider is connected to this store."),
            _("The operator of this installation connects it."),
        )
    return None
