"""A pytest plugin: real services before Django reads its settings.

`./dev test` starts them once for all tiers; a plain `python -m pytest` starts its own.
"""

from __future__ import annotations

import atexit
import os
from contextlib import ExitStack

from devkit import places, services

_DEFAULTS = {
    "COUNTERFOIL_PUBLIC_URL": "http://testserver",
    "HYPOTHESIS_STORAGE_DIRECTORY": str(places.DATA / "cache" / "hypothesis"),
}


def start() -> None:
    """Fill the environment, starting throw-away services where no address is given."""
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        return
    stack = ExitStack()
    atexit.register(stack.close)
    os.environ.update(stack.enter_context(services.throw_away()).environment())


start()
