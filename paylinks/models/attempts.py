"""One try of a customer to pay a link, and what they agreed to."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import TermsCopy
from orders.models import Order
from paylinks.models.links import PaymentLink
from paylinks.states import ATTEMPT_MOVES, AttemptState, check_move
from payments.models import GatewayAccount


class Attempt(models.Model):
    """Begun, then authorized, declined, abandoned or reversed; freezes revision and sum."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    # found by (link, begun_at)
    link = models.ForeignKey(PaymentLink, on_delete=models.PROTECT, related_name="attempts", db_index=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="attempts")
    revision = models.PositiveIntegerField()
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    method = models.CharField(max_length=20)
    gateway_account = models.ForeignKey(GatewayAccount, on_delete=models.PROTECT, related_name="+")
    session_reference = models.CharField(max_length=200, blank=True)
    payment_reference = models.CharField(max_length=200, blank=True)
    redirect_url = models.URLField(max_length=1000, blank=True)
    state = models.CharField(max_length=10, choices=AttemptState, default=AttemptState.BEGUN)
    problem = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=8, default="en")
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    delivery_address = models.JSONField(default=dict)
    billing_address = models.JSONField(default=dict)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    next_check_at = models.DateTimeField(null=True)
    checks = models.PositiveIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_check_at"], condition=Q(next_check_at__isnull=False), name="attempts_due"),
            models.Index(fields=["link", "begun_at"], name="attempts_by_link"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["link"], condition=Q(state="begun"), name="one_running_attempt_per_link"),
            models.UniqueConstraint(
                fields=["order"], condition=Q(state="authorized"), name="order_is_authorized_once"
            ),
            models.UniqueConstraint(
                fields=["gateway_account", "session_reference"],
                condition=~Q(session_reference=""),
                name="one_attempt_per_session",
            ),
            models.CheckConstraint(
                name="ended_attempt_has_its_time",
                condition=Q(state="begun", ended_at__isnull=True) | ~Q(state="begun") & Q(ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method} attempt on {self.link_id}"

    def move_to(self, state: str) -> None:
        """Change the state; the only writer of it. Raises IllegalMove."""
        check_move(ATTEMPT_MOVES, self.state, state)
        self.state = state


class TermsAcceptance(models.Model):
    """Which terms the customer agreed to, as they stood then, or that none could be fetched."""

    attempt = models.OneToOneField(Attempt, on_delete=models.PROTECT, related_name="acceptance")
    copy = models.ForeignKey(TermsCopy, on_delete=models.PROTECT, null=True, related_name="+")
    url = models.URLField(max_length=500)
    language = models.CharField(max_length=8)
    accepted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.url} {self.accepted_at:%Y-%m-%d %H:%M}"
