"""What the calls made from here on are about: the log reads it, so that gateways need not be told."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Trace:
    """Plain IDs of what a call is about; None is not about one."""

    order_id: uuid.UUID | None = None
    operation_id: uuid.UUID | None = None
    attempt_id: uuid.UUID | None = None


_NOTHING = Trace()
_trace: ContextVar[Trace] = ContextVar("trace", default=_NOTHING)


def current() -> Trace:
    """What is being done now."""
    return _trace.get()


@contextmanager
def tracing(
    *,
    order_id: uuid.UUID | None = None,
    operation_id: uuid.UUID | None = None,
    attempt_id: uuid.UUID | None = None,
) -> Iterator[None]:
    """Calls inside are about this order, operation or attempt, and nothing else."""
    token = _trace.set(Trace(order_id, operation_id, attempt_id))
    try:
        yield
    finally:
        _trace.reset(token)


def about(**ids: uuid.UUID | None) -> None:
    """It has turned out what the surrounding `tracing` is about."""
    _trace.set(replace(_trace.get(), **ids))
