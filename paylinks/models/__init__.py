"""Payment links and the tries to pay them."""

from paylinks.models.attempts import Attempt, TermsAcceptance
from paylinks.models.links import GRACE, LIFETIME, PaymentLink

__all__ = ["GRACE", "LIFETIME", "Attempt", "PaymentLink", "TermsAcceptance"]
