"""What became of the message that carries a link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from messaging.models import Message
from paylinks.models import PaymentLink

KIND = "link.invitation"
State = Message.State


@dataclass(frozen=True, slots=True)
class Delivery:
    """State of the newest message, in words; `tone` is bad when somebody has to act."""

    state: str
    words: str
    tone: str = ""
    reason: str = ""


def latest() -> Subquery:
    """State and reason of a link's newest message, as one JSON column of a list."""
    messages = Message.objects.filter(subject_id=OuterRef("pk"), kind=KIND).order_by("-created_at")
    return Subquery(messages.values(found=JSONObject(state="state", error="error"))[:1])


def delivery_of(link: PaymentLink) -> Delivery:
    """The same for one link."""
    messages = Message.objects.filter(subject_id=link.pk, kind=KIND).order_by("-created_at")
    return read(messages.values("state", "error").first())


def read(found: Mapping[str, Any] | None) -> Delivery:
    """Words for what the row says; the reason only where it failed or is tried again."""
    if not found:
        return Delivery("", _("Not sent"))
    state, error = found["state"], found["error"]
    if state == State.SENT:
        return Delivery(state, _("Sent"))
    if state == State.BOUNCED:
        return Delivery(state, _("Bounced"), "bad", error)
    if state == State.FAILED:
        return Delivery(state, _("Not delivered"), "bad", error)
    if state == State.DROPPED:
        return Delivery(state, _("Not sent"), "", error)
    return Delivery(state, _("Queued"), "warn" if error else "", error)
