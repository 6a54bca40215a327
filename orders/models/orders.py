"""A customer's purchase: who, what it sums to, and where its money is."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Merchant, Store
from accounts.reach import InReach
from common.ids import short_reference
from common.lists import newest_first
from orders.states import OPEN, Status, check_move
from payments.models import GatewayAccount

IS_PLACED = Q(placed_at__isnull=False)


class OrderQuerySet(InReach["Order"]):
    """Reading orders."""

    def placed(self) -> OrderQuerySet:
        """Orders a customer completed; pending ones stay out of the list."""
        return self.filter(IS_PLACED)


class Order(models.Model):
    """One purchase. All amounts are integers in minor units of `currency`, VAT included."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    reference = models.CharField(max_length=9, default=short_reference)
    # An index on each of these alone would be written with every order and read by nobody.
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="+", db_index=False)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+", db_index=False)
    status = models.CharField(max_length=13, choices=Status, default=Status.PENDING)
    is_under_review = models.BooleanField(default=False)
    is_test = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)  # counts every change; forms carry it
    revision = models.PositiveIntegerField(default=1)  # which set of lines is current

    merchant_reference1 = models.CharField(max_length=255)
    merchant_reference2 = models.CharField(max_length=255, blank=True)
    customer_name = models.CharField(max_length=255, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=20, blank=True)  # E.164
    country = models.CharField(max_length=2)
    language = models.CharField(max_length=8, default="en")
    delivery_address = models.JSONField(default=dict)
    billing_address = models.JSONField(default=dict)

    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    tax_amount = models.BigIntegerField()
    authorized_amount = models.BigIntegerField(default=0)
    capturing_amount = models.BigIntegerField(default=0)
    captured_amount = models.BigIntegerField(default=0)
    releasing_amount = models.BigIntegerField(default=0)
    released_amount = models.BigIntegerField(default=0)
    refunding_amount = models.BigIntegerField(default=0)
    refunded_amount = models.BigIntegerField(default=0)
    charged_back_amount = models.BigIntegerField(default=0)
    withheld_amount = models.BigIntegerField(default=0, db_default=0)  # return fees: kept, and not refundable
    withholding_amount = models.BigIntegerField(default=0, db_default=0)  # fees of refunds that are in flight
    # what the gateway is asked to hold in all instead, until it has answered
    adjusting_amount = models.PositiveBigIntegerField(default=0, db_default=0)

    auto_capture = models.BooleanField(default=False)
    auto_capture_by = models.CharField(max_length=254, blank=True)  # "chosen by"
    gateway_account = models.ForeignKey(
        GatewayAccount, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    session_reference = models.CharField(max_length=200, blank=True)
    payment_reference = models.CharField(max_length=200, blank=True)
    payment_method = models.CharField(max_length=20, blank=True)
    payment_label = models.CharField(max_length=80, blank=True)
    is_charged_at_once = models.BooleanField(default=False)
    capture_problem = models.CharField(
        max_length=300, blank=True
    )  # the last capture's refusal, in the gateway's words

    created_by = models.CharField(max_length=254, blank=True)
    created_by_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    placed_at = models.DateTimeField(null=True)
    authorized_at = models.DateTimeField(null=True)
    authorization_expires_at = models.DateTimeField(null=True)
    expiry_asked_at = models.DateTimeField(null=True)  # when the gateway was last asked whether the hold ended
    cancelled_at = models.DateTimeField(null=True)
    expired_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    synced_at = models.DateTimeField(null=True)  # when the gateway was last asked and agreed
    last_seq = models.PositiveIntegerField(default=0)
    search_text = models.TextField(default="")

    objects = OrderQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            newest_first("merchant", by="placed_at", only=IS_PLACED, name="orders_by_merchant"),
            newest_first("store", by="placed_at", only=IS_PLACED, name="orders_by_store"),
            newest_first("merchant", "status", by="placed_at", only=IS_PLACED, name="orders_by_status"),
            models.Index(fields=["merchant", "merchant_reference1"], name="orders_by_reference1"),
            # every order that is placed looks for its like of the last day
            models.Index(fields=["store", "amount", "placed_at"], condition=IS_PLACED, name="orders_alike"),
            models.Index(
                fields=["authorization_expires_at"],
                condition=Q(status__in=["authorized", "part_captured"]),
                name="orders_expiring",
            ),
            GinIndex(fields=["merchant", "search_text"], opclasses=["int8_ops", "gin_trgm_ops"], name="orders_search"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reference"], name="one_order_per_reference"),
            models.CheckConstraint(
                name="captured_and_released_is_at_most_authorized",
                condition=Q(
                    authorized_amount__gte=F("captured_amount")
                    + F("capturing_amount")
                    + F("released_amount")
                    + F("releasing_amount")
                ),
                violation_error_message=_("More would be captured than is authorized."),
            ),
            models.CheckConstraint(
                name="order_amount_covers_what_is_captured",
                condition=Q(amount__gte=F("captured_amount") + F("capturing_amount")),
                violation_error_message=_("The total would be less than what was captured."),
            ),
            models.CheckConstraint(
                name="asked_total_covers_what_is_captured",
                condition=Q(adjusting_amount=0)
                | Q(adjusting_amount__gte=F("captured_amount") + F("capturing_amount") + F("released_amount")),
                violation_error_message=_("The total would be less than what was captured."),
            ),
            models.CheckConstraint(
                name="refunded_is_at_most_captured",
                # A fee uses up its lines. It is not added to what was charged back: banks may take back,
                # late, the very sum that a fee kept, and what is true must be booked. Refunds ask for both.
                condition=Q(
                    captured_amount__gte=F("refunded_amount") + F("refunding_amount") + F("charged_back_amount")
                )
                & Q(
                    captured_amount__gte=F("refunded_amount")
                    + F("refunding_amount")
                    + F("withheld_amount")
                    + F("withholding_amount")
                ),
                violation_error_message=_("More would be refunded than was captured."),
            ),
            models.CheckConstraint(
                name="order_amounts_are_not_negative",
                condition=Q(
                    amount__gt=0,
                    authorized_amount__gte=0,
                    capturing_amount__gte=0,
                    captured_amount__gte=0,
                    releasing_amount__gte=0,
                    released_amount__gte=0,
                    refunding_amount__gte=0,
                    refunded_amount__gte=0,
                    charged_back_amount__gte=0,
                    withheld_amount__gte=0,
                    withholding_amount__gte=0,
                ),
                violation_error_message=_("An amount would become negative."),
            ),
            models.CheckConstraint(
                name="pending_order_was_never_authorized",
                condition=Q(status="pending", authorized_at__isnull=True, placed_at__isnull=True)
                | Q(status="cancelled", authorized_at__isnull=True, placed_at__isnull=True)
                | Q(authorized_at__isnull=False, placed_at__isnull=False) & ~Q(status="pending"),
            ),
            models.CheckConstraint(
                name="cancelled_order_has_its_time",
                condition=Q(status="cancelled", cancelled_at__isnull=False)
                | ~Q(status="cancelled") & Q(cancelled_at__isnull=True),
            ),
            models.CheckConstraint(
                name="expired_order_has_its_time",
                condition=Q(status="expired", expired_at__isnull=False)
                | ~Q(status="expired") & Q(expired_at__isnull=True),
            ),
            models.CheckConstraint(
                name="cancelled_or_expired_order_has_no_capture",
                condition=~Q(status__in=["cancelled", "expired"]) | Q(captured_amount=0, capturing_amount=0),
            ),
            models.CheckConstraint(
                name="captured_order_has_a_capture",
                condition=~Q(status__in=["captured", "part_captured"]) | Q(captured_amount__gt=0),
            ),
            models.CheckConstraint(name="order_has_a_recipient", condition=~Q(email="") | ~Q(phone="")),
        ]

    def __str__(self) -> str:
        return f"{self.merchant_reference1} ({self.reference})"

    @property
    def capturable_amount(self) -> int:
        """What is reserved, part of the order, and neither captured, released nor in flight.

        A total that was lowered where the gateway cannot lower limits it too.
        """
        left = self.amount - self.captured_amount - self.capturing_amount
        return min(self.releasable_amount, left)

    @property
    def releasable_amount(self) -> int:
        """What the gateway holds and nobody is taking or letting go of."""
        taken = self.captured_amount + self.capturing_amount + self.released_amount + self.releasing_amount
        return self.authorized_amount - taken

    @property
    def surplus_amount(self) -> int:
        """What is held beyond the order's total: it is released with the last capture."""
        return self.releasable_amount - self.capturable_amount

    @property
    def reserved_amount(self) -> int:
        """What the gateway still holds, whether or not somebody is taking it or letting it go."""
        return self.authorized_amount - self.captured_amount - self.released_amount

    @property
    def refundable_amount(self) -> int:
        """What was captured and neither refunded, charged back, withheld as a fee nor in flight."""
        return self.kept_amount - self.refunding_amount - self.withholding_amount - self.charged_back_amount

    @property
    def kept_amount(self) -> int:
        """What was captured and can still be refunded, or is on its way back."""
        return self.captured_amount - self.refunded_amount - self.withheld_amount

    @property
    def paying_account(self) -> GatewayAccount:
        """The account that authorized, also after the store switched; a placed order has one."""
        if self.gateway_account is None:
            message = f"Order {self.pk} was never authorized."
            raise ValueError(message)
        return self.gateway_account

    @property
    def refused_capture(self) -> str:
        """Why the last capture was refused, or "": when nothing is reserved any more, nobody can try again."""
        return self.capture_problem if self.status in OPEN else ""

    @property
    def in_flight_amount(self) -> int:
        """Money of operations whose outcome is not known yet."""
        return self.capturing_amount + self.releasing_amount + self.refunding_amount

    @property
    def actor_label(self) -> str:
        """The customer as lists name them: name, else e-mail or phone."""
        return self.customer_name or self.email or self.phone

    def move_to(self, status: str) -> None:
        """Change the status; the only writer of it. Raises IllegalMove."""
        check_move(self.status, status)
        self.status = status

    def search_words(self) -> str:
        """What the search looks in, lower case."""
        words: list[Any] = [
            self.id,
            self.reference,
            self.merchant_reference1,
            self.merchant_reference2,
            self.customer_name,
            self.email,
            self.phone,
        ]
        return " ".join(str(word).lower() for word in words if word)
