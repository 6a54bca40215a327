"""An agreement that ended closes the open links of its merchant."""

from __future__ import annotations

from datetime import datetime

import structlog

from accounts.models import Merchant
from common.actor import Actor
from common.errors import DomainError
from paylinks.actions.cancel import cancel_link
from paylinks.models import PaymentLink
from paylinks.models.links import OPEN_STATUSES

log = structlog.get_logger(__name__)

BATCH = 200


def close_links_of_ended_agreements(at: datetime) -> int:
    """Cancel open links of merchants whose agreement is over; answers how many.

    A running attempt is closed at the gateway first, as when staff cancel; one
    that cannot be closed now is tried again by the next run.
    """
    ended = list(Merchant.objects.filter(agreement_ended_at__lte=at).values_list("pk", flat=True))
    if not ended:
        return 0
    links = PaymentLink.objects.filter(merchant_id__in=ended, status__in=OPEN_STATUSES, expires_at__gt=at)
    closed = 0
    for link_id in list(links.order_by("expires_at").values_list("pk", flat=True)[:BATCH]):
        try:
            cancel_link(link_id, access=None, by=Actor.system(), at=at)
            closed += 1
        except DomainError as error:
            log.warning("agreement.link_stays", link=str(link_id), code=error.code)
    return closed
