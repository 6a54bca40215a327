"""Calls as people read them: final strings, whole requests and whole responses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from common import markup, times
from developers.models import Action, Direction, Problem, RequestLog

MOST = 50  # of one event: a gateway that is silent for a day is asked a hundred times


@dataclass(frozen=True, slots=True)
class Half:
    """A request or a response. `note` says why the body is not, or not whole."""

    id: str
    title: str
    headers: tuple[tuple[str, str], ...]
    body: str
    note: str


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call, ready to print. `halves` are what was sent and what was answered."""

    icon: SafeString
    direction: str
    action: str
    at: str
    machine_at: str
    request: str
    status: SafeString
    duration: str
    correlation: str
    halves: tuple[Half, ...]


def rows_of(calls: Iterable[RequestLog]) -> list[CallRow]:
    """Rows in the order given."""
    return [_row(call) for call in calls]


def _row(call: RequestLog) -> CallRow:
    is_out = call.direction == Direction.OUT
    asked = _half(f"request-{call.pk}", _("Request"), call.request)
    answered = _half(f"response-{call.pk}", _("Response"), call.response) if call.response else None
    return CallRow(
        icon=markup.icon("send" if is_out else "inbox"),
        direction=str(Direction(call.direction).label),
        action=str(Action(call.action).label),
        at=times.exact(call.at),
        machine_at=call.at.isoformat(timespec="milliseconds"),
        request=f"{call.method} {call.path}",
        status=_status(call),
        duration="" if call.duration_ms is None else _("%(count)s ms") % {"count": call.duration_ms},
        correlation=call.correlation_id,
        halves=(asked, answered) if answered else (asked,),
    )


def _status(call: RequestLog) -> SafeString:
    """The answer's status and its name, or why there is none."""
    if call.status_code is None:
        words = str(Problem(call.problem).label) if call.problem else _("No answer yet")
        return markup.status(words, "hourglass", "bad" if call.problem else "warn")
    if call.status_code < HTTPStatus.BAD_REQUEST:
        return markup.status(_named(call.status_code), "circle-check", "ok")
    is_ours = call.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
    return markup.status(_named(call.status_code), "circle-alert", "warn" if is_ours else "bad")


def _named(code: int) -> str:
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return str(code)


def _half(name: str, title: str, message: dict[str, Any]) -> Half:
    pairs = tuple((str(key), str(value)) for key, value in message["headers"])
    return Half(name, title, pairs, message["body"], _note(message))


def _note(message: dict[str, Any]) -> str:
    if message["kind"] == "empty":
        return _("No body.")
    size = filesizeformat(message["size"])
    if message["kind"] == "other":
        kind = message["type"] or _("unknown type")
        return _("The body is not kept: %(type)s, %(size)s.") % {"type": kind, "size": size}
    return _("Cut: the whole body had %(size)s.") % {"size": size} if message["is_cut"] else ""
