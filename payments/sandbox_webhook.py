"""Webhooks of the sandbox: the signature first, then the words."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping

from django.utils.translation import gettext as _

from common.standard_webhooks import SignatureError, verify
from payments.gateway import BadSignature, GatewayUnavailable, WebhookEvent
from payments.sandbox_client import webhook_secret
from payments.sandbox_reading import snapshot


def read(account: uuid.UUID, headers: Mapping[str, str], raw: bytes) -> tuple[WebhookEvent, ...]:
    """The events in a signed body; kinds we do not know are none. Raises BadSignature."""
    try:
        event_id = verify([webhook_secret(account)], headers, raw)
    except SignatureError as error:
        words = _("The signature of this webhook cannot be trusted.")
        raise BadSignature(words) from error
    return _events(event_id, raw)


def _events(event_id: str, raw: bytes) -> tuple[WebhookEvent, ...]:
    try:
        payload = json.loads(raw)
        kind, data = payload["type"], payload["data"]
        known = snapshot(data["session"])
        key = str(data.get("key", ""))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise GatewayUnavailable(_("The gateway's webhook cannot be read.")) from error
    if kind not in ("session.updated", "operation.updated"):
        return ()
    return (
        WebhookEvent(
            id=event_id,
            kind=kind,
            session_reference=known.session_reference,
            payment_reference=known.payment_reference,
            our_reference=known.our_reference,
            key=key,
            snapshot=known,
        ),
    )
