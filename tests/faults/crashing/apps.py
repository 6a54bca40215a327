"""The points, put around the real functions when the process starts."""

from __future__ import annotations

import os
import signal
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
        from orders.actions import booking, capture, refund, settle

        # the order's row is locked, nothing is written
        _deadly(capture, "reserve", before="before reserve")
        _deadly(refund, "reserve", before="before reserve")
        # committed, and the gateway has not been asked; it has moved the money and said so
        _deadly(operations, "_send", before="after reserve", after="after the call")
        # sums, status and timeline are written, but not committed
        _deadly(booking, "succeeded", after="before settle")
        # committed; nobody was told
        _deadly(settle, "settle_operation", after="after settle")


def _deadly(module: Any, name: str, *, before: str = "", after: str = "") -> None:
    act: Callable[..., Any] = getattr(module, name)

    def deadly(*args: Any, **named: Any) -> Any:
        _die_if(before)
        answer = act(*args, **named)
        _die_if(after)
        return answer

    setattr(module, name, deadly)


def _die_if(point: str) -> None:
    """Die where it was ordered; the order is taken away first, so that nobody dies twice."""
    ordered = Path(os.environ["CRASH_ORDER"])
    try:
        if ordered.read_text() != point:
            return
        ordered.unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
