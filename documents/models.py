"""Files made in the background, and the job that makes each."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Document(models.Model):
    """One file about one subject; `fingerprint` says what it shows, so a change is noticed."""

    class State(models.TextChoices):
        """Progress of the job."""

        QUEUED = "queued", _("Waiting")
        RENDERING = "rendering", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    merchant_id = models.BigIntegerField()
    task = models.CharField(max_length=80)  # the Celery task that makes it
    fingerprint = models.CharField(max_length=64)
    filename = models.CharField(max_length=120)
    content_type = models.CharField(max_length=80)
    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    size = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "subject_id", "fingerprint"], name="document_is_made_once"),
            models.CheckConstraint(
                name="ready_document_has_its_time",
                condition=~Q(state="ready") | Q(ready_at__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=Q(state__in=["queued", "rendering"]), name="document_due"),
        ]

    def __str__(self) -> str:
        return self.filename


class Content(models.Model):
    """The bytes of a document, apart so that lists never read them."""

    document = models.OneToOneField(Document, on_delete=models.CASCADE, primary_key=True, related_name="content")
    body = models.BinaryField()

    def __str__(self) -> str:
        return str(self.document_id)
