"""What somebody should look at, and how far the books were compared with the gateway."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models.operations import Operation
from orders.models.orders import Order


class Alert(models.Model):
    """Something about an order that waits for a person, until it is settled or dismissed."""

    class Kind(models.TextChoices):
        """What happened; also the choices of the list's filter."""

        HANDED_OVER = "handed_over", _("No answer for a day")
        REFUND_REVERSED = "refund_reversed", _("Refund came back")
        HALF_ENDED = "half_ended", _("Cancelled half-way")
        DIFFERENCE = "difference", _("Differs from the gateway")

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="alerts", db_index=False)
    kind = models.CharField(max_length=16, choices=Kind)
    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    data = models.JSONField(default=dict)  # a difference: expected and found; a half-way end: the wish
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["opened_at", "id"]
        constraints: ClassVar = [
            # also what lists look up: it holds only what is open
            models.UniqueConstraint(
                fields=["order", "kind", "operation"],
                condition=Q(closed_at=None),
                nulls_distinct=False,
                name="one_open_alert_per_cause",
            ),
            models.CheckConstraint(
                name="alert_names_its_operation_or_is_a_difference",
                condition=Q(kind="difference", operation=None) | ~Q(kind="difference") & Q(operation__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.order_id}"


class AuditRun(models.Model):
    """One nightly comparison: of what changed at `since` or later; `last_id` is how far it came."""

    since = models.DateTimeField(null=True)  # the first run looks at everything
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    last_id = models.UUIDField(null=True)
    orders = models.PositiveIntegerField(default=0)
    differences = models.PositiveIntegerField(default=0)
    again = models.JSONField(default=list)  # orders the gateway did not answer for in the run before
    unanswered = models.JSONField(default=list)  # and in this one

    class Meta:
        ordering: ClassVar = ["started_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(models.Value(1), condition=Q(finished_at=None), name="one_audit_runs_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.started_at}, {self.differences} differences"
