"""An order's states as people see them: icon, word and colour."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common import markup
from orders.models import Alert, Order
from orders.states import Status

_LOOKS: dict[str, tuple[str, str]] = {
    Status.PENDING: ("hourglass", ""),
    Status.AUTHORIZED: ("circle-dot-dashed", "info"),
    Status.PART_CAPTURED: ("contrast", "info"),
    Status.CAPTURED: ("circle-check", "ok"),
    Status.CANCELLED: ("circle-x", ""),
    Status.EXPIRED: ("timer-off", ""),
}


def status_mark(status: str) -> SafeString:
    """The stored status; made once per status and language."""
    return _status(status, get_language())


def cell_mark(
    status: str,
    *,
    is_under_review: bool,
    has_problem: bool,
    has_stray: bool,
    has_repeat: bool,
    alert: str,
    refunded: int,
    kept: int,
) -> SafeString:
    """The one state a row of the list has room for: the one that wants somebody, else the furthest.

    `alert` is the kind of what waits for a person, or "". `refunded` and `kept` are minor units of what was captured. While something
    is left to capture, that goes before what was refunded.
    """
    if has_stray:
        return stray_mark()
    if alert:
        return alert_mark(alert)
    if has_problem:
        return capture_problem_mark()
    if is_under_review:
        return review_mark()
    if has_repeat:
        return repeat_mark()
    is_refunded = refunded and status == Status.CAPTURED
    return refund_mark(is_whole=kept == 0) if is_refunded else status_mark(status)


def refund_mark(*, is_whole: bool) -> SafeString:
    """Captured money went back, all or some of it; the stored status stays what it was."""
    return markup.status(_("Refunded") if is_whole else _("Partly refunded"), "undo-2")


def review_mark() -> SafeString:
    """The gateway has not decided yet."""
    return markup.status(_("Under review"), "circle-ellipsis", "warn")


def capture_problem_mark() -> SafeString:
    """The last capture was refused, and another can be tried."""
    return markup.status(_("Capture declined"), "circle-alert", "bad")


def stray_mark() -> SafeString:
    """Money came that is not the order's, and has not gone back yet."""
    return markup.status(_("Unexpected money"), "triangle-alert", "bad")


def alert_mark(kind: str) -> SafeString:
    """Something waits for a person."""
    icon, word = _ALERTS[kind]
    return markup.status(word(), icon, "bad")


_ALERTS: dict[str, tuple[str, Callable[[], str]]] = {
    Alert.Kind.REFUND_REVERSED: ("rotate-ccw", lambda: _("Refund came back")),
    Alert.Kind.HANDED_OVER: ("flag", lambda: _("No answer")),
    Alert.Kind.HALF_ENDED: ("circle-x", lambda: _("Half cancelled")),
    Alert.Kind.DIFFERENCE: ("scale", lambda: _("Differs")),
}


def repeat_mark() -> SafeString:
    """It looks like another order, and nobody has decided yet."""
    return markup.status(_("Repeated?"), "copy", "warn")


def test_mark() -> SafeString:
    """Not real money."""
    return markup.status("TEST", "triangle-alert", "warn")


def marks(order: Order, *, has_stray: bool, has_repeat: bool, alerts: Iterable[str] = ()) -> list[SafeString]:
    """Every state that holds, the stored one first."""
    found = [status_mark(order.status)]
    if order.refunded_amount:
        found.append(refund_mark(is_whole=order.kept_amount == 0))
    if order.is_under_review:
        found.append(review_mark())
    if order.refused_capture:
        found.append(capture_problem_mark())
    if has_stray:
        found.append(stray_mark())
    found += [alert_mark(kind) for kind in dict.fromkeys(alerts)]
    if has_repeat:
        found.append(repeat_mark())
    if order.is_test:
        found.append(test_mark())
    return found


@lru_cache(maxsize=128)
def _status(status: str, _language: str | None) -> SafeString:
    icon, tone = _LOOKS[status]
    return markup.status(str(Status(status).label), icon, tone)
