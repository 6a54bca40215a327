"""Celery entry points of accounts."""

from __future__ import annotations

import structlog
from celery import shared_task

from accounts import actions, mails, terms
from common import clock
from messaging.actions import deliver

log = structlog.get_logger(__name__)


@shared_task
def deliver_sign_in(message_id: str) -> None:
    """Render and send a sign-in link, if its address belongs to somebody."""
    deliver(message_id, mails.sign_in, clock.now())


@shared_task
def fetch_terms(store_id: int) -> None:
    """Fetch the text behind a store's terms link."""
    terms.refresh(store_id, clock.now())


@shared_task
def sweep_terms() -> None:
    """Fetch what was never fetched, is a day old, or failed an hour ago."""
    for store_id in terms.due(clock.now()):
        try:
            terms.refresh(store_id, clock.now())
        except Exception:  # one store must not keep the others from their turn
            log.exception("terms.failed", store=store_id)


@shared_task
def tidy() -> None:
    """Forget old sign-in links."""
    actions.tidy(at=clock.now())
