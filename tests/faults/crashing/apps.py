"""The points, put around the real functions when the process starts."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.apps import AppConfig


class CrashingConfig(AppConfig):
    """Arms the point that the environment names."""

    name = "tests.faults.crashing"

    def ready(self) -> None:
        """Wrap the function before or after which the process is to die."""
        point = os.environ.get("CRASH_AT", "")
        if point:
            _arm(point)


def _arm(point: str) -> None:
    from orders import operations
    from orders.actions import booking, capture, refund, settle

    places: dict[str, list[tuple[Any, str, bool]]] = {
        # the order's row is locked, nothing is written
        "before reserve": [(capture, "reserve", False), (refund, "reserve", False)],
        # committed; the gateway has not been asked
        "after reserve": [(operations, "_send", False)],
        # the gateway has moved the money and said so
        "after the call": [(operations, "_send", True)],
        # sums, status and timeline are written, but not committed
        "before settle": [(booking, "succeeded", True)],
        # committed; nobody was told
        "after settle": [(settle, "settle_operation", True)],
    }
    for module, name, is_after in places[point]:
        setattr(module, name, _deadly(getattr(module, name), is_after=is_after))


def _deadly(act: Callable[..., Any], *, is_after: bool) -> Callable[..., Any]:
    def deadly(*args: Any, **named: Any) -> Any:
        if not is_after:
            _die_once()
        answer = act(*args, **named)
        if is_after:
            _die_once()
        return answer

    return deadly


def _die_once() -> None:
    mark = Path(os.environ["CRASH_MARK"])
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
