"""The timeline as people read it: one look for each kind of event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.actor import Origin
from common.money import format_amount
from orders.changes import told
from orders.differences import Row as DifferenceRow
from orders.differences import rows_of
from orders.models import Alert, Event, LineType
from orders.people import changes as people
from orders.people.changes import Told
from orders.repeats import entry_words
from orders.subjects import about
from orders.timeline import What
from payments.models import GatewayAccount


@dataclass(frozen=True, slots=True)
class Look:
    """How a kind is drawn: icon, colour, and the template of its details."""

    icon: str
    tone: str = ""
    template: str = "orders/entries/plain.html"


_CAPTURED = "orders/entries/captured.html"
_PROBLEM = "orders/entries/problem.html"
_SENT = "orders/entries/sent.html"
_EDITED = "orders/entries/edited.html"
_UNKNOWN = "orders/entries/unknown.html"
_DIFFERENCE = "orders/entries/difference.html"
_STRAY = "orders/entries/stray.html"

LOOKS: dict[str, Look] = {
    What.ORDER_CREATED: Look("plus"),
    What.ORDER_AMENDED: Look("pencil", "info", "orders/entries/amended.html"),
    What.ORDER_PLACED: Look("inbox"),
    What.ORDER_AUTHORIZED: Look("circle-dot-dashed", "info", "orders/entries/authorized.html"),
    What.ORDER_UNDER_REVIEW: Look("circle-ellipsis", "info", "orders/entries/authorized.html"),
    What.ORDER_REVIEW_APPROVED: Look("circle-check", "info"),
    What.ORDER_EDITED: Look("pencil", "info", "orders/entries/lines_edited.html"),
    What.ORDER_CAPTURED: Look("package-check", "ok", _CAPTURED),
    What.ORDER_REFUNDED: Look("undo-2", "", "orders/entries/refunded.html"),
    What.ORDER_RELEASED: Look("circle-minus", "", _PROBLEM),
    What.ORDER_EXTENDED: Look("clock-plus", "info", "orders/entries/extended.html"),
    What.ORDER_CANCELLED: Look("circle-x", "", _PROBLEM),
    What.ORDER_EXPIRED: Look("timer-off"),
    What.REFERENCES_EDITED: Look("pencil", "", _EDITED),
    What.CUSTOMER_EDITED: Look("pencil", "", _EDITED),
    What.CAPTURE_DECLINED: Look("circle-alert", "bad", _PROBLEM),
    What.CAPTURE_UNKNOWN: Look("hourglass", "", _UNKNOWN),
    What.REFUND_DECLINED: Look("circle-alert", "bad", _PROBLEM),
    What.REFUND_UNKNOWN: Look("hourglass", "", _UNKNOWN),
    What.CANCEL_DECLINED: Look("circle-alert", "bad", _PROBLEM),
    What.CANCEL_UNKNOWN: Look("hourglass", "", _UNKNOWN),
    What.RELEASE_DECLINED: Look("circle-alert", "bad", _PROBLEM),
    What.RELEASE_UNKNOWN: Look("hourglass", "", _UNKNOWN),
    What.EXTEND_DECLINED: Look("circle-alert", "bad", _PROBLEM),
    What.EXTEND_UNKNOWN: Look("hourglass", "", _UNKNOWN),
    What.EDIT_DECLINED: Look("circle-alert", "bad", _PROBLEM),
    What.EDIT_UNKNOWN: Look("hourglass", "", _UNKNOWN),
    What.LINK_CREATED: Look("send", "", _SENT),
    What.LINK_OPENED: Look("smartphone"),
    What.LINK_DECLINED: Look("circle-alert", "", _PROBLEM),
    What.LINK_ABANDONED: Look("circle-minus", "", _PROBLEM),
    What.LINK_CANCELLED: Look("unlink"),
    What.LINK_EXPIRED: Look("timer-off"),
    What.LINK_REPLACED: Look("link"),
    What.LINK_REQUESTED: Look("rotate-ccw", "info"),
    What.MESSAGE_SENT: Look("mail", "", _SENT),
    What.MESSAGE_FAILED: Look("mail", "bad", _SENT),
    What.STRAY_FOUND: Look("triangle-alert", "bad", _STRAY),
    What.STRAY_RETURNED: Look("undo-2", "", _STRAY),
    What.STRAY_CAME_BACK: Look("rotate-ccw", "bad", _STRAY),
    What.STRAY_UNRESOLVED: Look("triangle-alert", "bad", _STRAY),
    What.SYNC_DIFFERENCE: Look("scale", "bad", _DIFFERENCE),
    What.SYNC_AGREED: Look("scale", "ok"),
    What.REFUND_REVERSED: Look("rotate-ccw", "bad", "orders/entries/came_back.html"),
    What.OPERATION_HANDED_OVER: Look("flag", "bad", "orders/entries/handed_over.html"),
    What.ALERT_DISMISSED: Look("check", "", _PROBLEM),
    What.SLIP_MADE: Look("printer"),
    What.REPEAT_FOUND: Look("copy", "", _PROBLEM),
    What.REPEAT_DISMISSED: Look("circle-check", "", _PROBLEM),
    What.REPEAT_RESTORED: Look("copy", "", _PROBLEM),
}

_REPEATS = frozenset({What.REPEAT_FOUND, What.REPEAT_DISMISSED, What.REPEAT_RESTORED})
_EDITS = frozenset({What.REFERENCES_EDITED, What.CUSTOMER_EDITED})
_MESSAGES = frozenset({What.MESSAGE_SENT, What.MESSAGE_FAILED})
_ORIGIN_ICONS = {
    Origin.MEMBER: "user",
    Origin.API: "code-xml",
    Origin.CUSTOMER: "smartphone",
    Origin.SYSTEM: "settings",
    Origin.GATEWAY: "landmark",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """Goods that an event moved."""

    name: str
    quantity: int
    amount: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One event, ready for its template. `amount` is in minor units, or None."""

    template: str
    icon: str
    tone: str
    title: str
    amount: int | None
    currency: str
    at: datetime
    origin_icon: str
    actor: str
    to: str = ""
    note: str = ""
    reference: str = ""
    left: str = ""
    before: datetime | None = None
    after: datetime | None = None
    pieces: tuple[Piece, ...] = ()
    version: int = 0
    old_total: str = ""
    changes: tuple[str, ...] = ()
    differences: tuple[DifferenceRow, ...] = ()
    edits: tuple[Told, ...] = ()
    logs_url: str = ""
    slip_url: str = ""


