"""One entry of an order's timeline; append-only by trigger."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Cast

from common.actor import Origin
from orders.models.operations import Operation
from orders.models.orders import Order


class CurrentTransaction(models.Func):
    """The transaction's own number; followers read only below the oldest open one."""

    function = "pg_current_xact_id"
    template = "%(function)s()"
    output_field = models.TextField()


class Event(models.Model):
    """What happened, when, what amount, and who did it."""

    # found by (order, seq); one index less for each of many rows
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    origin = models.CharField(max_length=8, choices=Origin)
    actor = models.CharField(max_length=254, blank=True)
    amount = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    transaction = models.BigIntegerField(
        db_default=Cast(Cast(CurrentTransaction(), models.TextField()), models.BigIntegerField()),
        editable=False,
    )

    class Meta:
        ordering: ClassVar = ["-seq"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["order", "seq"], name="one_event_per_seq")]

    def __str__(self) -> str:
        return f"{self.kind} #{self.seq}"
