"""What goes wrong for a reason a person can be told."""

from __future__ import annotations

from dataclasses import dataclass


class DomainError(Exception):
    """A refused request: a stable code for machines, words for people.

    `field` names the form field the words belong to, when there is one.
    """

    def __init__(self, code: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a verb is not possible now: code, words, and who could help."""

    code: str
    words: str
    who: str = ""

    def error(self) -> DomainError:
        """The same obstacle as an exception, for actions and tasks."""
        return DomainError(self.code, self.words)


class PermissionDenied(DomainError):  # noqa: N818 (the word people and Django use)
    """The person may see the object but lacks a permission (answered 403)."""

    def __init__(self, permission: str, name: str, who: str) -> None:
        super().__init__("permission_denied", name)
        self.permission = permission
        self.name = name
        self.who = who
