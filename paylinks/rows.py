"""Rows of the history, ready to print: final strings, nothing to compute in the template."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.access import Access
from common import markup, times
from common.contact import readable
from common.markup import icon
from messaging.models import Channel
from orders.marks import alert_mark, stray_mark
from paylinks.delivery import read
from paylinks.models import LIFETIME
from paylinks.row_actions import Actions
from paylinks.states import OPEN, LinkStatus

_MARKS = {
    LinkStatus.CREATED: ("send", ""),
    LinkStatus.IN_PROGRESS: ("circle-ellipsis", "info"),
    LinkStatus.COMPLETED: ("circle-check", "ok"),
    LinkStatus.CANCELLED: ("circle-x", ""),
    LinkStatus.EXPIRED: ("timer-off", ""),
}
_HOUR = 3600
_NO_MARK = SafeString("")
_NOTHING = SafeString('<span class="muted no-phone">–</span>')


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the history: an order with its current link."""

    key: str
    digest: str
    reference: str
    order: str
    short: str
    test: str
    icon: str
    recipient: str
    delivery: str
    status: str
    left: str
    created: str
    by: str
    money: str
    actions: str
    earlier: str
    earlier_url: str
    seen_url: str


@dataclass(frozen=True, slots=True)
class Printer:
    """What all rows of a page share, looked up once."""

    access: Access
    at: datetime
    query: str
    links: str
    actions: Actions
    language: str

    @classmethod
    def for_page(cls, access: Access, at: datetime, query: str) -> Printer:
        """`query` is the list's own: every action comes back to it."""
        return cls(access, at, query, reverse("paylinks:history"), Actions(access, query), get_language() or "en")

    def rows(self, values: Iterable[Any]) -> list[Row]:
        """Rows for tuples of `search.FIELDS`."""
        return [self._row(each) for each in values]

    def _row(self, link: Any) -> Row:
        status = self._status(link)
        earlier = link.number - 1
        delivery = read(link.delivery)
        return Row(
            key=str(link.order_id),
            digest=digest(
                link.id,
                status,
                delivery.words,
                delivery.reason,
                link.requested_at,
                link.recipient,
                link.has_stray,
                link.alert,
            ),
            reference=link.order__merchant_reference1,
            order=self.actions.order(link),
            short=link.order__reference,
            test=_test(self.language) if link.order__is_test else "",
            icon=_channel(link.channel),
            recipient=_readable(link.recipient),
            delivery=_delivery(delivery.words, delivery.tone, delivery.reason),
            status=_mark(status, self.language, link.requested_at is not None) + _waiting(link),
            left=self._left(link, status),
            created=markup.moment(link.created_at, self.at),
            by=link.created_by,
            money=markup.money(link.order__amount, link.order__currency),
            actions=self.actions.of(link, status),
            earlier=_earlier(earlier) if earlier else "",
            earlier_url=f"{self.links}{link.order_id}/earlier/{self.query}",
            seen_url=f"{self.links}{link.order_id}/as-customer/?number={link.number}",
        )

    def _status(self, link: Any) -> str:
        expired = link.status in OPEN and self.at >= link.expires_at
        return LinkStatus.EXPIRED if expired else link.status

    def _left(self, link: Any, status: str) -> SafeString:
        if status in OPEN:
            return bar(link.expires_at, self.at)
        if status == LinkStatus.EXPIRED:
            return _muted(_("Closed after 48 h"))
        if status == LinkStatus.CANCELLED:
            return _muted(self._closed_by(link.cancelled_by))
        return _NOTHING

    def _closed_by(self, who: str) -> str:
        if who == self.access.user.email:
            return _("Closed by you")
        return _("Closed by %(who)s") % {"who": who} if who else _("Closed")


def digest(*parts: object) -> str:
    """Changes when anything a watched row shows has changed."""
    return f"{zlib.crc32('|'.join(map(str, parts)).encode()):08x}"


def bar(until: datetime, at: datetime) -> SafeString:
    """What is left of the 48 hours, drawn and in words that count down."""
    rest = (until - at).total_seconds()
    share = max(1, round(100 * rest / LIFETIME.total_seconds()))
    low = " low" if rest < _HOUR else ""
    return mark_safe(  # noqa: S308 - numbers and times only
        f'<span class="left{low}"><svg class="bar" aria-hidden="true" viewBox="0 0 100 10" preserveAspectRatio="none">'
        f'<rect width="{share}" height="10"/></svg><time data-countdown datetime="{until.isoformat()}" '
        f'title="{times.exact(until)}">{times.left(until, at)}</time></span>'
    )


@lru_cache(maxsize=2048)
def _readable(address: str) -> str:
    return readable(address)


@lru_cache(maxsize=64)
def _mark(status: str, _language: str, asked: bool) -> SafeString:  # noqa: FBT001 - a cache key
    name, tone = _MARKS[LinkStatus(status)]
    mark = markup.status(str(LinkStatus(status).label), name, tone)
    if not asked or status != LinkStatus.EXPIRED:
        return mark
    return mark + markup.status(_("Asked for a new link"), "flag", "warn")


def _waiting(link: Any) -> SafeString:
    """What somebody should see to; an order nobody has paid stands in no other list."""
    if link.has_stray:
        return stray_mark()
    return alert_mark(link.alert) if link.alert else _NO_MARK


@lru_cache(maxsize=16)
def _test(_language: str) -> SafeString:
    return format_html(' <span class="test" title="{}">TEST</span>', _("No real money moves here"))


@lru_cache(maxsize=4)
def _channel(channel: str) -> SafeString:
    return icon("mail" if channel == Channel.EMAIL else "smartphone")


@lru_cache(maxsize=512)
def _delivery(words: str, tone: str, reason: str) -> SafeString:
    state = f' data-s="{tone}"' if tone else ""
    told = f"{words}: {reason}" if reason else words
    return mark_safe(f'<span class="delivery"{state} title="{escape(told)}">{escape(told)}</span>')  # noqa: S308


def _muted(words: str) -> SafeString:
    return format_html('<span class="muted">{}</span>', words)


@lru_cache(maxsize=256)
def _earlier(count: int) -> str:
    return ngettext("%(count)s earlier link", "%(count)s earlier links", count) % {"count": count}
