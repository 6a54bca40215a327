"""Which provider stands behind a store."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Store


class GatewayAccount(models.Model):
    """A store's account at a provider; operations stay with the account that authorized."""

    class Provider(models.TextChoices):
        """Providers this installation can speak to."""

        SANDBOX = "sandbox", _("Sandbox")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="gateway_accounts")
    provider = models.CharField(max_length=16, choices=Provider)
    name = models.CharField(max_length=100)
    config = models.JSONField(default=dict, blank=True)  # never a secret
    is_active = models.BooleanField(default=True)
    is_test = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["store"],
                condition=Q(is_active=True),
                name="store_has_one_active_gateway",
                violation_error_message=_("This store has an active gateway already."),
            ),
            models.CheckConstraint(
                name="sandbox_money_is_test_money",
                condition=~Q(provider="sandbox") | Q(is_test=True),
                violation_error_message=_("The sandbox moves test money only."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.provider})"
