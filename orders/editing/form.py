"""What goes along with an edit of lines, and how a line that stays is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.forms import ActForm
from orders.models import Order


class EditForm(ActForm):
    """The wish's key and version, and whether the customer hears of it."""

    tells_customer = forms.BooleanField(label=gettext_lazy("Tell the customer"), required=False, initial=True)

    def __init__(self, order: Order, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        words = _("%(recipient)s gets a message with the old and the new total and the lines.")
        self.fields["tells_customer"].help_text = words % {"recipient": order.email or order.phone}


@dataclass(frozen=True, slots=True)
class Locked:
    """A line as it stays."""

    name: str
    detail: str
    amount: str
