"""What e-mail providers report later: bounces and rejections."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Q

from common import clock
from messaging import actions

_HEX = re.compile("[0-9a-f]{32}")  # as `transport` sends it
_LOST = {"bounced", "rejected", "failed"}


def hear(sender: object, event: Any, **_: object) -> None:
    """Book a message as bounced; anything else a provider tells is not kept."""
    if event.event_type not in _LOST:
        return
    ids = Q(provider_id=event.message_id) if event.message_id else Q()
    key = (event.metadata or {}).get("message", "")
    if isinstance(key, str) and _HEX.fullmatch(key):
        ids |= Q(pk=key)
    if ids:
        reason = event.description or event.mta_response or event.reject_reason or ""
        actions.bounce(ids, str(reason), clock.now())
