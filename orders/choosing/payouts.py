"""What an action does to the shop's next payout, in a sentence: only captured money is paid out."""

from __future__ import annotations

from django.utils.translation import gettext as _


def grows(total: str) -> str:
    """A capture: the sale joins the next payout; the fees on it are the settlement's to tell."""
    return _("Your next payout is %(total)s higher, before fees.") % {"total": total}


def shrinks(total: str) -> str:
    """A refund is taken from what is paid out next."""
    return _("Your next payout is %(total)s lower.") % {"total": total}


def stays() -> str:
    """What was never captured is in no payout."""
    return _("No payout changes.")
