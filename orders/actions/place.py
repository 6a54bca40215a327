"""An order becomes real: authorized, or under review, once."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from common.actor import Actor
from orders.actions.repeats import find_repeats
from orders.models import Kind, Line, Operation, OperationLine, Order, State
from orders.states import Status
from orders.timeline import What, record
from payments.models import GatewayAccount

PLACED_FIELDS = (
    "status", "placed_at", "authorized_at", "authorization_expires_at", "authorized_amount",
    "gateway_account", "session_reference", "payment_reference", "payment_method", "payment_label",
    "is_under_review", "is_charged_at_once", "customer_name", "email", "phone", "language",
    "delivery_address", "billing_address", "search_text",
)  # fmt: skip


_KEY = "authorize-"


@dataclass(frozen=True, slots=True)
class Authorization:
    """What the gateway reserved, checked against the attempt by the caller."""

    account: GatewayAccount
    attempt_id: str
    session_reference: str
    payment_reference: str
    method: str
    label: str
    authorized_at: datetime
    expires_at: datetime | None
    is_under_review: bool = False
    is_charged_at_once: bool = False
    customer_name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    delivery_address: dict[str, Any] = field(default_factory=dict)
    billing_address: dict[str, Any] = field(default_factory=dict)


def authorize_order(order: Order, authorization: Authorization, *, by: Actor, at: datetime) -> Operation:
    """Place a locked pending order with the money the gateway reserved for it.

    The caller holds the order's lock and has compared attempt, account, amount
    and currency. A method that charges at once books the full capture too.
    """
    order.move_to(Status.AUTHORIZED)
    order.placed_at = at
    order.authorized_at = authorization.authorized_at
    order.authorization_expires_at = authorization.expires_at
    order.authorized_amount = order.amount
    _take_over(order, authorization)
    order.save(update_fields=PLACED_FIELDS)
    operation = _book_authorization(order, authorization, by=by, at=at)
    record(order, What.ORDER_PLACED, by=Actor.customer(), at=at, amount=order.amount)
    what = What.ORDER_UNDER_REVIEW if order.is_under_review else What.ORDER_AUTHORIZED
    record(order, what, by=by, at=at, amount=order.amount, operation=operation, data={"label": order.payment_label})
    if authorization.is_charged_at_once and not authorization.is_under_review:
        book_charge(order, by=by, at=at)
    find_repeats(order, at=at)
    return operation


def _take_over(order: Order, authorization: Authorization) -> None:
    """What the customer typed or the gateway told becomes the order's."""
    order.gateway_account = authorization.account
    order.session_reference = authorization.session_reference
    order.payment_reference = authorization.payment_reference
    order.payment_method = authorization.method
    order.payment_label = authorization.label[:80]
    order.is_under_review = authorization.is_under_review
    order.is_charged_at_once = authorization.is_charged_at_once
    order.customer_name = authorization.customer_name or order.customer_name
    order.email = authorization.email or order.email
    order.phone = authorization.phone or order.phone
    order.language = authorization.language or order.language
    order.delivery_address = authorization.delivery_address
    order.billing_address = authorization.billing_address or authorization.delivery_address
    order.search_text = order.search_words()


def _book_authorization(order: Order, authorization: Authorization, *, by: Actor, at: datetime) -> Operation:
    return Operation.objects.create(
        order=order,
        kind=Kind.AUTHORIZE,
        state=State.PENDING if authorization.is_under_review else State.SUCCEEDED,
        amount=order.amount,
        currency=order.currency,
        key=_KEY + authorization.attempt_id,
        gateway_account=authorization.account,
        payment_reference=authorization.payment_reference,
        gateway_reference=authorization.payment_reference,
        origin=by.origin,
        actor=by.label,
        user_id=by.user_id,
        requested_at=at,
        settled_at=None if authorization.is_under_review else at,
    )


def attempt_of(operation: Operation) -> uuid.UUID | None:
    """The customer's attempt behind an authorization, which stands in its key."""
    try:
        return uuid.UUID(operation.key.removeprefix(_KEY))
    except ValueError:
        return None


def book_charge(order: Order, *, by: Actor, at: datetime) -> None:
    """The money was taken with the authorization: book the full capture beside it."""
    operation = Operation.objects.create(
        order=order,
        kind=Kind.CAPTURE,
        state=State.SUCCEEDED,
        amount=order.amount,
        currency=order.currency,
        key=f"charge-{order.pk}",
        gateway_account=order.paying_account,
        payment_reference=order.payment_reference,
        gateway_reference=order.payment_reference,
        origin=by.origin,
        actor=by.label,
        requested_at=at,
        settled_at=at,
    )
    freeze_lines(order, operation)
    order.captured_amount = order.amount
    order.move_to(Status.CAPTURED)
    order.save(update_fields=["captured_amount", "status"])
    data = {"left": 0, "at_once": True, "lines": slices_of(operation)}
    record(order, What.ORDER_CAPTURED, by=by, at=at, amount=order.amount, operation=operation, data=data)
    from orders.documents import request_slip

    request_slip(order, at)


def freeze_lines(order: Order, operation: Operation) -> None:
    """Write the whole of every current line as the operation's slices."""
    lines = Line.objects.filter(order=order, revision=order.revision)
    OperationLine.objects.bulk_create(
        OperationLine(
            operation=operation,
            line=line,
            name=line.name,
            type=line.type,
            quantity=line.quantity,
            amount=line.total_amount,
            tax_amount=line.tax_amount,
            tax_rate=line.tax_rate,
        )
        for line in lines
    )


def slices_of(operation: Operation) -> list[dict[str, Any]]:
    """What an operation moved, as the timeline keeps it."""
    pieces = operation.lines.values("name", "type", "quantity", "amount")
    return [dict(piece) for piece in pieces.order_by("pk")]
