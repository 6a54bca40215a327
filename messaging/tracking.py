"""What e-mail providers report later: bounces and rejections."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from common import clock
from messaging import actions

_LOST = {"bounced", "rejected", "failed"}


def hear(sender: object, event: Any, **_: object) -> None:
    """Book a message as bounced; anything else a provider tells is not kept."""
    if event.event_type not in _LOST:
        return
    ids = Q(provider_id=event.message_id) if event.message_id else Q()
    key = (event.metadata or {}).get("message", "")
    if len(key) == 32 and key.isalnum():  # noqa: PLR2004 - a UUID in hex
        ids |= Q(pk=key)
    if ids:
        reason = event.description or event.mta_response or event.reject_reason or ""
        actions.bounce(ids, str(reason), clock.now())
