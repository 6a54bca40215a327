"""What the tester sets, what merchants are told, and mail that stays here."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sandbox.models.books import Session


class Webhook(models.Model):
    """One thing a merchant is to be told, written down before it is sent."""

    class State(models.TextChoices):
        """How the telling went."""

        QUEUED = "queued", _("Queued")
        SENT = "sent", _("Delivered")
        FAILED = "failed", _("Given up")
        WITHHELD = "withheld", _("Withheld")

    event = models.UUIDField(default=uuid.uuid4)  # the same over retries and repeats
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="webhooks")
    kind = models.CharField(max_length=20)
    to = models.CharField(max_length=2000)
    payload = models.JSONField(encoder=DjangoJSONEncoder)
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_answer = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["next_at"], condition=Q(state="queued"), name="sandbox_webhook_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class Control(models.Model):
    """The tester's one panel: how far the clock is moved and how webhooks behave."""

    class Webhooks(models.TextChoices):
        """How the provider tells."""

        NORMAL = "normal", _("Once, at once")
        TWICE = "twice", _("Everything twice")
        OUT_OF_ORDER = "out_of_order", _("Out of order")
        NEVER = "never", _("Never")

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    clock_offset_seconds = models.BigIntegerField(default=0)
    webhooks = models.CharField(max_length=12, choices=Webhooks, default=Webhooks.NORMAL)
    sums_only = models.BooleanField(default=False)  # tell what was moved in all, and no single movement

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(name="sandbox_has_one_panel", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"{self.clock_offset_seconds} s, webhooks {self.webhooks}"


class Behaviour(models.Model):
    """How operations are answered: for everybody, one account, or keys with one beginning."""

    class Kind(models.TextChoices):
        """What goes wrong, or does not."""

        SUCCEED = "succeed", _("Succeed")
        DECLINE = "decline", _("Decline")
        TIMEOUT_BEFORE = "timeout_before", _("Time out, nothing done")
        TIMEOUT_AFTER = "timeout_after", _("Time out, but done")
        LATE = "late", _("Answer later: succeeded")
        LATE_DECLINE = "late_decline", _("Answer later: declined")
        ERROR = "error", _("Internal error (500)")

    kind = models.CharField(max_length=16, choices=Kind)
    account = models.UUIDField(null=True, blank=True)
    key_prefix = models.CharField(max_length=100, blank=True)
    times_left = models.PositiveIntegerField(null=True, blank=True)  # empty: until changed
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "key_prefix"],
                nulls_distinct=False,
                name="sandbox_one_behaviour_per_scope",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key_prefix}"


class OutboxItem(models.Model):
    """An e-mail or SMS that would have gone out."""

    class Channel(models.TextChoices):
        """How it would have travelled."""

        EMAIL = "email", _("E-mail")
        SMS = "sms", _("SMS")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    channel = models.CharField(max_length=5, choices=Channel)
    to = models.CharField(max_length=1000)
    subject = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    links = models.JSONField(default=list)
    tags = models.JSONField(default=list)
    key = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        indexes: ClassVar = [models.Index(fields=["-created_at"], name="sandbox_outbox_latest")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="sandbox_message_is_accepted_once")
        ]

    def __str__(self) -> str:
        return f"{self.channel} to {self.to}"
