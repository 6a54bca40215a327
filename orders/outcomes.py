"""What became of ending, releasing or extending, in words and sums."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common import times
from common.money import format_money
from orders.models import Kind, Operation, Order, State

if TYPE_CHECKING:
    from orders.actions.unwind import Unwound


def done_words(order: Order, unwound: Unwound) -> str:
    """The message at the end: what was reversed, what was refunded, what ends when."""
    names = {"reference": order.merchant_reference1, "sums": ", ".join(_moved(each) for each in unwound.done)}
    kinds = {each.kind for each in unwound.done}
    if Kind.VOID in kinds:
        return _("Order %(reference)s is cancelled: %(sums)s.") % {**names, "sums": _voided(order, unwound.done[0])}
    if Kind.REFUND in kinds:
        return _("Order %(reference)s is ended: %(sums)s.") % names
    if Kind.EXTEND in kinds and order.authorization_expires_at is not None:
        return _("The authorization now ends %(day)s.") % {"day": times.full_day(order.authorization_expires_at)}
    if not unwound.done:
        return _("Order %(reference)s is cancelled. Nothing had been paid.") % names
    return _("%(sum)s released.") % {"sum": _sum(unwound.done[0])}


def stopped_words(unwound: Unwound) -> str:
    """What stands in the way, after what was done already. Nothing is guessed."""
    stopped = unwound.stopped
    if stopped is None:
        return ""
    parts = []
    if unwound.done:
        parts.append(moved_words(unwound.done))
    parts.append(_refusal(stopped) if stopped.state == State.DECLINED else _silence(stopped))
    if stopped.state != State.DECLINED and unwound.has_more:
        parts.append(
            _("Then choose Cancel order again to refund what is left.")
            if stopped.kind == Kind.REFUND
            else _("Then choose Cancel order again to refund what was captured.")
        )
    if stopped.state == State.DECLINED and not unwound.done:
        parts.append(_("Nothing was changed."))
    return " ".join(parts)


def moved_words(done: Iterable[Operation]) -> str:
    """What was moved before a step stopped, each with its sum."""
    return _("Stopped half-way: %(sums)s.") % {"sums": ", ".join(_moved(each) for each in done)}


def _refusal(stopped: Operation) -> str:
    words = {
        Kind.REFUND: _("The gateway declined the refund of %(sum)s: %(reason)s."),
        Kind.RELEASE: _("The gateway declined to release %(sum)s: %(reason)s."),
        Kind.VOID: _("The gateway declined the cancellation: %(reason)s."),
        Kind.EXTEND: _("The gateway declined the extension: %(reason)s."),
    }[Kind(stopped.kind)]
    reason = (stopped.message or stopped.code or _("no reason given")).rstrip(".")
    return words % {"sum": _sum(stopped), "reason": reason}


def _silence(stopped: Operation) -> str:
    words = {
        Kind.REFUND: _("The refund of %(sum)s is not confirmed yet. We keep asking the gateway."),
        Kind.RELEASE: _("The release of %(sum)s is not confirmed yet. We keep asking the gateway."),
        Kind.VOID: _("The cancellation is not confirmed yet. We keep asking the gateway."),
        Kind.EXTEND: _("The extension is not confirmed yet. We keep asking the gateway."),
    }[Kind(stopped.kind)]
    return words % {"sum": _sum(stopped)}


def _moved(operation: Operation) -> str:
    words = _("%(sum)s refunded") if operation.kind == Kind.REFUND else _("%(sum)s released")
    return words % {"sum": _sum(operation)}


def _voided(order: Order, operation: Operation) -> str:
    """A customer whom the gateway had charged already is paid back by the void."""
    if order.is_charged_at_once:
        return _("%(sum)s paid back") % {"sum": _sum(operation)}
    return _("%(sum)s released, nothing was charged") % {"sum": _sum(operation)}


def _sum(operation: Operation) -> str:
    return format_money(operation.amount, operation.currency, get_language() or "en")
