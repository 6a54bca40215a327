"""What is possible with an order now, and why not. Screens, actions and API all ask here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from accounts.access import Access
from accounts.roles import Permission, who_can_grant
from common.errors import Obstacle
from orders.models import Order
from orders.states import OPEN, Status


class Verb(StrEnum):
    """What can be done to an order. Grows with the screens."""

    CAPTURE = "capture"
    SLIP = "slip"


PERMISSION: dict[Verb, Permission] = {
    Verb.CAPTURE: Permission.ORDERS_CAPTURE,
    Verb.SLIP: Permission.ORDERS_VIEW,
}


def may(verb: Verb, order: Order, access: Access) -> bool:
    """Whether the role includes the verb: without it the control is hidden."""
    return access.can(PERMISSION[verb], order.store_id)


def obstacle(order: Order, verb: Verb, access: Access | None, at: datetime) -> Obstacle | None:
    """Why `verb` is not possible at `at`, or None.

    `access` is None for the system's own work (auto capture, sweeps). Role
    hides, status disables with the reason (decisions, section 3).
    """
    if access is not None and not may(verb, order, access):
        return Obstacle("permission_denied", _("Your role does not include this."), who_can_grant())
    return _CHECKS[verb](order, at)


def capture_obstacle(order: Order, at: datetime) -> Obstacle | None:
    """Why nothing can be captured at `at`."""
    if order.status not in OPEN:
        return Obstacle("capture_not_allowed", _CAPTURE_WORDS[order.status]())
    if order.is_under_review:
        return Obstacle(
            "under_review", _("The payment is under review. It can be captured when the gateway has decided.")
        )
    if order.capturing_amount or order.releasing_amount:
        return Obstacle(
            "in_flight", _("We do not know yet what became of the last operation. We keep asking the gateway.")
        )
    if order.authorization_expires_at is not None and at >= order.authorization_expires_at:
        return Obstacle("authorization_expired", _("The authorization has expired, so nothing can be captured."))
    if order.capturable_amount <= 0:
        return Obstacle("nothing_left", _("Everything has been captured."))
    return None


_CAPTURE_WORDS: dict[str, Callable[[], str]] = {
    Status.PENDING: lambda: _("The customer has not paid yet."),
    Status.CAPTURED: lambda: _("Everything has been captured."),
    Status.CANCELLED: lambda: _("The order was cancelled."),
    Status.EXPIRED: lambda: _("The authorization has expired, so nothing can be captured."),
}


def slip_obstacle(order: Order, _at: datetime) -> Obstacle | None:
    """Why there is no packing slip: only captured goods are packed."""
    if order.captured_amount > 0:
        return None
    return Obstacle("nothing_captured", _("A packing slip is made when something has been captured."))


_CHECKS = {Verb.CAPTURE: capture_obstacle, Verb.SLIP: slip_obstacle}
