"""The sandbox's ways to pay, as this portal shows and uses them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from payments.gateway import Capabilities, Method

_KLARNA_COUNTRIES = frozenset({"SE", "NO", "DK", "FI", "DE"})


def all_methods() -> tuple[Method, ...]:
    """Every way to pay, the usual one first, in the current language."""
    return (_card(), _klarna(), _swish())


def is_offered(method: Method, country: str, currency: str) -> bool:
    """Whether the sandbox sells this method for the country and currency."""
    if method.code == "klarna":
        return country in _KLARNA_COUNTRIES
    if method.code == "swish":
        return country == "SE" and currency == "SEK"
    return True


def _card() -> Method:
    return Method(
        code="card",
        name=_("Card"),
        description=_("Visa, Mastercard"),
        window_days=7,
        charges_at_once=False,
        answers_in_time=True,
        capabilities=Capabilities(
            partial_capture=True,
            multi_capture=True,
            release_remaining=True,
            partial_refund=True,
            edit_billing=True,
        ),
    )


def _klarna() -> Method:
    return Method(
        code="klarna",
        name="Klarna",
        description=_("Pay in 30 days, or in 3 parts"),
        window_days=28,
        charges_at_once=False,
        answers_in_time=False,  # may put an order under review for a day
        capabilities=Capabilities(
            partial_capture=True,
            multi_capture=True,
            release_remaining=True,
            extend=True,
            increase=True,
            decrease=True,
            partial_refund=True,
        ),
    )


def _swish() -> Method:
    return Method(
        code="swish",
        name="Swish",
        description=_("Approve in the app on this phone"),
        window_days=7,
        charges_at_once=True,
        answers_in_time=True,
        capabilities=Capabilities(partial_refund=True, edit_billing=True),
    )
