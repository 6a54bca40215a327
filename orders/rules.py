"""What is possible with an order now, and why not. Screens, actions and API all ask here."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _

from accounts.access import Access
from accounts.roles import Permission, who_can_grant
from common.errors import Obstacle
from orders.abilities import method_of, not_releasable
from orders.closed import captured_lines_words, captured_words, closed_words, expired_words
from orders.models import Kind, Operation, Order
from orders.models.operations import IN_FLIGHT
from orders.people.fields import CUSTOMER, REFERENCES, customer_locks, reference_locks
from orders.states import OPEN, Status


class Verb(StrEnum):
    """What can be done to an order. Grows with the screens."""

    CAPTURE = "capture"
    REFUND = "refund"
    CANCEL = "cancel"
    RELEASE = "release"
    EXTEND = "extend"
    UNWIND = "unwind"
    WITHDRAW = "withdraw"
    AMEND = "amend"
    EDIT_LINES = "edit_lines"
    EDIT_REFERENCES = "edit_references"
    EDIT_CUSTOMER = "edit_customer"
    DUPLICATE = "duplicate"
    SYNC = "sync"
    DISMISS = "dismiss"
    SLIP = "slip"


PERMISSION: dict[Verb, Permission] = {
    Verb.CAPTURE: Permission.ORDERS_CAPTURE,
    Verb.REFUND: Permission.ORDERS_REFUND,
    Verb.CANCEL: Permission.ORDERS_CANCEL,
    Verb.RELEASE: Permission.ORDERS_RELEASE,
    Verb.EXTEND: Permission.ORDERS_EXTEND,
    Verb.UNWIND: Permission.ORDERS_CANCEL,
    Verb.WITHDRAW: Permission.ORDERS_CANCEL,
    Verb.AMEND: Permission.LINKS_CREATE,
    Verb.EDIT_LINES: Permission.ORDERS_EDIT,
    Verb.EDIT_REFERENCES: Permission.ORDERS_EDIT,
    Verb.EDIT_CUSTOMER: Permission.ORDERS_EDIT,
    Verb.DUPLICATE: Permission.LINKS_CREATE,
    Verb.SYNC: Permission.ORDERS_CAPTURE,  # who may take money may ask where it is
    Verb.DISMISS: Permission.ORDERS_CAPTURE,
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


def _held_obstacle(order: Order, at: datetime) -> Obstacle | None:
    """Why nothing is reserved that could be moved, or promised otherwise, at `at`."""
    if order.status not in OPEN:
        return Obstacle("not_authorized", closed_words(order))
    if order.is_under_review:
        return Obstacle("under_review", _("The payment is under review until the gateway has decided."))
    if order.authorization_expires_at is not None and at >= order.authorization_expires_at:
        return Obstacle("authorization_expired", expired_words())
    return None


def _reserved_obstacle(order: Order, at: datetime, left: int) -> Obstacle | None:
    """Why the `left` that is reserved cannot be moved at `at`: shared by capture, release and extension."""
    found = _held_obstacle(order, at)
    if found is not None or left > 0:
        return found
    if order.capturing_amount or order.releasing_amount:
        return _in_flight()
    return Obstacle("nothing_left", captured_words(order))


def _in_flight() -> Obstacle:
    words = _("We do not know yet what became of the last operation. We keep asking the gateway.")
    return Obstacle("in_flight", words)


def _adjusting() -> Obstacle:
    words = _("We do not know yet what became of the change of the total. We keep asking the gateway.")
    return Obstacle("in_flight", words)


def capture_obstacle(order: Order, at: datetime) -> Obstacle | None:
    """Why nothing can be captured at `at`."""
    found = _reserved_obstacle(order, at, order.capturable_amount)
    if found is None and order.adjusting_amount:
        return _adjusting()
    if found is None and order.releasing_amount:
        return _in_flight()
    return found


def edit_lines_obstacle(order: Order, at: datetime) -> Obstacle | None:
    """Why lines and discounts cannot be edited: what is reserved must be known, and captured lines stay.

    A capture in flight counts as captured; it does not stand in the way.
    """
    if order.status == Status.PENDING:
        words = _("The customer has not paid yet: amend the order and send it again instead.")
        return Obstacle("not_authorized", words)
    if order.status == Status.CAPTURED:
        return Obstacle("not_authorized", captured_lines_words(order))
    found = _held_obstacle(order, at)
    if found is not None:
        return found
    if order.adjusting_amount:
        return _adjusting()
    return _in_flight() if order.releasing_amount else None


def refund_obstacle(order: Order, _at: datetime) -> Obstacle | None:
    """Why nothing can be refunded: only captured money can, and in-flight refunds count."""
    if order.refundable_amount > 0:
        return None
    if order.captured_amount == 0:
        return Obstacle("nothing_captured", _("Nothing has been captured that could be refunded."))
    if order.refunding_amount:
        return _in_flight()
    if order.charged_back_amount:
        return Obstacle("disputed", _("What is left is held by a dispute, and cannot be refunded."))
    return Obstacle("all_refunded", _("Nothing is left to refund."))


def cancel_obstacle(order: Order, at: datetime) -> Obstacle | None:
    """Why the order cannot be cancelled: nothing may be captured, or be on the way."""
    if order.captured_amount:
        return Obstacle("has_captures", _("Already captured: release what is left and refund instead."))
    if order.status != Status.AUTHORIZED:
        return Obstacle("cancel_not_allowed", closed_words(order))
    if order.adjusting_amount:
        return _adjusting()
    if order.in_flight_amount:
        return _in_flight()
    if order.authorization_expires_at is not None and at >= order.authorization_expires_at:
        return Obstacle("authorization_expired", expired_words())
    return None


def ending(order: Order) -> Verb:
    """How *Cancel order* ends this order: unpaid with its link, untouched by a void, captured by refunds."""
    if order.status == Status.PENDING:
        return Verb.WITHDRAW
    return Verb.UNWIND if order.captured_amount else Verb.CANCEL


def pending_obstacle(order: Order, _at: datetime) -> Obstacle | None:
    """Why an order is not changed by a new version, or ended together with its link: only one never paid is."""
    if order.status == Status.PENDING:
        return None
    return Obstacle("not_pending", _("The order is not waiting to be paid."))


def unwind_obstacle(order: Order, at: datetime) -> Obstacle | None:
    """Why an order with captures cannot be ended by releasing the rest and refunding every capture."""
    if not order.captured_amount:
        return Obstacle("nothing_captured", _("Nothing has been captured yet: cancel the order instead."))
    if order.adjusting_amount:
        return _adjusting()
    if order.in_flight_amount:
        return _in_flight()
    if release_obstacle(order, at) is None:
        return None
    return refund_obstacle(order, at)


def release_obstacle(order: Order, at: datetime) -> Obstacle | None:
    """Why nothing can be released: it needs a capture and something left of it."""
    if order.status == Status.AUTHORIZED:
        return Obstacle("nothing_captured", _("Nothing has been captured yet: cancel the order instead."))
    found = _reserved_obstacle(order, at, order.releasable_amount)
    if found is None and order.adjusting_amount:
        return _adjusting()
    if found is None and (order.capturing_amount or order.releasing_amount):
        return _in_flight()
    if found is None and not (method := method_of(order)).capabilities.release_remaining:
        return Obstacle("not_releasable", not_releasable(method))
    return found


def extend_obstacle(order: Order, at: datetime) -> Obstacle | None:
    """Why the authorization cannot be extended: the method must allow it and the end must move.

    The new end is at most 28 days from now and 90 days from the authorization.
    A capture or refund nobody knows the end of does not stand in the way.
    """
    found = _reserved_obstacle(order, at, order.reserved_amount)
    if found is not None:
        return found
    if order.releasing_amount or _is_extending(order):
        return _in_flight()
    method = method_of(order)
    if not method.capabilities.extend:
        words = _("%(method)s does not let an authorization be extended.")
        return Obstacle("not_extendable", words % {"method": method.name})
    if extended_until(order, at) <= (order.authorization_expires_at or at):
        return Obstacle("at_its_limit", _("The authorization cannot be extended further: 90 days is the limit."))
    return None


def _is_extending(order: Order) -> bool:
    """Whether another extension is on its way; it holds no sum. Asked of the database unless a list did."""
    known: bool | None = getattr(order, "is_extending", None)
    if known is not None:
        return known
    return Operation.objects.filter(order=order, kind=Kind.EXTEND, state__in=sorted(IN_FLIGHT)).exists()


def extended_until(order: Order, at: datetime) -> datetime:
    """The end an extension asks for: 28 days from now, at most 90 days after the authorization."""
    latest = (order.authorized_at or at) + timedelta(days=90)
    return min(at + timedelta(days=28), latest)


def references_obstacle(order: Order, at: datetime) -> Obstacle | None:
    """Why neither merchant reference can be edited; `reference_locks` says it for each."""
    locks = reference_locks(order, at)
    return Obstacle("not_editable", next(iter(locks.values()))) if len(locks) == len(REFERENCES) else None


def customer_obstacle(order: Order, at: datetime) -> Obstacle | None:
    """Why nothing of the customer can be edited; `customer_locks` says it for each field."""
    locks = customer_locks(order, at)
    return Obstacle("not_editable", next(iter(locks.values()))) if len(locks) == len(CUSTOMER) else None


def duplicate_obstacle(_order: Order, _at: datetime) -> Obstacle | None:
    """Nothing: an order of any status can be duplicated."""
    return None


def sync_obstacle(order: Order, _at: datetime) -> Obstacle | None:
    """Why the gateway cannot be asked: it knows of an order when a customer has paid."""
    if order.session_reference:
        return None
    return Obstacle("never_paid", _("Nobody has paid yet, so there is nothing to ask the gateway for."))


def dismiss_obstacle(_order: Order, _at: datetime) -> Obstacle | None:
    """Nothing: a notice can always be put away by who has seen to it."""
    return None


def slip_obstacle(order: Order, _at: datetime) -> Obstacle | None:
    """Why there is no packing slip: only captured goods are packed."""
    if order.captured_amount > 0:
        return None
    return Obstacle("nothing_captured", _("A packing slip is made when something has been captured."))


_CHECKS = {
    Verb.CAPTURE: capture_obstacle,
    Verb.REFUND: refund_obstacle,
    Verb.CANCEL: cancel_obstacle,
    Verb.RELEASE: release_obstacle,
    Verb.EXTEND: extend_obstacle,
    Verb.UNWIND: unwind_obstacle,
    Verb.WITHDRAW: pending_obstacle,
    Verb.AMEND: pending_obstacle,
    Verb.EDIT_LINES: edit_lines_obstacle,
    Verb.EDIT_REFERENCES: references_obstacle,
    Verb.EDIT_CUSTOMER: customer_obstacle,
    Verb.DUPLICATE: duplicate_obstacle,
    Verb.SYNC: sync_obstacle,
    Verb.DISMISS: dismiss_obstacle,
    Verb.SLIP: slip_obstacle,
}
