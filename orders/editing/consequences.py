"""What an edit brings about at the gateway, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from orders.choosing import payouts
from orders.editing.plan import Plan, say


def consequences_of(plan: Plan) -> list[str]:
    """What happens at the gateway, and what becomes of what it holds beyond the total."""
    order, change = plan.order, plan.total - plan.held
    names = {"method": plan.method.name, "sum": say(order, abs(change)), "held": say(order, plan.held)}
    if plan.is_asked and change > 0:
        words = _("%(method)s is asked to reserve %(sum)s more. If it says no, nothing is changed.")
    elif plan.is_asked and change < 0:
        words = _("%(method)s is asked to reserve %(sum)s less.")
    elif plan.is_asked:
        words = _("%(method)s is told the new lines. What it has reserved stays the same.")
    elif plan.is_last:
        words = _("Nothing is left to capture: the %(sum)s still reserved is released at once.")
    elif plan.surplus:
        words = _("%(method)s goes on holding %(held)s. %(sum)s of it is released with the last capture.")
    else:
        words = _("%(method)s goes on holding %(held)s.")
    found = [words % names]
    if plan.is_last and plan.is_asked:
        found.append(_("Nothing is left to capture afterwards."))
    return [*found, payouts.stays()]
