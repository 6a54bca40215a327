"""What beat starts, and how often. Every entry names a task that exists (tested).

Sweeps are short and idempotent: they re-drive rows that stand still.
"""

from __future__ import annotations

from typing import Any

from portal import environment


def every(seconds: float, task: str) -> dict[str, Any]:
    """An entry that expires before its successor, so that a late worker does not pile up."""
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "heartbeat": every(15, "portal.tasks.heartbeat"),
    "messages": every(20, "messaging.tasks.sweep"),
    "terms": every(600, "accounts.tasks.sweep_terms"),
    "sign-in links": every(24 * 3600, "accounts.tasks.tidy"),
    "operations": every(10, "orders.tasks.sweep_operations"),
    "unclaimed payments": every(15, "orders.tasks.sweep_unclaimed"),
    "authorizations": every(60, "orders.tasks.expire_due_authorizations"),
    "audit": every(24 * 3600, "orders.tasks.audit_changed"),
    "attempts": every(15, "paylinks.tasks.sweep_attempts"),
    "links": every(30, "paylinks.tasks.expire_due_links"),
    "agreements": every(300, "paylinks.tasks.close_links_of_ended_agreements"),
    "documents": every(20, "documents.tasks.sweep_documents"),
    "request log": every(3600, "developers.tasks.prune_logs"),
    "outdated documents": every(3600, "documents.tasks.forget_outdated"),
}
if environment.load().sandbox:
    CELERY_BEAT_SCHEDULE["sandbox webhooks"] = every(5, "sandbox.tasks.deliver_webhooks")
