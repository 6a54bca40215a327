"""The Payments section of an order: where its money stands, and everything that was ever tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common import markup
from common.money import format_amount, format_money
from orders.differences import Row, rows_of
from orders.entries import actor_words, reason_words
from orders.models import Kind, Operation, Order, State
from orders.rules import Verb, may, obstacle
from orders.sheet import Sheet
from orders.states import Status
from payments.gateways import gateway_for

_STATES: dict[str, tuple[str, str]] = {
    State.REQUESTED: ("hourglass", ""),
    State.PENDING: ("hourglass", "warn"),
    State.UNKNOWN: ("hourglass", "warn"),
    State.SUCCEEDED: ("circle-check", "ok"),
    State.DECLINED: ("circle-alert", "bad"),
}
_ICONS: dict[str, str] = {
    Kind.AUTHORIZE: "circle-dot-dashed",
    Kind.CAPTURE: "package-check",
    Kind.REFUND: "undo-2",
    Kind.VOID: "circle-x",
    Kind.RELEASE: "circle-minus",
    Kind.EXTEND: "clock-plus",
    Kind.ADJUST: "pencil",
    Kind.REVERSAL: "rotate-ccw",
}


@dataclass(frozen=True, slots=True)
class Try:
    """One operation, ready to print. Times that are not known are None."""

    icon: str
    kind: str
    state: SafeString
    amount: str
    is_stray: bool
    note: str
    reference: str
    actor: str
    requested_at: datetime
    settled_at: datetime | None
    gateway_reference: str
    key: str


@dataclass(frozen=True, slots=True)
class Sum:
    """One amount of the current status."""

    words: str
    money: str


@dataclass(frozen=True)
class Payments:
    """The section as one person sees it. `differences` are what was last told of, until books and gateway agree."""

    sheet: Sheet
    history: tuple[Try, ...]
    differences: tuple[Row, ...] = ()

    @property
    def method(self) -> str:
        """How it was paid: the method's name and what the customer used."""
        order = self.sheet.order
        name = gateway_for(order.paying_account).method(order.payment_method).name
        label = order.payment_label
        return name if not label or label == name else f"{name}, {label}"

    @property
    def status(self) -> str:
        """The stored status in words."""
        return str(Status(self.sheet.order.status).label)

    @property
    def account(self) -> str:
        """The gateway account that holds the money."""
        account = self.sheet.order.paying_account
        provider = str(account.get_provider_display())
        return provider if account.name == provider else f"{account.name} ({provider})"

    @property
    def sums(self) -> list[Sum]:
        """Where the money is; what is on its way is named as such."""
        order = self.sheet.order
        rows: tuple[tuple[str, int, bool], ...] = (
            (_("Authorized"), order.authorized_amount, True),
            (_("Captured"), order.captured_amount, True),
            (_("Being captured"), order.capturing_amount, False),
            (_("Refunded"), order.refunded_amount, True),
            (_("Being refunded"), order.refunding_amount, False),
            (_("Kept as return fees"), order.withheld_amount, False),
            (_("Released"), order.released_amount, True),
            (_("Being released"), order.releasing_amount, False),
            (_("Left to capture"), order.capturable_amount if self.sheet.is_open else 0, True),
            (_("Released with the last capture"), order.surplus_amount if self.sheet.is_open else 0, False),
        )
        return [Sum(words, _digits(order, minor)) for words, minor, is_always in rows if minor or is_always]

    @property
    def can_capture(self) -> bool:
        """The role may capture, and something can be captured now."""
        return self.sheet.can_see_capture and self.sheet.capture_obstacle is None

    @property
    def capture_path(self) -> str:
        """Where the typed amount is looked at before it is confirmed."""
        return self.sheet.capture_url.partition("?")[0]

    @property
    def query(self) -> list[tuple[str, str]]:
        """The list's own query, which a form would drop from its address."""
        return parse_qsl(self.sheet.query.text.removeprefix("?"))

    @property
    def left_digits(self) -> str:
        """All that is left, to be typed over."""
        return _digits(self.sheet.order, self.sheet.order.capturable_amount)

    @property
    def can_sync(self) -> bool:
        """The role may ask the gateway, and there is something to ask for."""
        order, access = self.sheet.order, self.sheet.access
        return may(Verb.SYNC, order, access) and obstacle(order, Verb.SYNC, access, self.sheet.now) is None

    @property
    def sync_url(self) -> str:
        """Where syncing is asked for."""
        return self.sheet.address("sync")


def payments_of(sheet: Sheet, operations: Sequence[Operation]) -> Payments | None:
    """The section of an order somebody has paid or tried to; None before."""
    if not sheet.order.session_reference and not operations:
        return None
    newest = sorted(
        operations, key=lambda each: (each.requested_at, each.settled_at or each.requested_at), reverse=True
    )
    differences = rows_of(getattr(sheet.order, "told", None) or (), sheet.order.currency)
    came_back = {each.reverses_id for each in operations}
    return Payments(sheet, tuple(_try(each, is_back=each.pk in came_back) for each in newest), differences)


def _try(operation: Operation, *, is_back: bool) -> Try:
    icon, tone = _STATES[operation.state]
    words = str(State(operation.state).label)
    if is_back:
        icon, tone, words = "rotate-ccw", "bad", _("Came back")
    return Try(
        icon=_ICONS[operation.kind],
        kind=str(Kind(operation.kind).label),
        state=markup.status(words, icon, tone),
        amount=format_money(operation.amount, operation.currency, get_language() or "en"),
        is_stray=operation.is_stray,
        note=_note(operation),
        reference=operation.reference,
        actor=actor_words(operation.origin, operation.actor),
        requested_at=operation.requested_at,
        settled_at=operation.settled_at,
        gateway_reference=operation.gateway_reference,
        key=operation.key,
    )


def _note(operation: Operation) -> str:
    """Why it was asked for and what the gateway said, as far as somebody said anything."""
    told: Callable[[str], str] = lambda code: reason_words(code) or code  # noqa: E731
    parts = [
        told(operation.reason) if operation.reason != "cancelled" else "",
        operation.description,
        operation.message,
    ]
    return " ".join(part if part.endswith(".") else f"{part}." for part in parts if part)


def _digits(order: Order, minor: int) -> str:
    return format_amount(minor, order.currency, get_language() or "en")
