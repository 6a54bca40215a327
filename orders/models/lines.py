"""What was ordered. Lines are frozen with their revision."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders.models.orders import Order


class LineType(models.TextChoices):
    """The types of the wire format."""

    PHYSICAL = "physical", _("Physical")
    DIGITAL = "digital", _("Digital")
    SHIPPING_FEE = "shipping_fee", _("Shipping")
    SURCHARGE = "surcharge", _("Surcharge")
    SALES_TAX = "sales_tax", _("Sales tax")
    DISCOUNT = "discount", _("Discount")
    GIFT_CARD = "gift_card", _("Gift card")
    STORE_CREDIT = "store_credit", _("Store credit")


NEGATIVE_TYPES = frozenset({LineType.DISCOUNT, LineType.GIFT_CARD, LineType.STORE_CREDIT})
UNTAXED_TYPES = frozenset({LineType.GIFT_CARD, LineType.STORE_CREDIT})


class Line(models.Model):
    """One row of an order's revision. Amounts in minor units, VAT included."""

    # found by (order, revision, position)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines", db_index=False)
    revision = models.PositiveIntegerField(default=1)
    # the same through every revision: what was captured of an item stays captured when lines change
    item = models.UUIDField(default=uuid.uuid4, db_default=RandomUUID(), editable=False)
    position = models.PositiveSmallIntegerField()
    type = models.CharField(max_length=12, choices=LineType)
    name = models.CharField(max_length=255)
    reference = models.CharField(max_length=255, blank=True)
    quantity = models.PositiveIntegerField()
    quantity_unit = models.CharField(max_length=10, blank=True)
    unit_price = models.BigIntegerField()
    tax_rate = models.PositiveIntegerField()  # percent x 100, stored as given
    discount_amount = models.BigIntegerField(default=0)
    total_amount = models.BigIntegerField()
    tax_amount = models.BigIntegerField()

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "revision", "position"], name="one_line_per_position"),
            models.UniqueConstraint(fields=["order", "revision", "item"], name="one_line_per_item"),
            models.CheckConstraint(
                name="line_total_is_quantity_times_price_less_discount",
                condition=Q(total_amount=F("quantity") * F("unit_price") - F("discount_amount")),
            ),
            models.CheckConstraint(
                name="line_discount_is_within_its_price",
                condition=Q(discount_amount=0)
                | Q(discount_amount__gt=0, discount_amount__lte=F("quantity") * F("unit_price")),
                violation_error_message=_("A discount can be at most the price."),
            ),
            models.CheckConstraint(
                name="line_sign_follows_its_type",
                condition=Q(type__in=sorted(NEGATIVE_TYPES), total_amount__lte=0)
                | ~Q(type__in=sorted(NEGATIVE_TYPES)) & Q(total_amount__gte=0),
            ),
            models.CheckConstraint(name="line_tax_rate_is_at_most_100_percent", condition=Q(tax_rate__lte=10000)),
            models.CheckConstraint(
                name="line_quantity_is_between_1_and_100000", condition=Q(quantity__gte=1, quantity__lte=100000)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.name}"
