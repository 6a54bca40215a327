"""The create form on an order that waits to be paid: what it says now, and what is being changed of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.contact import readable
from common.money import format_amount, format_money
from orders.changes import Content, changes_of, told
from orders.forms import LineField
from orders.grid.typed import cells_of
from orders.models import Order
from paylinks.actions.create import OrderInput
from paylinks.forms.create import LONGEST, CreateForm, OrderDraft
from paylinks.forms.page import Amendment, OrderPage, page_of
from paylinks.models import PaymentLink


class AmendForm(CreateForm):
    """What can be changed above the grid, and which version of the order was shown."""

    customer_name = LineField(
        label=gettext_lazy("Customer's name"),
        required=False,
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    version = forms.IntegerField(
        label="",
        widget=forms.HiddenInput,
        min_value=1,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value"), gettext_lazy("The form was damaged on its way. Nothing was done.")
        ),
    )


class AmendDraft(OrderDraft):
    """The form of one order. Store, country, language and currency are the order's, whatever was sent."""

    form_class: ClassVar[type[CreateForm]] = AmendForm

    def __init__(self, order: Order, before: Content, locale: str, data: Mapping[str, str] | None = None) -> None:
        self.order = order
        self.before = before
        sent = data if data is not None else typed(order, before, locale)
        fixed = {"store": order.store.mid, "country": order.country, "currency": order.currency}
        super().__init__(order.store, (order.store,), {**{name: sent[name] for name in sent}, **fixed})

    @property
    def country(self) -> str:
        """Stays."""
        return self.order.country

    @property
    def language(self) -> str:
        """Stays."""
        return self.order.language

    @property
    def currency(self) -> str:
        """Stays, also while the agreement leaves it out: the action says so then."""
        return self.order.currency

    @property
    def must_choose_currency(self) -> bool:
        """Never."""
        return False

    def _currency(self, *, strict: bool) -> None:
        """Nothing to read."""

    def _shown(self) -> tuple[object, ...]:
        """The customer's name, too."""
        return (*super()._shown(), self.value("customer_name").strip())

    @property
    def changes(self) -> list[dict[str, object]]:
        """What differs from the order, as far as it can be read: half-typed lines are no change yet."""
        is_typing = any(not line.is_blank and not line.lines for line in self.lines)
        after = Content(
            lines=self.before.lines if is_typing else self.inputs,
            contact=self.recipient.address if self.recipient else self.before.contact,
            merchant_reference1=self.value("merchant_reference1").strip(),
            merchant_reference2=self.value("merchant_reference2").strip(),
            customer_name=self.value("customer_name").strip(),
            auto_capture=bool(self.form["auto_capture"].value()),
        )
        return changes_of(self.before, after)

    def input(self) -> OrderInput:
        """The whole of a form that was read without errors."""
        recipient, values = self.recipient, self.form.cleaned_data
        assert recipient is not None  # noqa: S101 - a form without one is not complete
        return OrderInput(
            recipient_email=recipient.email,
            recipient_phone=recipient.phone,
            country=self.country,
            currency=self.currency,
            language=self.language,
            merchant_reference1=values["merchant_reference1"],
            merchant_reference2=values["merchant_reference2"],
            auto_capture=values["auto_capture"],
            customer_name=values["customer_name"],
            lines=self.inputs,
        )


def typed(order: Order, before: Content, locale: str) -> dict[str, str]:
    """The form as if somebody had typed the order as it is, prices and capture too."""
    data = {
        "recipient": readable(before.contact),
        "customer_name": before.customer_name,
        "merchant_reference1": before.merchant_reference1,
        "merchant_reference2": before.merchant_reference2,
        "form_key": str(uuid.uuid4()),
        "version": str(order.version),
    }
    if before.auto_capture:
        data["auto_capture"] = "on"
    for number, line in enumerate(before.lines):
        cells = cells_of(line, order.currency, locale, has_prices=True)
        data.update({f"line-{number}-{cell}": value for cell, value in cells.items()})
    return data


def amend_page(draft: AmendDraft, link: PaymentLink, *, ends_at: datetime, focus: str = "") -> OrderPage:
    """The draft printed beside the order as it is."""
    order, total = draft.order, draft.totals.total
    amendment = Amendment(
        title=_("Amend order %(reference)s") % {"reference": order.merchant_reference1},
        version=order.revision + 1,
        url=reverse("paylinks:amend", args=[order.pk]),
        preview_url=reverse("paylinks:amend_preview", args=[order.pk]),
        order_url=reverse("orders:order", args=[order.pk]),
        resend_url=reverse("paylinks:resend", args=[link.pk]),
        old_total=order.amount,
        difference=_difference(total - order.amount, draft),
        changes=tuple(told(draft.changes, order.currency)),
        send=_("Save and send new link for %(total)s") % {"total": format_money(total, order.currency, draft.locale)},
    )
    return replace(page_of(draft, ends_at=ends_at, focus=focus), amendment=amendment)


def _difference(amount: int, draft: AmendDraft) -> str:
    """With its sign; "" when the total stays."""
    words = format_amount(amount, draft.currency, draft.locale)
    return f"+{words}" if amount > 0 else words if amount else ""
