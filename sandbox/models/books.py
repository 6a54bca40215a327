"""The provider's own books. Nothing here points to the portal's tables."""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import cached_property
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sandbox.methods import PRODUCTS, Product


class Session(models.Model):
    """A customer's attempt to pay, opened by a merchant and finished on the hosted page."""

    class State(models.TextChoices):
        """What the customer, the tester or time made of it."""

        OPEN = "open", _("Open")
        AUTHORIZED = "authorized", _("Authorized")
        UNDER_REVIEW = "under_review", _("Under review")
        REJECTED = "rejected", _("Rejected")
        DECLINED = "declined", _("Declined")
        CANCELLED = "cancelled", _("Cancelled")
        CLOSED = "closed", _("Closed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.UUIDField()
    our_reference = models.CharField(max_length=100)  # the merchant's own, unique per account
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    country = models.CharField(max_length=2)
    language = models.CharField(max_length=8)
    method = models.CharField(max_length=16)
    lines = models.JSONField(default=list)
    return_url = models.CharField(max_length=2000)
    webhook_url = models.CharField(max_length=2000, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "our_reference"], name="sandbox_session_is_begun_once"),
            models.CheckConstraint(name="sandbox_session_asks_for_money", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="sandbox_session_is_open_or_finished",
                condition=Q(state="open", finished_at__isnull=True)
                | (~Q(state="open") & Q(finished_at__isnull=False)),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["-created_at"], name="sandbox_session_latest")]

    def __str__(self) -> str:
        return f"{self.id} {self.state}"

    @property
    def product(self) -> Product:
        """The way to pay, with its windows and abilities."""
        return PRODUCTS[self.method]

    def state_at(self, at: datetime) -> str:
        """The state as it counts: an open session past its end is closed, sweep or not."""
        if self.state == self.State.OPEN and at >= self.expires_at:
            return self.State.CLOSED
        return self.state


class Payment(models.Model):
    """Money reserved for a session, until `expires_at`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="payment")
    amount = models.BigIntegerField()  # as authorized now; an adjustment moves it
    label = models.CharField(max_length=40)
    authorized_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="sandbox_payment_is_money", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="sandbox_hold_ends_after_it_began",
                condition=Q(expires_at__gt=models.F("authorized_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.amount}"

    @cached_property
    def totals(self) -> Totals:
        """What the movements add up to."""
        return Totals(list(self.movements.all()))


class Movement(models.Model):
    """One operation a merchant asked for; its key is answered the same way for ever."""

    class Kind(models.TextChoices):
        """What was asked."""

        CAPTURE = "capture", _("Capture")
        REFUND = "refund", _("Refund")
        VOID = "void", _("Void")
        RELEASE = "release", _("Release")
        EXTEND = "extend", _("Extend")
        ADJUST = "adjust", _("Adjust")

    class State(models.TextChoices):
        """What became of it."""

        SUCCEEDED = "succeeded", _("Succeeded")
        PENDING = "pending", _("Pending")
        DECLINED = "declined", _("Declined")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.UUIDField()
    payment = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="movements")
    key = models.CharField(max_length=100)
    kind = models.CharField(max_length=8, choices=Kind)
    amount = models.BigIntegerField()
    asked_amount = models.BigIntegerField(null=True)  # as in the request, to know a reused key
    state = models.CharField(max_length=10, choices=State)
    code = models.CharField(max_length=40, blank=True)
    message = models.CharField(max_length=200, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)  # the hold's new end, of an extension
    settles_at = models.DateTimeField(null=True, blank=True)
    settles_as = models.CharField(max_length=10, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)  # a refund that had succeeded came back
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["created_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "key"], name="sandbox_key_is_used_once"),
            models.CheckConstraint(
                name="sandbox_pending_movement_settles_some_day",
                condition=~Q(state="pending") | Q(settles_at__isnull=False),
            ),
            models.CheckConstraint(
                name="sandbox_only_refunds_come_back",
                condition=Q(failed_at__isnull=True) | Q(kind="refund", state="declined"),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["settles_at"], condition=Q(state="pending"), name="sandbox_movement_due")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.state}"


class Totals:
    """Sums over movements: what is certain, and what is certain or may become so."""

    def __init__(self, movements: list[Movement]) -> None:
        self._movements = movements

    def _sum(self, *kinds: str, pending: bool) -> int:
        states = {Movement.State.SUCCEEDED, *([Movement.State.PENDING] if pending else [])}
        return sum(m.amount for m in self._movements if m.kind in kinds and m.state in states)

    def certain(self, *kinds: str) -> int:
        """Only what succeeded."""
        return self._sum(*kinds, pending=False)

    def promised(self, *kinds: str) -> int:
        """What succeeded or is pending."""
        return self._sum(*kinds, pending=True)
