"""From a store's account to something that can be asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from payments.gateway import Gateway, Method
from payments.models import GatewayAccount
from payments.sandbox_gateway import SandboxGateway

# A method that may leave the answer open is not offered when less than this is left of
# a link: the customer would have reserved money that the end takes away again.
SLOW_ANSWER = timedelta(hours=1)

_PROVIDERS: dict[str, Callable[[GatewayAccount], Gateway]] = {GatewayAccount.Provider.SANDBOX: SandboxGateway}


def gateway_for(account: GatewayAccount) -> Gateway:
    """The gateway behind an account, active or not: old money is moved where it lies."""
    return _PROVIDERS[account.provider](account)


def offered_methods(account: GatewayAccount, country: str, currency: str, until_end: timedelta) -> tuple[Method, ...]:
    """Ways to pay to show when a link has `until_end` left."""
    methods = gateway_for(account).methods(country, currency)
    if until_end >= SLOW_ANSWER:
        return methods
    return tuple(method for method in methods if method.answers_in_time)


def checkout_origins(account: GatewayAccount) -> tuple[str, ...]:
    """Origins of the pages customers are sent to, for the form-action of ours."""
    return gateway_for(account).checkout_origins
