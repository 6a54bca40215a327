"""One call to or from a gateway, kept without what nobody may read."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Func, Q, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Left
from django.utils.translation import gettext_lazy as _

from accounts.reach import InReach


class Direction(models.TextChoices):
    """Who called whom."""

    OUT = "out", _("We called the gateway")
    IN = "in", _("The gateway called us")


class Action(models.TextChoices):
    """What a call was for."""

    BEGIN = "begin", _("Begin payment")
    FETCH = "fetch", _("Ask about payment")
    CLOSE = "close", _("Close payment session")
    CAPTURE = "capture", _("Capture")
    REFUND = "refund", _("Refund")
    VOID = "void", _("Release authorization")
    RELEASE = "release", _("Release remaining")
    EXTEND = "extend", _("Extend authorization")
    UPDATE = "update", _("Change authorization")
    LOOKUP = "lookup", _("Ask what became of it")
    CHECK = "check", _("Check account")
    WEBHOOK = "webhook", _("Webhook")


class Problem(models.TextChoices):
    """Why there is no answer."""

    NOT_SENT = "not_sent", _("No connection: nothing was sent")
    TIMEOUT = "timeout", _("No answer in time")
    BROKEN = "broken", _("The connection broke off")


class RequestLogQuerySet(InReach["RequestLog"]):
    """Reading the log."""

    def about(self, subjects: Collection[uuid.UUID]) -> Self:
        """Calls about these operations, or these attempts of customers to pay."""
        return self.filter(Q(operation_id__in=subjects) | Q(attempt_id__in=subjects))

    def beginnings(self, most: int) -> Self:
        """With `request_start` and `response_start` in place of messages whose bodies may be a megabyte."""
        starts = {f"{half}_start": _start(half, most) for half in ("request", "response")}
        return self.defer("request", "response").annotate(**starts)


def _start(half: str, most: int) -> Func:
    body = Func(Left(KeyTextTransform("body", half), most), function="to_jsonb")
    way = Value(["body"], output_field=ArrayField(models.TextField()))
    return Func(half, way, body, function="jsonb_set", output_field=models.JSONField())


class RequestLog(models.Model):
    """Written before the call and completed after it: what was sent stays, whatever dies in between.

    `request` and `response` are messages as `redaction.message` makes them. Orders and
    their operations lie above this app, so their IDs are plain.
    """

    at = models.DateTimeField()
    direction = models.CharField(max_length=3, choices=Direction)
    action = models.CharField(max_length=8, choices=Action)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=500)
    status_code = models.PositiveSmallIntegerField(null=True)  # none: no answer, or none yet
    problem = models.CharField(max_length=8, choices=Problem, blank=True)
    duration_ms = models.PositiveIntegerField(null=True)
    provider = models.CharField(max_length=16)
    account_id = models.UUIDField()
    merchant_id = models.BigIntegerField()
    store_id = models.BigIntegerField()
    order_id = models.UUIDField(null=True)
    operation_id = models.UUIDField(null=True)
    attempt_id = models.UUIDField(null=True)
    correlation_id = models.CharField(max_length=64, blank=True)
    request = models.JSONField()
    response = models.JSONField(null=True)

    objects = RequestLogQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["order_id", "at"], condition=Q(order_id__isnull=False), name="log_by_order"),
            models.Index(fields=["operation_id"], condition=Q(operation_id__isnull=False), name="log_by_operation"),
            models.Index(fields=["attempt_id"], condition=Q(attempt_id__isnull=False), name="log_by_attempt"),
            # rows come in the order of their times, so pruning finds the old ones by their place
            BrinIndex(fields=["at"], name="log_by_time", autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.method} {self.path}"
