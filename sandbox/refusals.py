"""Requests this provider does not take, with the HTTP status that says so."""

from __future__ import annotations

from common.errors import DomainError


class Refusal(DomainError):  # noqa: N818
    """Refused before anything happened."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code, message)
        self.status = status


def not_found(what: str) -> Refusal:
    """Nothing of that name in this account."""
    return Refusal(404, f"no_such_{what}", f"There is no such {what} in this account.")
