"""Money no order expects, as staff read it: what came, where it is, what was done, and what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.access import Access
from accounts.models import Store
from accounts.roles import Permission
from common import markup, times
from common.money import format_money
from orders.models import Kind, State, UnclaimedPayment, UnclaimedReturn

_TRIED: dict[str, tuple[str, str]] = {
    State.REQUESTED: ("hourglass", ""),
    State.PENDING: ("hourglass", "warn"),
    State.UNKNOWN: ("hourglass", "warn"),
    State.SUCCEEDED: ("circle-check", "ok"),
    State.DECLINED: ("circle-alert", "bad"),
}


@dataclass(frozen=True, slots=True)
class Try:
    """One movement that gave it back, or tried to."""

    kind: str
    amount: str
    state: SafeString
    note: str
    by: str
    at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """One payment, ready to print. An address is "" when the person cannot do that, or there is nothing to do."""

    payment: UnclaimedPayment
    total: str
    state: SafeString
    text: str
    customer: str
    account: str
    tries: tuple[Try, ...]
    again_url: str
    note_url: str
    note_words: str
    logs_url: str
    order_url: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the list of orders says of all that nobody has taken note of."""

    title: str
    text: str
    tone: str


def waiting(access: Access, store: Store | None) -> Waiting | None:
    """In words what nobody has taken note of in the person's stores, or in one of them. One query."""
    payments = UnclaimedPayment.objects.visible_to(access).unread()
    if store is not None:
        payments = payments.filter(store=store)
    back = Count("pk", filter=Q(came_back_at__isnull=False))
    found = payments.aggregate(all=Count("pk"), open=Count("pk", filter=Q(closed_at=None)), back=back)
    if not found["all"]:
        return None
    title = ngettext(
        "%(count)s payment that no order expects", "%(count)s payments that no order expects", found["all"]
    )
    text = _("The gateway told of money that no payment link began. It is given back without your doing.")
    if found["back"]:
        text = _(
            "The gateway told of money that no payment link began. A refund of it came back: somebody has to decide."
        )
    elif not found["open"]:
        text = _("The gateway told of money that no payment link began. All of it has gone back.")
    return Waiting(title % {"count": found["all"]}, text, "bad" if found["open"] else "warn")


def row_of(payment: UnclaimedPayment, access: Access) -> Unclaimed:
    """The payment as this person sees it; its returns are read with it."""
    returns = list(payment.returns.all())
    last = returns[-1] if returns else None
    icon, tone, words, text = _state(payment, last)
    may = access.can(Permission.ORDERS_REFUND, payment.store_id)
    is_free = may and not (last and last.is_in_flight)
    can_give = is_free and payment.closed_at is None and last is not None
    can_note = is_free and payment.noted_at is None and bool(payment.closed_at or payment.came_back_at)
    provider = str(payment.gateway_account.get_provider_display())
    name = payment.gateway_account.name
    return Unclaimed(
        payment=payment,
        total=_sum(payment, payment.amount),
        state=markup.status(words, icon, tone),
        text=text,
        customer=payment.email or payment.phone,
        account=provider if name == provider else f"{name} ({provider})",
        tries=tuple(_try(payment, each) for each in reversed(returns)),
        again_url=_address("unclaimed_again", payment) if can_give else "",
        note_url=_address("unclaimed_note", payment) if can_note else "",
        note_words=_("Noted") if payment.closed_at else _("Settled another way"),
        logs_url=_address("unclaimed_logs", payment)
        if access.can(Permission.DEVELOPER_LOGS, payment.store_id)
        else "",
        order_url=reverse("orders:order", args=[payment.order_id]) if payment.order_id else "",
    )


def _address(name: str, payment: UnclaimedPayment) -> str:
    return reverse(f"orders:{name}", args=[payment.pk])


def _state(payment: UnclaimedPayment, last: UnclaimedReturn | None) -> tuple[str, str, str, str]:
    """Icon, tone, word and sentence for where the money is now."""
    if last is not None and last.is_in_flight:
        return _under_way(last)
    if payment.closed_at:
        return _ended(payment, last)
    if last is None:
        words = _("Something is under way at the gateway. We go on when it is decided.")
        return "hourglass", "warn", _("Looking"), words
    if last.state == State.DECLINED:
        return "circle-alert", "bad", _("Not given back yet"), _refused(payment, last)
    if payment.came_back_at:
        words = _("The bank sent the refund back on %(day)s. Give it back again, or pay the customer another way.")
        return "rotate-ccw", "bad", _("Refund came back"), words % {"day": times.full_day(payment.came_back_at)}
    return "hourglass", "", _("Being given back"), _("We ask the gateway whether that was all.")


def _under_way(last: UnclaimedReturn) -> tuple[str, str, str, str]:
    if last.state == State.UNKNOWN:
        words = _("The gateway has not told whether it went back. We keep asking; there is nothing to repeat.")
        return "hourglass", "warn", _("Not known yet"), words
    if last.kind == Kind.REFUND:
        return "hourglass", "", _("Being given back"), _("The customer was charged and is being refunded.")
    return "hourglass", "", _("Being given back"), _("It was only reserved and is being let go.")


def _ended(payment: UnclaimedPayment, last: UnclaimedReturn | None) -> tuple[str, str, str, str]:
    day = times.full_day(payment.closed_at) if payment.closed_at else ""
    if last is None or last.state != State.SUCCEEDED:
        return (
            "circle-check",
            "ok",
            _("Nothing held"),
            _("The gateway let go of it by itself on %(day)s.") % {"day": day},
        )
    if last.came_back_at and payment.noted_at == payment.closed_at:
        words = _("The refund came back, and it was settled another way, said %(person)s on %(day)s.")
        return "circle-check", "", _("Settled another way"), words % {"person": payment.noted_by, "day": day}
    return "circle-check", "ok", _("Given back"), _("All of it went back on %(day)s.") % {"day": day}


def _refused(payment: UnclaimedPayment, last: UnclaimedReturn) -> str:
    refusal = last.message or _("no reason given")
    words = _("The gateway refused to give it back (%(refusal)s).") % {"refusal": refusal}
    if payment.next_check_at is None:
        return words
    return f"{words} {_('We try again on %(when)s.') % {'when': times.stamp(payment.next_check_at)}}"


def _try(payment: UnclaimedPayment, tried: UnclaimedReturn) -> Try:
    icon, tone = _TRIED[tried.state]
    words = str(State(tried.state).label)
    if tried.came_back_at:
        icon, tone, words = "rotate-ccw", "bad", _("Came back")
    return Try(
        kind=str(Kind(tried.kind).label),
        amount=_sum(payment, tried.amount),
        state=markup.status(words, icon, tone),
        note=tried.message,
        by=tried.requested_by or _("System"),
        at=tried.requested_at,
        key=tried.key,
    )


def _sum(payment: UnclaimedPayment, minor: int) -> str:
    return format_money(minor, payment.currency, get_language() or "en")
