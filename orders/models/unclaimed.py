"""Money at a store's gateway account that belongs to no attempt of ours, and how it goes back."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Merchant, Store
from accounts.reach import InReach
from orders.models.operations import IN_FLIGHT, Kind, State
from orders.models.orders import Order
from orders.states import IllegalMove
from payments.models import GatewayAccount

_GIVES_BACK = (Kind.VOID, Kind.REFUND, Kind.RELEASE)


class UnclaimedQuerySet(InReach["UnclaimedPayment"]):
    """Reading them."""

    def unread(self) -> UnclaimedQuerySet:
        """Those nobody has taken note of."""
        return self.filter(noted_at=None)


class UnclaimedPayment(models.Model):
    """One payment that no order expects. It is closed when the gateway holds and keeps nothing of it.

    `amount` is what was authorized, in minor units; `version` counts what was done about it.
    """

    id = models.UUIDField(primary_key=True, editable=False)  # made of account and session: heard of twice it is one
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="+", db_index=False)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+", db_index=False)
    gateway_account = models.ForeignKey(GatewayAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    session_reference = models.CharField(max_length=200)
    payment_reference = models.CharField(max_length=200)
    our_reference = models.CharField(max_length=200, blank=True)  # what it calls itself
    # whose attempt it calls itself, when that was begun at another account of the store
    order = models.ForeignKey(Order, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    label = models.CharField(max_length=80, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    paid_at = models.DateTimeField(null=True)
    found_at = models.DateTimeField()
    came_back_at = models.DateTimeField(null=True)  # a refund failed at the bank: a person decides what follows
    closed_at = models.DateTimeField(null=True)
    noted_at = models.DateTimeField(null=True)  # a person has seen how it ended
    noted_by = models.CharField(max_length=254, blank=True)
    retry_at = models.DateTimeField(null=True)  # the gateway refused: not again before then
    next_check_at = models.DateTimeField(null=True)
    checks = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    objects = UnclaimedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-found_at", "-id"]
        indexes: ClassVar = [
            models.Index(F("merchant"), F("found_at").desc(), F("id").desc(), name="unclaimed_by_merchant"),
            models.Index(fields=["merchant", "store"], condition=Q(noted_at=None), name="unclaimed_unread"),
            models.Index(fields=["next_check_at"], condition=Q(next_check_at__isnull=False), name="unclaimed_due"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gateway_account", "session_reference"], name="unclaimed_is_found_once"),
            models.CheckConstraint(name="unclaimed_amount_is_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="open_unclaimed_payment_is_looked_at_again",
                condition=Q(closed_at__isnull=False, next_check_at=None, came_back_at=None)
                | Q(closed_at=None) & (Q(next_check_at__isnull=False) | Q(came_back_at__isnull=False)),
                violation_error_message=_("Nobody would look at this payment again."),
            ),
            models.CheckConstraint(
                name="only_a_closed_unclaimed_payment_is_noted",
                condition=Q(noted_at=None) | Q(closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} at {self.gateway_account_id}"


class UnclaimedReturn(models.Model):
    """One movement that gives such money back, written down before the gateway is asked for it."""

    payment = models.ForeignKey(UnclaimedPayment, on_delete=models.PROTECT, related_name="returns")
    kind = models.CharField(max_length=9, choices=[(kind.value, kind.label) for kind in _GIVES_BACK])
    state = models.CharField(max_length=9, choices=State, default=State.REQUESTED)
    amount = models.BigIntegerField()
    key = models.CharField(max_length=64, unique=True)
    gateway_reference = models.CharField(max_length=200, blank=True)
    message = models.CharField(max_length=300, blank=True)
    requested_by = models.CharField(max_length=254, blank=True)  # who asked for it anew; "" by itself
    requested_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    came_back_at = models.DateTimeField(null=True)  # when a refund that had succeeded failed at the bank

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["payment"],
                condition=Q(state__in=["requested", "pending", "unknown"]),
                name="one_return_at_a_time",
                violation_error_message=_("This money is on its way back already."),
            ),
            models.CheckConstraint(name="return_amount_is_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="return_gives_back", condition=Q(kind__in=["void", "refund", "release"])),
            models.CheckConstraint(
                name="settled_return_has_its_time",
                condition=Q(state__in=["succeeded", "declined"], settled_at__isnull=False)
                | Q(state__in=["requested", "pending", "unknown"], settled_at__isnull=True),
            ),
            models.CheckConstraint(
                name="only_a_refund_made_comes_back",
                condition=Q(came_back_at=None) | Q(kind="refund", state="succeeded"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.state}"

    @property
    def is_in_flight(self) -> bool:
        """The outcome is not known yet."""
        return self.state in IN_FLIGHT

    def move_to(self, state: str) -> None:
        """Change the state; the only writer of it. Raises IllegalMove for one that is settled."""
        if not self.is_in_flight:
            message = f"{self.state} cannot become {state}"
            raise IllegalMove(message)
        self.state = state


def unclaimed_id(account_id: uuid.UUID, session_reference: str) -> uuid.UUID:
    """The row of a session, whether or not there is one yet."""
    return uuid.uuid5(account_id, session_reference)
