"""Messages that would have gone out."""

from __future__ import annotations

from collections.abc import Sequence

from common import clock
from sandbox.models import OutboxItem


def put(
    channel: str,
    *,
    to: str,
    text: str,
    subject: str = "",
    html: str = "",
    links: Sequence[str] = (),
    tags: Sequence[str] = (),
    key: str = "",
) -> OutboxItem:
    """Keep one message; a key that was accepted before answers with that one.

    The outbox is an edge, like a provider's server: it looks at the clock itself.
    """
    fields = {
        "channel": channel,
        "to": to[:1000],
        "subject": subject[:500],
        "text": text,
        "html": html,
        "links": list(links),
        "tags": list(tags),
        "created_at": clock.now(),
    }
    if key:
        return OutboxItem.objects.get_or_create(key=key, defaults=fields)[0]
    return OutboxItem.objects.create(**fields)
