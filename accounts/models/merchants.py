"""The organisation, its shops, and copies of their terms."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Merchant(models.Model):
    """The organisation that has an agreement; owns stores, members and settings."""

    name = models.CharField(max_length=100)
    legal_name = models.CharField(max_length=100)
    organisation_number = models.CharField(max_length=40, blank=True)
    street = models.CharField(max_length=100, blank=True)
    postal_code = models.CharField(max_length=10, blank=True)
    city = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2)
    website = models.URLField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    agreement_ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    def has_ended(self, at: datetime) -> bool:
        """The agreement is over: members are Terminated and no link is paid."""
        return self.agreement_ended_at is not None and at >= self.agreement_ended_at


class Store(models.Model):
    """One shop of a merchant, known outside by its store ID (MID)."""

    class TermsState(models.TextChoices):
        """What the last fetch of the terms page found."""

        UNCHECKED = "unchecked", _("Not checked yet")
        REACHABLE = "reachable", _("Reachable")
        UNREACHABLE = "unreachable", _("Not reachable")

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="stores")
    mid = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=100)
    country = models.CharField(max_length=2)
    allowed_currencies = ArrayField(models.CharField(max_length=3))
    is_production = models.BooleanField(default=False)
    terms_url = models.URLField(max_length=500, blank=True)
    terms_state = models.CharField(max_length=12, choices=TermsState, default=TermsState.UNCHECKED)
    terms_checked_at = models.DateTimeField(null=True, blank=True)
    terms_problem = models.CharField(max_length=200, blank=True)
    privacy_url = models.URLField(max_length=500, blank=True)
    support_email = models.EmailField(blank=True)
    default_reference1 = models.CharField(max_length=255, blank=True)
    default_reference2 = models.CharField(max_length=255, blank=True)
    default_tax_rate = models.PositiveIntegerField(default=2500)  # percent x 100
    auto_capture_default = models.BooleanField(default=False)
    logo = models.BinaryField(null=True, blank=True)
    logo_type = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="store_tax_rate_is_at_most_100_percent",
                condition=Q(default_tax_rate__lte=10000),
                violation_error_message=_("A tax rate is at most 100 percent."),
            ),
            models.CheckConstraint(
                name="store_has_a_currency",
                condition=Q(allowed_currencies__len__gte=1),
                violation_error_message=_("A store needs at least one currency."),
            ),
            models.CheckConstraint(
                name="store_terms_are_https",
                condition=Q(terms_url="") | Q(terms_url__startswith="https://"),
                violation_error_message=_("The terms link must begin with https://."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.mid})"

    @property
    def is_test(self) -> bool:
        """A store whose money is not real."""
        return not self.is_production


class TermsCopy(models.Model):
    """The text behind a terms link as it was found, stored once per content."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="terms_copies")
    url = models.URLField(max_length=500)
    digest = models.CharField(max_length=64)
    content_type = models.CharField(max_length=80)
    content = models.TextField()
    fetched_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["store", "url", "digest"], name="terms_content_is_stored_once"),
            models.CheckConstraint(
                name="terms_were_seen_after_they_were_fetched",
                condition=Q(last_seen_at__gte=F("fetched_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.url} {self.digest[:8]}"
