"""One movement of money at a gateway, written down before it is tried."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from common.actor import Actor, Origin
from orders.models.lines import Line
from orders.models.orders import Order
from payments.models import GatewayAccount


class Kind(models.TextChoices):
    """What moves."""

    AUTHORIZE = "authorize", _("Authorization")
    CAPTURE = "capture", _("Capture")
    REFUND = "refund", _("Refund")
    VOID = "void", _("Release")  # of all that is reserved: people know one word for letting go
    RELEASE = "release", _("Release")
    EXTEND = "extend", _("Extension")
    ADJUST = "adjust", _("Changed total")  # `amount` is the new total, and `revision` its lines
    REVERSAL = "reversal", _("Reversed refund")  # a refund that failed after it had succeeded


class State(models.TextChoices):
    """What became of it."""

    REQUESTED = "requested", _("Requested")
    PENDING = "pending", _("Pending")
    UNKNOWN = "unknown", _("Not known yet")
    SUCCEEDED = "succeeded", _("Succeeded")
    DECLINED = "declined", _("Declined")


IN_FLIGHT = frozenset({State.REQUESTED, State.PENDING, State.UNKNOWN})


class Operation(models.Model):
    """A movement with its idempotency key, its outcome and who asked for it.

    `is_stray` marks money nobody expected: it acts on an authorization that is
    not the order's, so it never touches the order's sums.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    # found by (order, requested_at)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="operations", db_index=False)
    kind = models.CharField(max_length=9, choices=Kind)
    state = models.CharField(max_length=9, choices=State, default=State.REQUESTED)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    is_stray = models.BooleanField(default=False)
    is_automatic = models.BooleanField(default=False)  # auto capture
    key = models.CharField(max_length=64, unique=True)
    gateway_account = models.ForeignKey(GatewayAccount, on_delete=models.PROTECT, related_name="+")
    payment_reference = models.CharField(max_length=200)
    gateway_reference = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=60, blank=True)
    message = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    reference = models.CharField(max_length=255, blank=True)  # the merchant's own, goes to settlement files
    description = models.CharField(max_length=255, blank=True)  # for the shop: timeline and payments
    revision = models.PositiveIntegerField(null=True)  # of the lines that become current when this succeeds
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversal")
    wish = models.UUIDField(null=True)  # shared by refunds that were confirmed in one step: the customer is told once
    has_release = models.BooleanField(default=False)  # release the rest when this capture succeeds
    tells_customer = models.BooleanField(default=False)
    origin = models.CharField(max_length=8, choices=Origin)
    actor = models.CharField(max_length=254, blank=True)
    user_id = models.BigIntegerField(null=True)
    requested_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    next_check_at = models.DateTimeField(null=True)
    checks = models.PositiveIntegerField(default=0)
    handed_over_at = models.DateTimeField(null=True)  # no answer for a day: put before a person

    class Meta:
        ordering: ClassVar = ["requested_at", "id"]
        indexes: ClassVar = [
            models.Index(
                fields=["next_check_at"],
                condition=Q(state__in=["requested", "pending", "unknown"]),
                name="operations_due",
            ),
            models.Index(fields=["order", "requested_at"], name="operations_by_order"),
            # few rows: without it every list of orders would read all operations for the stray ones
            models.Index(fields=["order"], condition=Q(is_stray=True), name="operations_stray"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["gateway_account", "kind", "gateway_reference"],
                condition=~Q(gateway_reference=""),
                name="gateway_reference_is_booked_once",
            ),
            models.CheckConstraint(name="operation_amount_is_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="only_a_reversal_names_a_refund",
                condition=Q(kind="reversal", reverses__isnull=False) | ~Q(kind="reversal") & Q(reverses=None),
            ),
            models.CheckConstraint(
                name="settled_operation_has_its_time",
                condition=Q(state__in=["succeeded", "declined"], settled_at__isnull=False)
                | Q(state__in=["requested", "pending", "unknown"], settled_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.currency} {self.state}"

    @property
    def by(self) -> Actor:
        """Who asked for it."""
        return Actor(self.origin, self.actor, self.user_id)

    @property
    def withheld_amount(self) -> int:
        """The return fee of a refund, in minor units. One query."""
        fees = self.lines.filter(type="return_fee").aggregate(sum=Sum("amount"))["sum"]
        return -fees if fees else 0

    @property
    def is_in_flight(self) -> bool:
        """The outcome is not known yet."""
        return self.state in IN_FLIGHT


class OperationLine(models.Model):
    """The frozen piece that an operation moves: of a line, or a free amount at a tax rate.

    A refund's piece names the capture it is taken from.
    """

    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="lines")
    capture = models.ForeignKey(Operation, on_delete=models.PROTECT, null=True, related_name="refund_lines")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, null=True, related_name="slices")
    name = models.CharField(max_length=255)
    type = models.CharField(max_length=12)
    quantity = models.PositiveIntegerField()
    amount = models.BigIntegerField()
    tax_amount = models.BigIntegerField()
    tax_rate = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["operation", "line", "capture"],
                condition=Q(line__isnull=False),
                nulls_distinct=False,
                name="one_piece_per_operation_and_line",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.line_id}"
