"""What beat starts, and how often. Every entry names a task that exists (tested).

Sweeps are short and idempotent: they re-drive rows that stand still.
"""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab

from portal import environment


def every(seconds: float, task: str) -> dict[str, Any]:
    """An entry that expires before its successor, so that a late worker does not pile up."""
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


def hourly(minute: int, task: str) -> dict[str, Any]:
    """An entry by the clock: a beat that is started anew every day does not put it off."""
    return {"task": task, "schedule": crontab(minute=str(minute)), "options": {"expires": 3600}}


CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "heartbeat": every(15, "portal.tasks.heartbeat"),
    "messages": every(20, "messaging.tasks.sweep"),
    "terms": every(600, "accounts.tasks.sweep_terms"),
    "sign-in links": hourly(40, "accounts.tasks.tidy"),
    "operations": every(10, "orders.tasks.sweep_operations"),
    "unclaimed payments": every(15, "orders.tasks.sweep_unclaimed"),
    "authorizations": every(60, "orders.tasks.expire_due_authorizations"),
    "audit": hourly(10, "orders.tasks.audit_changed"),  # once a night, from 03:10 on: orders.nightly
    "attempts": every(15, "paylinks.tasks.sweep_attempts"),
    "links": every(30, "paylinks.tasks.expire_due_links"),
    "agreements": every(300, "paylinks.tasks.close_links_of_ended_agreements"),
    "documents": every(20, "documents.tasks.sweep_documents"),
    "request log": every(3600, "developers.tasks.prune_logs"),
    "outdated documents": every(3600, "documents.tasks.forget_outdated"),
}
if environment.load().sandbox:
    CELERY_BEAT_SCHEDULE["sandbox webhooks"] = every(5, "sandbox.tasks.deliver_webhooks")
