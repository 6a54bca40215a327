"""The points, put around the real functions when the process starts."""

from __future__ import annotations

import os
import signal
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.apps import AppConfig


class CrashingConfig(AppConfig):
    """Puts every point in place; the file that CRASH_ORDER names says which one kills."""

    name = "tests.faults.crashing"

    def ready(self) -> None:
        """Wrap the functions before or after which a process may have to die."""
        from orders import operations
        from orders.actions import booking, capture, edit, refund, settle
        from payments.sandbox_gateway import SandboxGateway

        # the order's row is locked, nothing is written
        _deadly(capture, "reserve", before="before reserve")
        _deadly(refund, "reserve", before="before reserve")
        _deadly(edit, "reserve", before="before reserve")
        # committed, and the gateway has not been asked; it has moved the money and said so
        _deadly(operations, "_send", before="after reserve", after="after the call")
        # sums, status and timeline are written, but not committed
        _deadly(booking, "succeeded", after="before settle")
        # committed; nobody was told
        _deadly(settle, "settle_operation", after="after settle")
        _forgetful(SandboxGateway)


def _deadly(module: Any, name: str, *, before: str = "", after: str = "") -> None:
    act: Callable[..., Any] = getattr(module, name)

    def deadly(*args: Any, **named: Any) -> Any:
        _die_if(before)
        answer = act(*args, **named)
        _die_if(after)
        return answer

    setattr(module, name, deadly)


def _die_if(point: str) -> None:
    """Die or wait where it was ordered; the order is taken away first, so that nobody does so twice."""
    ordered = Path(os.environ["CRASH_ORDER"])
    waiting = ordered.with_suffix(".waiting")
    try:
        wish = ordered.read_text()
        if wish == f"wait {point}":
            ordered.rename(waiting)
        elif wish == point:
            ordered.unlink()
        else:
            return
    except FileNotFoundError:
        return
    if wish == point:
        os.kill(os.getpid(), signal.SIGKILL)
    while waiting.exists():
        time.sleep(0.05)


def _forgetful(gateway: Any) -> None:
    """The control: while a file says so, no key is used twice."""
    move = gateway._move

    def keyless(self: Any, action: Any, payment: str, verb: str, key: str, **body: Any) -> Any:
        off = Path(os.environ["CRASH_ORDER"]).with_suffix(".keyless")
        return move(self, action, payment, verb, uuid.uuid4().hex if off.exists() else key, **body)

    gateway._move = keyless
