"""What the tester can choose."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from common.money import parse
from sandbox.models import Behaviour, Control, Movement, Session

State = Session.State


class ChoiceForm(forms.Form):
    """The customer's decision, and by which ways the portal hears of it."""

    APPROVE, OTHER_AMOUNT, REVIEW = "approve", "other_amount", "review"
    DECLINE, CANCEL, NO_ANSWER = "decline", "cancel", "no_answer"
    STATES = {
        APPROVE: State.AUTHORIZED,
        OTHER_AMOUNT: State.AUTHORIZED,
        REVIEW: State.UNDER_REVIEW,
        DECLINE: State.DECLINED,
        CANCEL: State.CANCELLED,
    }
    OUTCOMES = ((APPROVE, APPROVE), (OTHER_AMOUNT, OTHER_AMOUNT), (REVIEW, REVIEW))
    REFUSALS = ((DECLINE, DECLINE), (CANCEL, CANCEL), (NO_ANSWER, NO_ANSWER))
    TELL = (
        ("both", _("Redirect and webhook")),
        ("redirect", _("Redirect only")),
        ("webhook", _("Webhook only")),
        ("neither", _("Neither")),
    )

    outcome = forms.ChoiceField(choices=(*OUTCOMES, *REFUSALS))
    tell = forms.ChoiceField(choices=TELL, required=False)

    @property
    def has_redirect(self) -> bool:
        """Whether the customer is sent back."""
        return self.cleaned_data["tell"] in ("", "both", "redirect")

    @property
    def has_webhook(self) -> bool:
        """Whether the portal is told behind the customer's back."""
        return self.cleaned_data["tell"] in ("", "both", "webhook")


class ClockForm(forms.Form):
    """How far to move the clock; nothing means back to real time."""

    hours = forms.IntegerField(required=False, min_value=0, max_value=24 * 366)
    days = forms.IntegerField(required=False, min_value=0, max_value=366)
    minutes = forms.IntegerField(required=False, min_value=0, max_value=60 * 24)
    reset = forms.CharField(required=False)

    def step(self) -> timedelta | None:
        """The step forward, or None for a reset."""
        data = self.cleaned_data
        if data["reset"]:
            return None
        parts = {name: data[name] or 0 for name in ("days", "hours", "minutes")}
        return timedelta(**parts)


class BehaviourForm(forms.Form):
    """How operations are answered."""

    kind = forms.ChoiceField(label=_("Operations"), choices=Behaviour.Kind)
    once = forms.BooleanField(label=_("Only the next one"), required=False)


class HandForm(forms.Form):
    """A movement made in the gateway's own portal; void, release and extend name their sum themselves."""

    KINDS = tuple((kind.value, kind.label) for kind in Movement.Kind if kind != Movement.Kind.ADJUST)

    kind = forms.ChoiceField(choices=KINDS)
    amount = forms.CharField(max_length=30, required=False)

    def minor(self, currency: str) -> int | None:
        """The sum in minor units. Raises DomainError."""
        text = self.cleaned_data["amount"]
        return parse(text, currency) if text else None


class WebhooksForm(forms.Form):
    """How everything is told."""

    mode = forms.ChoiceField(label=_("Webhooks"), choices=Control.Webhooks)
    sums_only = forms.BooleanField(label=_("Tell sums only, no single movements"), required=False)
