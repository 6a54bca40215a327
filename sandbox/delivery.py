"""Sending what is due, signed, with no transaction open."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import httpx

from common import clock
from common.http import client
from common.standard_webhooks import sign
from sandbox import keys
from sandbox.actions import webhooks
from sandbox.models import Webhook

_TIMEOUT = httpx.Timeout(10, connect=2)
_MOST_PER_RUN = 500  # a run ends some day; the next beat goes on


def deliver_due() -> int:
    """Send every due webhook, oldest first; how many were tried."""
    tried = 0
    with client(_TIMEOUT) as http:
        while tried < _MOST_PER_RUN and (rows := webhooks.claim(clock.now())):
            for row in rows:
                _deliver(http, row)
            tried += len(rows)
    return tried


def _deliver(http: httpx.Client, row: Webhook) -> None:
    body = json.dumps(row.payload, separators=(",", ":")).encode()
    secret = keys.webhook_secret(row.session.account)
    # real time on purpose: it proves freshness on the wire, and a moved clock is business time
    headers = sign(secret, webhooks.event_key(row.event), datetime.now(UTC), body)
    try:
        answer = http.post(row.to, content=body, headers={**headers, "content-type": "application/json"})
        is_taken, words = answer.is_success, str(answer.status_code)
    except httpx.HTTPError as error:
        is_taken, words = False, type(error).__name__
    webhooks.answered(row, is_taken=is_taken, words=words, at=clock.now())
