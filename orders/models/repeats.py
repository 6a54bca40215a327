"""Two orders that look like one purchase made twice."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Merchant, Store
from accounts.reach import InReach
from orders.models.orders import Order


class RepeatQuerySet(InReach["Repeat"]):
    """Reading pairs."""


class Repeat(models.Model):
    """A pair found when the second of them was placed; whether it still counts is asked of the orders.

    The earlier order comes first, so a pair exists once. Merchant and store are those of both.
    """

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="+", db_index=False)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+", db_index=False)
    # found by the unique pair
    earlier = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+", db_index=False)
    later = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+", db_index=False)
    has_same_email = models.BooleanField()
    has_same_phone = models.BooleanField()
    has_same_reference = models.BooleanField()
    found_at = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True)  # somebody looked, and it is no repeat
    dismissed_by = models.CharField(max_length=254, blank=True)
    dismissed_by_id = models.BigIntegerField(null=True)

    objects = RepeatQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["found_at", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["later"], condition=Q(dismissed_at__isnull=True), name="repeats_by_later"),
            models.Index(fields=["merchant"], condition=Q(dismissed_at__isnull=True), name="repeats_by_merchant"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["earlier", "later"], name="a_pair_is_found_once"),
            models.CheckConstraint(name="an_order_does_not_repeat_itself", condition=~Q(earlier=F("later"))),
            models.CheckConstraint(
                name="a_repeat_has_something_in_common",
                condition=Q(has_same_email=True) | Q(has_same_phone=True) | Q(has_same_reference=True),
            ),
            models.CheckConstraint(
                name="a_dismissed_repeat_says_by_whom",
                condition=Q(dismissed_at__isnull=True, dismissed_by="")
                | Q(dismissed_at__isnull=False) & ~Q(dismissed_by=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.later_id} repeats {self.earlier_id}"
