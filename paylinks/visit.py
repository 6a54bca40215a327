"""What a customer finds behind a link: read only, and never more than the link lets them see."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from django.db import connection
from django.db.models import Model

from accounts.models import Merchant, Store
from accounts.terms import mark_of
from orders.models import Kind, Operation, Order, State
from orders.states import Status
from paylinks.actions.request import ASK_WITHIN, can_ask
from paylinks.models import GRACE, Attempt, PaymentLink
from paylinks.states import AttemptState, LinkStatus
from paylinks.tokens import link_id_of

RECEIPT_LIVES = timedelta(days=365)  # guarantee and return periods are asked about with the receipt


class View(StrEnum):
    """Which page is shown."""

    OPEN = "open"
    RUNNING = "running"
    UNSURE = "unsure"
    REVIEW = "review"
    PAID = "paid"
    REFUSED = "refused"
    VOIDED = "voided"
    LAPSED = "lapsed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Watch:
    """Staff look at a customer's page, at an address of the portal: nothing there can be pressed.

    `title` and `words` are theirs, in their own `language`; `number` is the link they asked for.
    """

    url: str
    language: str
    title: str
    words: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """A link as its customer finds it at `at`; `attempt` is the latest try to pay it."""

    link: PaymentLink
    attempt: Attempt | None
    at: datetime
    watch: Watch | None = None

    @property
    def order(self) -> Order:
        """What is to be paid."""
        return self.link.order

    @property
    def is_running(self) -> bool:
        """A try has begun and is not decided as far as we know."""
        return self.attempt is not None and self.attempt.state == AttemptState.BEGUN

    @property
    def may_ask(self) -> bool:
        """One tap asks for a new link."""
        return can_ask(self.link, self.at) and self.link.requested_at is None

    @property
    def view(self) -> View:
        """The page for the state of order, link and attempt, in this order."""
        if not self.link.is_current:
            return View.REPLACED
        if self.order.status != Status.PENDING:
            return _placed(self.order)
        status = self.link.status_at(self.at)
        if self.is_running:
            over = self.at >= self.link.expires_at + GRACE
            return View.UNSURE if over else View.RUNNING
        return _UNPAID.get(status, View.OPEN)


_UNPAID: dict[str, View] = {LinkStatus.CANCELLED: View.CANCELLED, LinkStatus.EXPIRED: View.EXPIRED}


def _placed(order: Order) -> View:
    if order.status == Status.CANCELLED:
        if order.placed_at is None:
            return View.CANCELLED
        return View.VOIDED if _is_let_go(order) else View.REFUSED
    if order.status == Status.EXPIRED:
        return View.LAPSED
    return View.REVIEW if order.is_under_review else View.PAID


def _is_let_go(order: Order) -> bool:
    """The money was let go of for the shop: the gateway's refusal after its review leaves no such movement."""
    return Operation.objects.filter(order=order, kind=Kind.VOID, state=State.SUCCEEDED, is_stray=False).exists()


def visit_of(token: str, at: datetime) -> Visit | None:
    """The visit of a genuine token; None for anything else and for links long dead."""
    link_id = link_id_of(token)
    return visit_to(link_id, at) if link_id else None


def visit_to(link_id: uuid.UUID, at: datetime, watch: Watch | None = None) -> Visit | None:
    """The visit of a link; None for links long dead. Two queries; the logo's bytes stay in the database."""
    link = _link(link_id)
    if link is None or at >= _ends_at(link):
        return None
    return Visit(link, link.attempts.order_by("-begun_at").first(), at, watch)


_ORDER = (
    "reference", "status", "is_under_review", "is_charged_at_once", "is_test", "revision", "merchant_reference1",
    "customer_name", "email", "phone", "country", "language", "currency", "amount", "payment_label", "placed_at", "store_id",
    "captured_amount", "refunded_amount",
)  # fmt: skip
_STORE = ("mid", "name", "terms_url", "privacy_url", "support_email", "merchant_id")
_LINK = (
    "order_id", "status", "is_current", "recipient", "expires_at", "completed_at", "cancelled_at", "requested_at",
)  # fmt: skip


def _columns(model: type[Model], wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The wanted columns in the model's own order, as `from_db` takes them; the key comes with them."""
    return tuple(f.attname for f in model._meta.concrete_fields if f.primary_key or f.attname in wanted)  # noqa: SLF001


# What the pages print, and no more: four tables whole, or the ORM's way to leave columns out,
# would be a fourth of a page's time.
_TABLES: dict[str, tuple[type[Any], tuple[str, ...]]] = {
    "link": (PaymentLink, _columns(PaymentLink, _LINK)),
    "o": (Order, _columns(Order, _ORDER)),
    "store": (Store, _columns(Store, _STORE)),
    "merchant": (Merchant, _columns(Merchant, ("legal_name",))),
}
_FIND = f"""
SELECT {", ".join(f"{table}.{name}" for table, (_model, names) in _TABLES.items() for name in names)},
    md5(store.logo), (SELECT digest FROM accounts_termscopy AS copy WHERE copy.store_id = store.id
        AND copy.url = store.terms_url ORDER BY copy.last_seen_at DESC, copy.id DESC LIMIT 1)
FROM paylinks_paymentlink AS link JOIN orders_order AS o ON o.id = link.order_id
JOIN accounts_store AS store ON store.id = o.store_id
JOIN accounts_merchant AS merchant ON merchant.id = store.merchant_id
WHERE link.id = %s
"""  # noqa: S608 - the models' own column names


def _link(link_id: uuid.UUID) -> PaymentLink | None:
    """The link with its order, store and merchant, `logo_digest` and `terms_mark`; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [link_id])
        row = cursor.fetchone()
    if row is None:
        return None
    values = iter(row)
    link, order, store, merchant = (
        model.from_db(connection.alias, names, [next(values) for _name in names]) for model, names in _TABLES.values()
    )
    link.order, order.store, store.merchant = order, store, merchant
    link.logo_digest = next(values)
    link.terms_mark = mark_of(store.terms_url, next(values) or "")
    return cast("PaymentLink", link)


def _ends_at(link: PaymentLink) -> datetime:
    if link.status == LinkStatus.COMPLETED and link.completed_at:
        return link.completed_at + RECEIPT_LIVES
    return link.expires_at + ASK_WITHIN


def successor_of(link: PaymentLink) -> PaymentLink | None:
    """The newest link of the order, for the eyes of this link's recipient only.

    After a corrected recipient the old link shows nothing: it went to a stranger.
    Another case of the letters is the same mailbox.
    """
    newest = PaymentLink.objects.filter(order_id=link.order_id, is_current=True).first()
    return newest if newest is not None and newest.recipient.lower() == link.recipient.lower() else None
