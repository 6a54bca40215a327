"""Amend and resend: the next version of an unpaid order, under a new link and the same order ID."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import Access
from accounts.models import Store
from common.actor import Actor
from common.errors import DomainError
from messaging.limits import check_sending
from messaging.models import Channel
from orders.actions.redraft import content_of, redraft_order
from orders.changes import Content, changes_of
from orders.lines import check_lines
from orders.models import Order
from paylinks.actions.create import OrderInput, check_order
from paylinks.actions.issue import issue_link
from paylinks.actions.lock import locked
from paylinks.actions.retire import retire_link
from paylinks.meanwhile import acted_since
from paylinks.models import PaymentLink
from paylinks.rules import LinkVerb, obstacle
from paylinks.settle import after_closing, refuse_begun


def amend_order(
    order_id: uuid.UUID,
    order_input: OrderInput,
    *,
    form_key: uuid.UUID,
    version: int,
    access: Access | None,
    by: Actor,
    at: datetime,
) -> PaymentLink:
    """Write `order_input` as the order's next version and issue a link for it in place of the current one.

    A running attempt is closed at the gateway first. The same `form_key` answers its
    link again. Raises DomainError: `just_paid` when the customer was faster,
    `attempt_unknown` when the gateway does not answer, `stale` when the order was
    changed since `version`, `unchanged`, and everything creating refuses.
    """
    orders = Order.objects.visible_to(access) if access is not None else Order.objects.all()
    order = orders.select_related("store__merchant").get(pk=order_id)
    earlier = _earlier(form_key, order)
    if earlier is not None:
        return earlier
    link = PaymentLink.objects.get(order=order, is_current=True)
    link.order = order
    _guard(link, version, access, at)
    _check(order, order_input, at)
    check_sending(
        person=str(by.user_id),
        store=order.store.mid,
        recipient=order_input.recipient,
        country=order.country,
        channel=Channel.of(order_input.recipient),
    )

    def act() -> PaymentLink:
        return _write(link.pk, order_input, form_key=form_key, version=version, access=access, by=by, at=at)

    try:
        done: PaymentLink = after_closing(order_id, act, by=by, at=at)
    except IntegrityError as error:
        if not PaymentLink.objects.filter(form_key=form_key).exists():
            raise
        raise DomainError("form_used", _("This form has been used already. Open a new one.")) from error
    return done


@transaction.atomic(durable=True)
def _write(
    link_id: uuid.UUID,
    order_input: OrderInput,
    *,
    form_key: uuid.UUID,
    version: int,
    access: Access | None,
    by: Actor,
    at: datetime,
) -> PaymentLink:
    old = locked(link_id, access=access)
    earlier = _earlier(form_key, old.order)
    if earlier is not None:
        return earlier  # the same form, posted twice at once: the first has finished meanwhile
    refuse_begun(old.order_id)
    _guard(old, version, access, at)
    number = old.number + 1
    retire_link(old, by=by, at=at)
    redraft_order(old.order, wanted(order_input), number=number, by=by, at=at)
    new = issue_link(old.order, recipient=order_input.recipient, number=number, by=by, at=at, form_key=form_key)
    PaymentLink.objects.filter(pk=old.pk).update(replaced_by=new)
    return new


def _earlier(form_key: uuid.UUID, order: Order) -> PaymentLink | None:
    return PaymentLink.objects.filter(form_key=form_key, order=order, number__gt=1).first()


def _guard(link: PaymentLink, version: int, access: Access | None, at: datetime) -> None:
    """Raise the rules' obstacle, or `stale` when somebody changed what the form shows."""
    found = obstacle(link, LinkVerb.AMEND, access, at)
    if found is not None and found.code != "replaced":
        raise found.error()
    if found is not None or acted_since(link.order, version):
        words = _("The order has changed since you opened it. Nothing was sent; look at it as it is now.")
        raise DomainError("stale", words)


def _check(order: Order, order_input: OrderInput, at: datetime) -> None:
    """Raise DomainError for what creating refuses too, for another country or currency, and for no change."""
    if (order_input.country, order_input.currency) != (order.country, order.currency):
        raise DomainError("fixed", _("Store, purchase country and currency of an order stay as they are."))
    store: Store = order.store
    check_order(store, order_input, at)
    check_lines(order_input.lines, currency=order.currency)
    if not changes_of(content_of(order), wanted(order_input)):
        raise DomainError("unchanged", _("Nothing was changed, so nothing was sent."))


def wanted(order_input: OrderInput) -> Content:
    """What the new version says."""
    return Content(
        lines=order_input.lines,
        contact=order_input.recipient,
        merchant_reference1=order_input.merchant_reference1,
        merchant_reference2=order_input.merchant_reference2,
        customer_name=order_input.customer_name,
        auto_capture=order_input.auto_capture,
    )
