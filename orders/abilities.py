"""What the way an order was paid lets a shop do with the money. Dialogs, rules and actions ask here."""

from __future__ import annotations

from django.utils.translation import gettext as _

from common.errors import DomainError
from orders.cutting import CutError
from orders.models import Order
from payments.gateway import Method
from payments.gateways import gateway_for


def method_of(order: Order) -> Method:
    """The way it was paid, as the gateway that holds the money offers it."""
    return gateway_for(order.paying_account).method(order.payment_method)


def check_part_capture(order: Order, amount: int) -> None:
    """Raise CutError `not_in_parts` when `amount`, in minor units, is a part and the method takes all at once."""
    if amount >= order.capturable_amount:
        return
    method = method_of(order)
    if not method.capabilities.partial_capture:
        raise CutError("not_in_parts", _("%(method)s can only be captured whole.") % {"method": method.name})


def check_part_refund(order: Order, amount: int) -> None:
    """Raise CutError `not_in_parts` when `amount`, in minor units, is a part and the method gives back all at once."""
    if amount >= order.captured_amount:
        return
    method = method_of(order)
    if not method.capabilities.partial_refund:
        raise CutError("not_in_parts", _("%(method)s can only be refunded whole.") % {"method": method.name})


def loses_rest(method: Method, left: int) -> bool:
    """Whether the method allows one capture only and `left` would remain: that is booked released."""
    return left > 0 and not method.capabilities.multi_capture


def lets_rest_go(order: Order, amount: int, *, is_wished: bool) -> bool:
    """Whether a capture of `amount` is followed by a release: because it is lost, or `is_wished` and possible.

    Raises DomainError `not_releasable` when it is wished and the method cannot.
    """
    left = order.capturable_amount - amount
    if left <= 0:
        return is_wished
    method = method_of(order)
    if loses_rest(method, left):
        return True
    if is_wished and not method.capabilities.release_remaining:
        raise DomainError("not_releasable", not_releasable(method))
    return is_wished


def not_releasable(method: Method) -> str:
    """Why the rest cannot be let go."""
    return _("%(method)s does not let the rest be released. It ends with the authorization.") % {"method": method.name}
