"""Celery entry points that belong to no app."""

from __future__ import annotations

from celery import shared_task

from portal import health


@shared_task
def heartbeat() -> None:
    """Show the readiness probe that beat and a worker are both alive."""
    health.beat()
