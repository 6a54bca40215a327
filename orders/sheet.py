"""What an order's drawer shows in every tab: states, facts, money, actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.access import Access
from common import markup
from common.errors import Obstacle
from common.markup import Share
from common.money import format_money
from orders.alerts import Notice, notice_of
from orders.forms import ListQuery
from orders.marks import marks
from orders.menu import Menu, duplicate_url, menu_of
from orders.models import Alert, Order
from orders.repeats import Twin
from orders.rows import SOON
from orders.rules import Verb, may, obstacle
from orders.sentence import Items, sentence
from orders.states import OPEN, Status
from orders.strays import Stray

Words = Callable[[], str]
TABS: tuple[tuple[str, Words], ...] = (
    ("order", lambda: _("Timeline")),
    ("details", lambda: _("Details")),
    ("customer", lambda: _("Customer")),
)


@dataclass(frozen=True, slots=True)
class Tab:
    """One part of the order, at an address of its own."""

    name: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class Sheet:
    """An order as one person sees it at one moment. Asks nothing of the database.

    `is_alone` is a page of its own; otherwise the order stands beside the list.
    """

    order: Order
    access: Access
    now: datetime
    query: ListQuery
    is_alone: bool
    tab: str = "order"
    strays: tuple[Stray, ...] = ()
    twins: tuple[Twin, ...] = ()
    alerts: tuple[Alert, ...] = ()

    @cached_property
    def marks(self) -> list[SafeString]:
        """Every state that holds."""
        kinds = [alert.kind for alert in self.alerts]
        return marks(self.order, has_stray=bool(self.strays), has_repeat=bool(self.twins), alerts=kinds)

    @property
    def notices(self) -> list[Notice]:
        """What waits for a person, in words."""
        can_dismiss = may(Verb.DISMISS, self.order, self.access)
        can_refund = may(Verb.REFUND, self.order, self.access)
        can = {"can_dismiss": can_dismiss, "can_refund": can_refund}
        return [notice_of(alert, self.order, **can, cancel_url=self._cancel_url(alert)) for alert in self.alerts]

    @property
    def half_ended(self) -> Alert | None:
        """An end that was confirmed and of which a refund was not begun."""
        found = [alert for alert in self.alerts if alert.kind == Alert.Kind.HALF_ENDED]
        return found[0] if found and self.order.refundable_amount > 0 else None

    @property
    def title(self) -> str:
        """What the browser's tab says: which order, and where it stands."""
        return f"{self.order.merchant_reference1}, {Status(self.order.status).label}"

    @property
    def url(self) -> str:
        """The order's address, with the query of the list it was opened from."""
        return self.address("order")

    @property
    def path(self) -> str:
        """The order's address alone."""
        return reverse("orders:order", args=[self.order.pk])

    @property
    def list_url(self) -> str:
        """The list as it was."""
        return reverse("orders:list") + self.query.text

    @property
    def tabs(self) -> list[Tab]:
        """The parts of the order."""
        return [Tab(words(), self.address(name), name == self.tab) for name, words in TABS]

    @property
    def newer_url(self) -> str:
        """The order above this one in the list, or ""."""
        return self._beside("newer_id")

    @property
    def older_url(self) -> str:
        """The order below this one in the list, or ""."""
        return self._beside("older_id")

    @property
    def capture_url(self) -> str:
        """Where a capture is looked at before it is confirmed."""
        return self.address("capture")

    @property
    def state_url(self) -> str:
        """Asked while money is in flight: answers only when something has changed."""
        alone = "&alone=1" if self.is_alone else ""
        return self._state_since(self.order.version) + alone

    @property
    def refresh_url(self) -> str:
        """Asked by a dialog that was refused: the drawer behind it shows old numbers."""
        return self._state_since(0)

    def address(self, name: str) -> str:
        """An address of this order that remembers the list."""
        return reverse(f"orders:{name}", args=[self.order.pk]) + self.query.text

    @property
    def is_in_flight(self) -> bool:
        """An operation runs whose outcome is not known."""
        order = self.order
        return order.in_flight_amount > 0 or order.adjusting_amount > 0 or getattr(order, "is_extending", False)

    @property
    def in_flight_words(self) -> str:
        """What is not known yet: the first of what runs."""
        order = self.order
        if order.capturing_amount:
            return _("We do not know yet what became of the capture")
        if order.refunding_amount:
            return _("We do not know yet what became of the refund")
        if order.releasing_amount and order.captured_amount:
            return _("We do not know yet what became of the release")
        if order.releasing_amount:
            return _("We do not know yet what became of the cancellation")
        if order.adjusting_amount:
            return _("We do not know yet what became of the change of the total")
        return _("We do not know yet what became of the extension")

    @property
    def sentence(self) -> str:
        """The order in one sentence."""
        return sentence(self.order, Items.of(self.order), self.now)

    @cached_property
    def menu(self) -> Menu:
        """More actions."""
        return menu_of(self.order, self.access, self.now, self.address)

    @property
    def duplicate_url(self) -> str:
        """The create form filled in with this order, or ""."""
        return duplicate_url(self.order, self.access)

    @property
    def lapsed_sum(self) -> str:
        """What the end of the authorization let go of, or ""."""
        amount = getattr(self.order, "lapsed_amount", None)
        return format_money(amount, self.order.currency, get_language() or "en") if amount else ""

    @property
    def is_returning(self) -> bool:
        """Money nobody expected is on its way back."""
        return any(stray.is_running for stray in self.strays)

    @property
    def is_waiting(self) -> bool:
        """The gateway has the word: a notice says so."""
        return self.is_in_flight or self.order.is_under_review

    @property
    def ends_soon(self) -> bool:
        """Three days or less until the hold ends."""
        until = self.order.authorization_expires_at
        return self.is_open and until is not None and until - self.now <= SOON

    @property
    def is_open(self) -> bool:
        """Money is still reserved."""
        return self.order.status in OPEN

    @property
    def shares(self) -> list[Share]:
        """Where the order's money is; empty when none was taken or is reserved."""
        order = self.order
        parts = [
            ("cap", _("Captured"), order.captured_amount - order.refunded_amount - order.refunding_amount),
            ("ref", _("Refunded"), order.refunded_amount),
            ("ref", _("Being refunded"), order.refunding_amount),
            ("ref", _("Being captured"), order.capturing_amount),
            ("ref", _("Released"), order.released_amount if order.captured_amount else 0),
            ("ref", _("Being released"), order.releasing_amount),
            ("", _("Left to capture"), order.capturable_amount if self.is_open else 0),
            ("ref", _("Released with the last capture"), order.surplus_amount if self.is_open else 0),
        ]
        return markup.shares([part for part in parts if part[2]], order.currency)

    @cached_property
    def can_see_capture(self) -> bool:
        """The role includes capturing, and there is, or will be, something to capture."""
        order = self.order
        waits = order.capturable_amount > 0 or order.capturing_amount > 0
        return may(Verb.CAPTURE, order, self.access) and self.order.placed_at is not None and waits

    @cached_property
    def capture_obstacle(self) -> Obstacle | None:
        """Why the order cannot be captured now."""
        return obstacle(self.order, Verb.CAPTURE, self.access, self.now)

    @property
    def release_sum(self) -> str:
        """What the gateway would let go of."""
        return format_money(self.order.releasable_amount, self.order.currency, get_language() or "en")

    @property
    def reserved_sum(self) -> str:
        """What the gateway holds: an extension keeps all of it."""
        return format_money(self.order.reserved_amount, self.order.currency, get_language() or "en")

    @property
    def can_see_refund(self) -> bool:
        """The role includes refunding, and something was captured."""
        return may(Verb.REFUND, self.order, self.access) and self.order.captured_amount > 0

    @property
    def refund_url(self) -> str:
        """Where a refund is looked at before it is confirmed."""
        return self.address("refund")

    @cached_property
    def refund_obstacle(self) -> Obstacle | None:
        """Why nothing can be refunded now."""
        return obstacle(self.order, Verb.REFUND, self.access, self.now)

    @property
    def has_slip(self) -> bool:
        """Something was captured, or can still be: people would look for the slip."""
        has_goods = self.order.captured_amount > 0 or self.is_open
        return has_goods and may(Verb.SLIP, self.order, self.access)

    @property
    def repeats_url(self) -> str:
        """The order beside those it looks like."""
        return self.address("repeats")

    @property
    def print_url(self) -> str:
        """All of the order on one page, for paper."""
        return self.address("print")

    @property
    def slip_url(self) -> str:
        """Where the packing slip is asked for."""
        return reverse("orders:slip", args=[self.order.pk])

    @property
    def slip_obstacle(self) -> str:
        """Why there is no packing slip, in words, or ""."""
        found = obstacle(self.order, Verb.SLIP, self.access, self.now)
        return found.words if found else ""

    def _cancel_url(self, alert: Alert) -> str:
        """Where an end that stopped half-way goes on, or ""."""
        if alert != self.half_ended or obstacle(self.order, Verb.UNWIND, self.access, self.now):
            return ""
        return self.address("cancel")

    def _state_since(self, version: int) -> str:
        join = "&" if self.query.text else "?"
        return f"{self.address('state')}{join}version={version}"

    def _beside(self, name: str) -> str:
        key = getattr(self.order, name, None)
        return reverse("orders:order", args=[key]) + self.query.text if key else ""
