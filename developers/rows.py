"""Calls as people read them: final strings, requests and responses with the beginnings of long bodies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common import markup, times
from common.money import format_count
from developers.models import Action, Direction, Problem, RequestLogQuerySet
from developers.redaction import MOST_READ, Message

MOST = 50  # of one event: a gateway that is silent for a day is asked a hundred times
SHOWN = 10_000  # characters of a body in a list: an order of 50 lines; longer ones are shown when asked for

HALVES = ("request", "response")
# where the whole of a call's "request" or "response" is shown
Addresses = Callable[[int, str], str]


@dataclass(frozen=True, slots=True)
class Half:
    """A request or a response. `note` says why the body is not kept, or not whole.

    `rest` is where the whole body is when this is only its beginning, and `more` the words for it.
    """

    id: str
    title: str
    headers: tuple[tuple[str, str], ...]
    body: str
    note: str
    rest: str = ""
    more: str = ""


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


def newest(calls: RequestLogQuerySet, whole: Addresses) -> tuple[list[CallRow], bool]:
    """The last `MOST` calls, newest last, and whether there are more."""
    found = list(calls.beginnings(SHOWN + 1).order_by("-at", "-pk")[: MOST + 1])
    return [_row(call, whole) for call in reversed(found[:MOST])], len(found) > MOST


def whole_half(calls: RequestLogQuerySet, call: int, half: str) -> Half | None:
    """A call's "request" or "response" with all that is kept of its body; None when it is not there."""
    message = calls.filter(pk=call).values_list(half, flat=True).first()
    return _half(call, half, message) if message else None


def _row(call: Any, whole: Addresses) -> CallRow:
    is_out = call.direction == Direction.OUT
    starts = {"request": call.request_start, "response": call.response_start}
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
        halves=tuple(_beginning(call.pk, half, start, whole) for half, start in starts.items() if start),
    )


def _status(call: Any) -> SafeString:
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


def _beginning(call: int, half: str, message: Message, whole: Addresses) -> Half:
    """A half whose body ends with the last line there is room for."""
    if len(message["body"]) <= SHOWN:
        return _half(call, half, message)
    start = message["body"][:SHOWN].rpartition("\n")[0] or message["body"][:SHOWN]
    size = {"size": filesizeformat(message["size"])}
    more = _("Show the whole request, %(size)s") if half == "request" else _("Show the whole response, %(size)s")
    shown = _half(call, half, {**message, "body": start, "is_cut": False})
    return replace(shown, rest=whole(call, half), more=more % size)


def _half(call: int, half: str, message: Message) -> Half:
    title = _("Request") if half == "request" else _("Response")
    headers = tuple((str(key), str(value)) for key, value in message["headers"])
    return Half(f"{half}-{call}", title, headers, message["body"], _note(message))


def _note(message: Message) -> str:
    if message["kind"] == "empty":
        return _("No body.")
    size = filesizeformat(message["size"])
    if message["kind"] == "other":
        known = {"type": message["type"] or _("unknown type"), "size": size, "most": filesizeformat(MOST_READ)}
        if message["size"] > MOST_READ:
            return _("The body is not kept: %(type)s, %(size)s; at most %(most)s are.") % known
        return _("The body is not kept: %(type)s, %(size)s.") % known
    cut = {"count": format_count(len(message["body"]), get_language() or "en"), "size": size}
    return _("Cut: %(count)s characters are kept, the whole body had %(size)s.") % cut if message["is_cut"] else ""
