"""What can be done from a row of the history; words and icons are looked up once per page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.access import Access
from accounts.roles import Permission
from common.markup import icon
from orders.states import Status
from paylinks.states import OPEN, LinkStatus

_NONE = SafeString("")


class Actions:
    """Buttons of rows. Each opens a dialog; without scripts a page.

    Role hides; what stands in the way of an offered action its dialog says in words.
    """

    def __init__(self, access: Access, query: str) -> None:
        self.creating = {store.pk for store in access.stores_with(Permission.LINKS_CREATE)}
        self.viewing = {store.pk for store in access.stores_with(Permission.ORDERS_VIEW)}
        self.links, self.orders, self.query = reverse("paylinks:history"), reverse("orders:list"), escape(query)
        self.address = _square("link", _("Copy link, QR code"), _("Copy link of %(reference)s, and QR code"))
        self.cancel = _square("ban", _("Cancel link"), _("Cancel link for %(reference)s"))
        self.resend = f' class="btn">{icon("rotate-ccw")}{escape(_("Resend"))}'
        self.renew = f' class="btn">{icon("send")}{escape(_("New link"))}'
        self.see = _square("eye", _("View as customer"), _("View %(reference)s as customer"), "wide-only")
        self.amend = _square("pencil", _("Amend and resend"), _("Amend and resend %(reference)s"))
        self.again = _square("send", _("New link"), _("New link for %(reference)s"))
        self.duplicate = f' class="btn">{icon("copy-plus")}{escape(_("Duplicate"))}'
        self.create = reverse("paylinks:create")
        self.answer = f"{icon('send')}{escape(_('Send new link'))}"
        self.open = f"{escape(_('Open order'))}{icon('chevron-right')}"

    def of(self, link: Any, status: str) -> SafeString:
        """The actions of one row in the status people read."""
        if link.order__status != Status.PENDING:
            return self._open_order(link) if link.store_id in self.viewing else _NONE
        name = {"reference": escape(link.order__merchant_reference1)}
        if link.store_id not in self.creating:
            return mark_safe(f"<span>{self._sees(link, name)}</span>")  # noqa: S308 - made of escaped parts
        if status in OPEN:
            buttons = (
                self._opens(link, "address", " data-copies" + self.address % name)
                + self._opens(link, "cancel", self.cancel % name)
                + self._sees(link, name)
                + self._amends(link, name)
                + self._opens(link, "resend", self.resend)
            )
        elif link.requested_at is not None:
            buttons = self._amends(link, name) + self._send_now(link)
        elif status == LinkStatus.CANCELLED:
            buttons = (
                self._amends(link, name) + self._opens(link, "resend", self.again % name) + self._duplicates(link)
            )
        else:
            buttons = self._sees(link, name) + self._amends(link, name) + self._opens(link, "resend", self.renew)
        return mark_safe(f"<span>{buttons}</span>")  # noqa: S308 - made of escaped parts

    def order(self, link: Any) -> SafeString:
        """The merchant's reference, leading to the order, paid or not, for those who may see it."""
        words = escape(link.order__merchant_reference1)
        if link.store_id not in self.viewing:
            return mark_safe(f'<span class="cut">{words}</span>') if link.order__is_test else words  # noqa: S308
        kind = "link cut" if link.order__is_test else "link"
        return mark_safe(  # noqa: S308 - an id and escaped words
            f'<a class="{kind}" id="order-{link.order_id}" href="{self.orders}{link.order_id}/">{words}</a>'
        )

    def _opens(self, link: Any, verb: str, rest: str) -> str:
        url = f"{self.links}{link.id}/{verb}/{self.query}"
        return f'<a id="{verb}-{link.order_id}" href="{url}" hx-get="{url}" hx-target="#dialog"{rest}</a>'

    def _sees(self, link: Any, name: Mapping[str, str]) -> str:
        """The customer's page, in a window of its own, for those who may see the order."""
        if link.store_id not in self.viewing:
            return ""
        url = f"{self.links}{link.order_id}/as-customer/"
        return f'<a id="see-{link.order_id}" href="{url}" target="_blank"{self.see % name}</a>'

    def _amends(self, link: Any, name: Mapping[str, str]) -> str:
        """A page: the whole order can be changed there."""
        return f'<a id="amend-{link.order_id}" href="{self.links}{link.order_id}/amend/"{self.amend % name}</a>'

    def _duplicates(self, link: Any) -> str:
        url = f"{self.create}?from={link.order_id}"
        return f'<a id="duplicate-{link.order_id}" href="{url}"{self.duplicate}</a>'

    def _send_now(self, link: Any) -> str:
        """The customer asked: one click sends a new link to the same recipient. It carries the version the row shows."""
        url = f"{self.links}{link.id}/resend/{self.query}"
        kind = f'class="btn primary" form="row-form" name="version" value="{link.order__version}"'
        return f'<button {kind} id="resend-{link.order_id}" formaction="{url}">{self.answer}</button>'

    def _open_order(self, link: Any) -> SafeString:
        url = f"{self.orders}{link.order_id}/"
        return mark_safe(  # noqa: S308 - an id and translated words, escaped above
            f'<span><a class="btn ghost" id="open-{link.order_id}" href="{url}">{self.open}</a></span>'
        )


def _square(name: str, title: str, label: str, more: str = "") -> str:
    """An icon that names what it does, with a place for the order's reference."""
    mark = icon(name).replace("%", "%%")
    shown = escape(title).replace("%", "%%")
    kind = f"btn ghost square {more}".rstrip()
    return f' class="{kind}" title="{shown}" aria-label="{escape(label)}">{mark}'
