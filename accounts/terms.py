"""The text behind a store's terms link: fetched in the background, kept by content."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from html.parser import HTMLParser

import structlog
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actions.terms import book_terms, book_terms_problem
from accounts.models import Store, TermsCopy
from common import net
from common.db import refuse_transaction, release_connection

log = structlog.get_logger(__name__)

DAILY = timedelta(hours=24)
AGAIN = timedelta(hours=1)
BATCH = 50
_READABLE = {"text/html", "application/xhtml+xml", "text/plain", ""}
_SILENT = {"script", "style", "noscript", "template", "svg", "head"}
_BLOCKS = {"p", "div", "li", "tr", "br", "h1", "h2", "h3", "h4", "h5", "h6", "section", "dt", "dd"}


def current_copy(store: Store) -> TermsCopy | None:
    """The copy an acceptance now points to: the text last seen behind the store's link."""
    if not store.terms_url:
        return None
    copies = TermsCopy.objects.filter(store=store, url=store.terms_url)
    return copies.defer("content").order_by("-last_seen_at", "-pk").first()


def mark_of(url: str, digest: str) -> str:
    """What stands for the terms on a page that shows them: another address or another text has another mark."""
    return hashlib.sha256(f"{url}\0{digest}".encode()).hexdigest()[:16]


def due(at: datetime) -> list[int]:
    """Stores whose terms want a look: never looked at, a day old, or failed an hour ago."""
    stale = Q(terms_checked_at=None) | Q(terms_checked_at__lte=at - DAILY)
    failed = Q(terms_state=Store.TermsState.UNREACHABLE, terms_checked_at__lte=at - AGAIN)
    stores = Store.objects.exclude(terms_url="").filter(stale | failed)
    return list(stores.order_by("terms_checked_at").values_list("pk", flat=True)[:BATCH])


def refresh(store_id: int, at: datetime) -> None:
    """Fetch one store's terms and book what was found; the network is used outside any transaction."""
    refuse_transaction()
    url = Store.objects.filter(pk=store_id).values_list("terms_url", flat=True).first()
    if not url:
        return
    release_connection()
    try:
        page = net.fetch(url)
        book_terms(store_id, url, text_of(page), page.content_type or "text/plain", at=at)
    except net.FetchError as problem:
        book_terms_problem(store_id, url, str(problem), at=at)
    except Exception:  # whatever the page did to us: the store's turn is over, others wait
        log.exception("terms.unreadable", store=store_id)
        book_terms_problem(store_id, url, _("The page cannot be read."), at=at)


def text_of(page: net.Fetched) -> str:
    """What people read on the page: tokens and scripts that differ each time are left out."""
    if page.content_type not in _READABLE:
        raise net.FetchError(_("The page is not a text page (%(kind)s).") % {"kind": page.content_type})
    try:
        source = page.body.decode(page.charset or "utf-8", errors="replace")
    except (LookupError, ValueError):  # no such encoding, or none for text
        source = page.body.decode("utf-8", errors="replace")
    text = source if page.content_type == "text/plain" else _visible(source)
    lines = (" ".join(line.split()) for line in text.replace("\0", "").splitlines())
    clean = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    if not clean:
        raise net.FetchError(_("The page holds no text."))
    return clean


def _visible(source: str) -> str:
    reader = _Reader()
    reader.feed(source)
    reader.close()
    return "".join(reader.parts)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self._silent = 0  # a head that was never closed ends here
        elif tag in _SILENT:
            self._silent += 1
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(re.sub(r"\s+", " ", data))
