"""A message is a row before it is anything else."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """How a message travels."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")

    @classmethod
    def of(cls, recipient: str) -> Channel:
        """An address with an @ is e-mail, anything else a phone number in E.164."""
        return cls.EMAIL if "@" in recipient else cls.SMS


class Message(models.Model):
    """One e-mail or SMS: whom, what about, and what became of it.

    The text is rendered at delivery by the task named here, so that no secret
    address of a payment link lies in this table.
    """

    class State(models.TextChoices):
        """What became of it."""

        QUEUED = "queued", _("Queued")
        SENDING = "sending", _("Sending")
        SENT = "sent", _("Sent")
        BOUNCED = "bounced", _("Bounced")
        FAILED = "failed", _("Failed")
        DROPPED = "dropped", _("Not sent")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=40)
    subject_id = models.UUIDField(null=True)  # a link, an order: plain, for its owner to read
    order_id = models.UUIDField(null=True)
    merchant_id = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=5, choices=Channel)
    recipient = models.CharField(max_length=254)
    language = models.CharField(max_length=8, default="en")
    task = models.CharField(max_length=80)  # the Celery task that renders and delivers it
    told_task = models.CharField(max_length=80, blank=True)  # told when the message settles
    origin = models.CharField(max_length=8, blank=True)  # who caused it, as an event says it; "" for a sign-in
    actor = models.CharField(max_length=254, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    provider_id = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField()  # due from then on; while sending, the end of the lease
    handed_until = models.DateTimeField(null=True)  # published to a worker: not again before then
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=Q(state__in=["queued", "sending"]), name="message_due"),
            models.Index(fields=["subject_id", "-created_at"], name="message_by_subject"),
            models.Index(fields=["order_id", "-created_at"], name="message_by_order"),
            models.Index(
                fields=["settled_at"],
                condition=Q(settled_at__isnull=False, told_at__isnull=True) & ~Q(told_task=""),
                name="message_untold",
            ),
            models.Index(fields=["provider_id"], condition=~Q(provider_id=""), name="message_by_provider"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="message_is_settled_or_under_way",
                condition=Q(state__in=["queued", "sending"], settled_at__isnull=True)
                | Q(state__in=["sent", "bounced", "failed", "dropped"], settled_at__isnull=False),
            ),
            models.CheckConstraint(
                name="sent_message_has_its_time",
                condition=~Q(state="sent") | Q(sent_at__isnull=False),
            ),
            models.CheckConstraint(
                name="failed_message_says_why",
                condition=~Q(state__in=["failed", "bounced", "dropped"]) | ~Q(error=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient}"
