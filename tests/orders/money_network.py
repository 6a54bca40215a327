"""Between us and the gateway: what gets lost on the way, and who acts while an answer is on its way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st

from common import sweeps
from orders.actions import expire
from payments import exchange, incoming
from payments.gateway import GatewayUnavailable
from payments.sandbox_client import SandboxClient
from sandbox.models import Behaviour

UNREACHABLE, SILENT = "unreachable", "silent"


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Somebody acts while the next request is out: before it arrives, or before its answer does."""

    number: int  # which of the acts possible then
    is_done: bool


class Network:
    """`state` is what happens to the next requests; `guest` comes in during the next one."""

    state: ClassVar[str | None] = None
    guest: ClassVar[tuple[Callable[[], object], bool] | None] = None

    @classmethod
    def carry(cls, send: Callable[[], Any]) -> Any:
        """Pass a request on, or raise as the client would."""
        if cls.state is not None:
            raise GatewayUnavailable("The network is away.", was_sent=cls.state == SILENT)
        guest, cls.guest = cls.guest, None
        if guest is None:
            return send()
        act, is_done = guest
        answer = send() if is_done else None
        act()
        return answer if is_done else send()


# two of three go well, or no order would live long enough for something to happen to it
accidents = [*Behaviour.Kind.values, UNREACHABLE, SILENT]
faults = st.sampled_from([None] * 16 + accidents)
surprises = st.one_of(faults, faults, faults, st.builds(Meanwhile, st.integers(0, 9), st.booleans()))


class Loud:
    """A log that lets through what sweeps would swallow."""

    def exception(self, *_: Any, **__: Any) -> None:
        raise  # noqa: PLE0704

    def warning(self, *_: Any, **__: Any) -> None:
        """Warnings are expected."""


def plug_in(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Put the network in the way of every request, and let nothing be swallowed or held back."""
    send = SandboxClient._send

    def over_the_network(client: SandboxClient, *request: Any) -> Any:
        return Network.carry(lambda: send(client, *request))

    monkeypatch.setattr(SandboxClient, "_send", over_the_network)
    for logged in (exchange, incoming):  # the request log has tests of its own
        monkeypatch.setattr(logged, "quietly", lambda _write: None)
    monkeypatch.setattr(sweeps, "log", Loud())
    monkeypatch.setattr(expire, "log", Loud())
    settings.LINK_LIMITS = dict.fromkeys(settings.LINK_LIMITS, 10**9)
