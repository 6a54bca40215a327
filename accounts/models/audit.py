"""What people changed that is not an order."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models.merchants import Merchant, Store
from common.actor import Origin


class AuditEntry(models.Model):
    """One change of settings, members or access; append-only by trigger."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, null=True, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=60)
    origin = models.CharField(max_length=8, choices=Origin)
    actor = models.CharField(max_length=254, blank=True)
    user_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["merchant", "-at"], name="audit_by_merchant")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