def entries_of(
    events: Iterable[Event], currency: str, logs: Callable[[Event], str], slip_url: str = ""
) -> list[Entry]:
    """Entries in the order given; amounts in `currency` unless the event names its own.

    `slip_url` is the packing slip's, offered where something to pack was captured.
    """
    return [_entry(event, currency, logs(event), slip_url if _is_packed(event) else "") for event in events]


def _is_packed(event: Event) -> bool:
    goods = event.data.get("lines", ()) if event.kind == What.ORDER_CAPTURED else ()
    return any(line["type"] == LineType.PHYSICAL for line in goods)


def _entry(event: Event, currency: str, logs_url: str, slip_url: str) -> Entry:
    look, data = LOOKS[event.kind], event.data
    own = data.get("currency", currency)
    return Entry(
        template=look.template,
        icon=look.icon,
        tone=look.tone,
        title=str(What(event.kind).label),
        amount=event.amount,
        currency=own,
        at=event.at,
        origin_icon=_ORIGIN_ICONS[Origin(event.origin)],
        actor=actor_words(event.origin, event.actor),
        to=str(data.get("recipient", "")),
        note=_note(event.kind, data),
        reference=str(data.get("reference", "")) if event.kind == What.ORDER_CAPTURED else "",
        left=_digits(data["left"], own) if "left" in data else "",
        before=_time(data.get("before")),
        after=_time(data.get("after")),
        pieces=tuple(_piece(line, own) for line in data.get("lines", ())),
        differences=rows_of(data.get("differences", ()), own),
        logs_url=logs_url,
        slip_url=slip_url,
        edits=tuple(people.told(data.get("changes", ()))) if event.kind in _EDITS else (),
        **(_amended(data, own) if "old_total" in data else {}),
    )


def _amended(data: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """What a new version changed, and the total before it."""
    return {
        "version": data["revision"],
        "old_total": _digits(data["old_total"], currency),
        "changes": tuple(told(data["changes"], currency)),
    }


def actor_words(origin: str, label: str) -> str:
    """Who did it: a member by e-mail, otherwise the origin and whom it acted for."""
    if origin == Origin.MEMBER:
        return label
    if origin == Origin.GATEWAY:
        return str(dict(GatewayAccount.Provider.choices).get(label, label)) or _("Gateway")
    word = str(Origin(origin).label)
    if origin == Origin.SYSTEM and label:
        return _("%(origin)s, chosen by %(person)s") % {"origin": word, "person": label}
    return f"{word}, {label}" if label else word


def _piece(line: Mapping[str, Any], currency: str) -> Piece:
    return Piece(str(line["name"]), int(line["quantity"]), _digits(int(line["amount"]), currency))


def _time(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) and text else None


def _digits(minor: int, currency: str) -> str:
    return format_amount(minor, currency, get_language() or "en")


def _note(kind: str, data: Mapping[str, Any]) -> str:
    """The reason in words: the gateway's own, the mail server's, or what our code stands for."""
    if kind in _REPEATS:
        return entry_words(data)
    if kind == What.ALERT_DISMISSED:
        return str(dict(Alert.Kind.choices).get(data.get("kind", ""), ""))
    if kind in _MESSAGES:  # these name their message by its ID
        return ": ".join(filter(None, (about(data["about"]) if "about" in data else "", str(data.get("reason", "")))))
    if kind == What.ORDER_CAPTURED:
        return str(data.get("description", ""))
    given = str(data.get("message") or data.get("problem") or data.get("label") or "")
    said = str(data.get("reason", ""))
    return reason_words(said) if said in _REASONS else given or said


def reason_words(code: str) -> str:
    """What our code for a reason stands for, or ""."""
    reason = _REASONS.get(code)
    return reason() if reason else ""


_REASONS: dict[str, Callable[[], str]] = {
    "cancelled": lambda: "",
    "total_lowered": lambda: _("The total had been lowered, and this was reserved beyond it."),
    "review_rejected": lambda: _("The payment was rejected after review. Nothing was charged."),
    "wrong_attempt": lambda: _("The payment belongs to no attempt of this order."),
    "wrong_amount": lambda: _("The sum paid is not the order's."),
    "wrong_currency": lambda: _("The currency paid is not the order's."),
    "already_paid": lambda: _("The order had been paid already."),
    "order_cancelled": lambda: _("The order had been cancelled."),
    "link_replaced": lambda: _("The payment link had been replaced."),
    "link_cancelled": lambda: _("The payment link had been cancelled."),
    "link_expired": lambda: _("The payment link had expired."),
    "attempt_closed": lambda: _("The attempt to pay had been closed."),
    "old_version": lambda: _("The order had changed meanwhile."),
    "turned_back": lambda: _("The customer turned back at the payment provider."),
    "started_again": lambda: _("The customer started again."),
    "closed_first": lambda: _("It was closed first, because the link was changed or ended."),
    "too_late": lambda: _("The payment came after the link had ended."),
}
