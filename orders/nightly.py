"""Every night: what changed since the last run, compared with operations, timeline and gateway."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from django.db.models import Q, QuerySet

from common.actor import Actor
from orders.actions.audits import advance_run, open_run
from orders.actions.report import report_differences
from orders.audit import NO_ANSWER, Difference, audit_orders, changed_since
from orders.audit.unclaimed import audit_unclaimed
from orders.models import Alert, AuditRun, Order

log = structlog.get_logger(__name__)

ORDERS_PER_BATCH = 100  # then the next task goes on: others need the worker too
# an order's time of change is taken when its request begins: who commits later than that is not missed
_MARGIN = timedelta(minutes=10)
_ZONE = ZoneInfo("Europe/Stockholm")  # the clock settlements close by
_HOUR, _MINUTE = 3, 10  # nobody sells then, and it is no hour that summer time skips or repeats


def night_before(at: datetime) -> datetime:
    """When the last night's run became due."""
    local = at.astimezone(_ZONE)
    night = local.replace(hour=_HOUR, minute=_MINUTE, second=0, microsecond=0)
    return night if night <= local else night - timedelta(days=1)


def audit_batch(at: datetime) -> bool:
    """Audit the next orders of the night's run, if it is not done; True when there is more to do.

    A night is due from 03:10 until it was run: whoever was away then makes up for it.

    What differs is logged, told on the order's timeline and put before a
    person; nothing is repaired. An order whose gateway does not answer is
    looked at again in the next run.
    """
    run = open_run(at, night=night_before(at))
    if run is None:
        return False
    found = list(audit_orders(_due(run), asks_gateway=True, after=run.last_id, most=ORDERS_PER_BATCH))
    unanswered = [order_id for order_id, wrong in found if any(each.what == NO_ANSWER for each in wrong)]
    told = Alert.objects.filter(order__in=[order_id for order_id, _wrong in found], kind=Alert.Kind.DIFFERENCE)
    told_before = set(told.values_list("order_id", flat=True))
    for order_id, wrong in found:
        _log(wrong)
        if order_id not in unanswered and (wrong or order_id in told_before):
            report_differences(order_id, wrong, by=Actor.system(), at=at)
    differences = sum(len(wrong) for _order_id, wrong in found)
    ids = [order_id for order_id, _wrong in found]
    if not advance_run(run, ids, differences=differences, unanswered=unanswered, at=at):
        return False
    if ids:
        return True
    _log(list(audit_unclaimed(at, asks_gateway=True)))
    log.info("audit.done", orders=run.orders, differences=run.differences, unanswered=len(run.unanswered))
    return run.started_at < night_before(at)  # it was taken up again: a night was missed


def _due(run: AuditRun) -> QuerySet[Order]:
    """What changed, whom the gateway did not answer for, and what still differs."""
    if run.since is None:
        return changed_since(None)
    differing = Alert.objects.filter(kind=Alert.Kind.DIFFERENCE, closed_at=None).values("order_id")
    return changed_since(run.since - _MARGIN) | Order.objects.filter(Q(pk__in=run.again) | Q(pk__in=differing))


def _log(wrong: list[Difference]) -> None:
    for each in wrong:
        log.error(
            "audit.difference", order=str(each.order_id), what=each.what, expected=each.expected, found=each.found
        )
