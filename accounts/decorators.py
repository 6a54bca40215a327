"""What a view demands, readable by the access matrix."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from accounts.roles import Permission

P = ParamSpec("P")
R = TypeVar("R")


def require(permission: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Refuse (403, with the permission's plain name and who can grant it) unless it is held
    on at least one store; the view checks the object's own store by `access.need`."""
    name = Permission(permission).value

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            request = cast("Any", args[0])
            request.access.need(name)
            return view(*args, **kwargs)

        cast("Any", guarded).required_permission = name
        return guarded

    return decorate


def open_without_access(view: Callable[P, R]) -> Callable[P, R]:
    """Signed in is enough: reachable also when every membership has ended."""
    cast("Any", view).open_without_access = True
    return view
