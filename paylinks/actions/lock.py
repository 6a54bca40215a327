"""Taking rows in the one order: Order, PaymentLink, Attempt."""

from __future__ import annotations

import uuid

from accounts.access import Access
from orders.actions.lock import locked as locked_order
from paylinks.models import PaymentLink


def locked(link_id: uuid.UUID, *, access: Access | None = None) -> PaymentLink:
    """The link with its order, both locked; PaymentLink.DoesNotExist when not in reach."""
    links = PaymentLink.objects.visible_to(access) if access is not None else PaymentLink.objects.all()
    order = locked_order(links.values_list("order_id", flat=True).get(pk=link_id))
    link = PaymentLink.objects.select_for_update(no_key=True, of=("self",)).get(pk=link_id)
    link.order = order
    return link
