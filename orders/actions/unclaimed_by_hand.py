"""What people do about money no order expects, and how often the gateway goes on being asked."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import Access
from accounts.roles import Permission
from common import times
from common.actor import Actor
from common.errors import DomainError
from orders.models import UnclaimedPayment, UnclaimedReturn
from orders.models.operations import IN_FLIGHT


def ready_to_give(payment_id: uuid.UUID, *, access: Access) -> UnclaimedPayment:
    """The payment, if a person may ask to give it back again now.

    Raises DomainError `in_flight` or `given_back`, PermissionDenied, or UnclaimedPayment.DoesNotExist
    when it is not in reach.
    """
    payments = UnclaimedPayment.objects.visible_to(access).select_related("gateway_account__store")
    payment = payments.get(pk=payment_id)
    _check(payment, access)
    if payment.closed_at is not None:
        is_settled = payment.noted_at == payment.closed_at  # a person said so: this has not gone back through here
        words = _("This has been settled already.") if is_settled else _("All of it has gone back already.")
        raise DomainError("given_back", words)
    return payment


def was_asked(payment_id: uuid.UUID, seen: int | None, *, access: Access, by: Actor) -> bool:
    """Whether this person has asked to give it back again since `seen` tries were shown.

    Raises DomainError `stale`, with who it was, when another person has.
    """
    tries = UnclaimedReturn.objects.filter(payment__in=UnclaimedPayment.objects.visible_to(access), payment=payment_id)
    since = [each for each in tries.order_by("pk")[seen:] if each.requested_by] if seen is not None else []
    if since and since[-1].requested_by != by.label:
        words = _("%(who)s has asked to give it back again, %(time)s. Nothing more was done.")
        raise DomainError(
            "stale", words % {"who": since[-1].requested_by, "time": times.stamp(since[-1].requested_at)}
        )
    return bool(since)


@transaction.atomic(durable=True)
def note_ended(payment_id: uuid.UUID, *, access: Access, by: Actor, at: datetime) -> None:
    """A person has taken note; of a refund that came back they say that it was settled another way.

    Raises DomainError `in_flight` while it is being given back, `stale` when another person has
    taken note of it, PermissionDenied, or DoesNotExist.
    """
    payments = UnclaimedPayment.objects.visible_to(access)
    payment = payments.select_for_update(no_key=True, of=("self",)).select_related("store").get(pk=payment_id)
    if payment.noted_at is not None:
        if payment.noted_by != by.label:
            words = _("%(who)s has noted it already, %(time)s.")
            names = {"who": payment.noted_by, "time": times.stamp(payment.noted_at)}
            raise DomainError("stale", words % names)
        return
    _check(payment, access)
    if payment.closed_at is None and payment.came_back_at is None:
        raise DomainError("in_flight", _("It has not gone back yet. We keep trying."))
    is_settled = payment.closed_at is None
    payment.closed_at = payment.closed_at or at
    payment.came_back_at = payment.next_check_at = payment.retry_at = None
    payment.noted_at, payment.noted_by = at, by.label
    payment.version += 1
    payment.save(
        update_fields=["closed_at", "came_back_at", "next_check_at", "retry_at", "noted_at", "noted_by", "version"]
    )
    about: dict[str, Any] = {"payment": str(payment.pk), "amount": payment.amount, "currency": payment.currency}
    audit.record(audit.Kind.UNCLAIMED_NOTED, by=by, at=at, store=payment.store, is_settled=is_settled, **about)


def look_again_daily(payment_id: uuid.UUID, *, found_by: datetime, at: datetime) -> None:
    """Ask about a payment at `at` again, if it was found at `found_by` or earlier and is still not back."""
    waiting = UnclaimedPayment.objects.filter(pk=payment_id, closed_at=None, next_check_at__isnull=False)
    waiting.filter(found_at__lte=found_by, next_check_at__lt=at).update(next_check_at=at)


def _check(payment: UnclaimedPayment, access: Access) -> None:
    access.need(Permission.ORDERS_REFUND, payment.store_id)
    if payment.returns.filter(state__in=sorted(IN_FLIGHT)).exists():
        raise DomainError("in_flight", _("It is being given back. We keep asking the gateway."))
