"""A 48-hour invitation to pay one order."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from accounts.reach import InReach
from common.lists import newest_first
from messaging.models import Channel
from orders.models import Order
from paylinks.states import LINK_MOVES, OPEN, LinkStatus, check_move

LIFETIME = timedelta(hours=48)
GRACE = timedelta(minutes=15)  # a begun attempt stands if the gateway authorized it by then
OPEN_STATUSES = sorted(OPEN)
CURRENT = Q(is_current=True)


class PaymentLinkQuerySet(InReach["PaymentLink"]):
    """Reading links."""

    def current(self) -> PaymentLinkQuerySet:
        """The newest link of each order."""
        return self.filter(CURRENT)


class PaymentLink(models.Model):
    """An invitation; the token is derived from the id and nothing secret is stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    # found by (order, number)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="links", db_index=False)
    merchant_id = models.BigIntegerField()  # the order's, for the index of the history
    store_id = models.BigIntegerField()
    number = models.PositiveSmallIntegerField(default=1)
    revision = models.PositiveIntegerField(default=1)  # of the order's lines
    status = models.CharField(max_length=11, choices=LinkStatus, default=LinkStatus.CREATED)
    is_current = models.BooleanField(default=True)
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    channel = models.CharField(max_length=5, choices=Channel)
    recipient = models.CharField(max_length=254)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    in_progress_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.CharField(max_length=254, blank=True)
    expired_at = models.DateTimeField(null=True)
    requested_at = models.DateTimeField(null=True)  # the customer asked for a new link
    created_by = models.CharField(max_length=254, blank=True)
    created_by_id = models.BigIntegerField(null=True)
    form_key = models.UUIDField(null=True)  # the create form's own key: one order per form

    objects = PaymentLinkQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            newest_first("merchant_id", by="created_at", only=CURRENT, name="links_by_merchant"),
            newest_first("store_id", by="created_at", only=CURRENT, name="links_by_store"),
            newest_first("merchant_id", "status", by="created_at", only=CURRENT, name="links_by_status"),
            newest_first(
                "merchant_id", by="created_at", only=CURRENT & Q(requested_at__isnull=False), name="links_requested"
            ),
            models.Index(fields=["expires_at"], condition=Q(status__in=OPEN_STATUSES), name="links_due"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "number"], name="one_link_per_number"),
            models.UniqueConstraint(fields=["form_key"], name="one_order_per_form"),
            models.UniqueConstraint(fields=["order"], condition=Q(is_current=True), name="one_current_link"),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(status__in=OPEN_STATUSES),
                name="at_most_one_link_is_open",
                violation_error_message=_("This order has an open link already."),
            ),
            models.CheckConstraint(
                name="a_link_lives_48_hours",
                condition=Q(expires_at=F("created_at") + Value(LIFETIME)),
            ),
            models.CheckConstraint(
                name="link_status_has_its_time",
                condition=Q(status="created")
                | Q(status="in_progress", in_progress_at__isnull=False)
                | Q(status="completed", completed_at__isnull=False)
                | Q(status="cancelled", cancelled_at__isnull=False)
                | Q(status="expired", expired_at__isnull=False),
            ),
            models.CheckConstraint(
                name="link_expires_only_past_its_end",
                condition=Q(expired_at__isnull=True) | Q(expired_at__gte=F("expires_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"link {self.number} of {self.order_id}"

    def status_at(self, at: datetime) -> str:
        """What people read: past the end an open link is expired, sweep or not."""
        if self.status in OPEN and at >= self.expires_at:
            return LinkStatus.EXPIRED
        return self.status

    def is_open(self, at: datetime) -> bool:
        """Can still be begun."""
        return self.status_at(at) in OPEN

    def move_to(self, status: str) -> None:
        """Change the status; the only writer of it. Raises IllegalMove."""
        check_move(LINK_MOVES, self.status, status)
        self.status = status
