"""What may be kept of a call. What no rule allows is masked, so that a new field tells nothing by itself.

Pure: the same call always leaves the same trace. Masks keep the shape (`f…@…`, `…67`), so
that somebody who knows the value can recognize it and nobody else can read it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, TypedDict
from urllib.parse import parse_qsl, urlsplit

HIDDEN = "•••"
# an order of 1,000 lines fits, with names and references as long as they may be (255 characters,
# up to four bytes each)
MOST_TEXT = 1_000_000  # characters of a body as it is kept
MOST_READ = 3_000_000  # bytes that are looked into at all
DEEPEST = 20
_LONGEST_VALUE = 300
_LONGEST_PATH = 500  # what the log has room for

HEADERS = frozenset(
    "accept accept-encoding content-length content-type content-encoding date host user-agent connection "
    "idempotency-key klarna-idempotency-key klarna-correlation-id request-id x-request-id retry-after "
    "location capture-id refund-id stripe-version webhook-id webhook-timestamp transfer-encoding".split()
)

# names of fields, lower case without separators; parts of a name, and whole names
_SECRET = re.compile(
    "secret|token|passw|passphrase|signature|apikey|privatekey|accesskey|credential|cookie|bearer|cvc|cvv|"
    "cardnumber|securitycode|iban|accountnumber|routingnumber|sortcode|cryptogram|trackdata|"
    "^(?:authorization|auth|pan|csc|pin|bic|number)$"
)
_PERSONAL = re.compile(
    "name|mail|phone|mobile|msisdn|fax|street|address|city|town|postal|postcode|zip|careof|attention|birth|dob|"
    "nationalid|ssn|personalnumber|socialsecurity|passport|taxid|gender|customer|shopper|payer|buyer|person|"
    "recipient|consignee|holder|contact|billing|shipping|delivery|^card$|bankaccount"
)
_LINES = frozenset({"lines", "orderlines", "items"})
_CODES = frozenset(
    "id type kind state status code currency purchasecurrency country purchasecountry language locale method "
    "paymentmethod reference ourreference paymentreference sessionreference key idempotencykey orderid captureid "
    "refundid paymentid sessionid eventid account at createdat updatedat expiresat authorizedat capturedat "
    "refundedat settledat timestamp created event object reason errorcode fraudstatus correlationid requestid "
    "quantityunit".split()
)
_TEXTS = frozenset("message errormessages description label merchantreference1 merchantreference2".split())
_URLS = frozenset({"returnurl", "webhookurl", "location", "url", "redirecturl"})
# who has one of these is the customer
_WAYS_IN = frozenset({"redirecturl"})

# A search never goes over the same characters twice, or a megabyte of one word would take hours.
_EMAIL = re.compile(r"(?<![^\s@<>\"',;:])[^\s@<>\"',;:]++@[^\s@<>\"',;]+")
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)
_KEYLIKE = re.compile(r"\b(?:sk|rk|pk|whsec|kco)_[\w+/=-]+|\b(?:bearer|basic)\s+\S+|\b(?-i:eyJ)[\w.-]+", re.IGNORECASE)
_DIGITS = re.compile(r"\+?\d(?:[ ()./-]{0,2}\d){7,}")
_CODE = re.compile(r"[\w.:+-]{0,200}", re.ASCII)
_FIELD = re.compile(r"[A-Za-z_][\w.-]{0,63}", re.ASCII)
_OPAQUE = re.compile(r"(?=[^/]*[a-z])(?=[^/]*[A-Z])[\w~-]{40,}", re.ASCII)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LEAST_LOOKED_AT = 10  # digits: no amount has them, a card, a phone or a national ID may
_LEAST_SHAPE = 6


class Message(TypedDict):
    """One half of a call, as it is kept. `kind` is json, empty or other (not kept)."""

    headers: list[list[str]]
    type: str
    size: int
    kind: str
    body: str
    is_cut: bool


def message(headers: Iterable[tuple[str, str]], raw: bytes) -> Message:
    """Headers and body without what nobody may read; only JSON bodies are kept."""
    given = [(name.lower(), value) for name, value in headers]
    content_type = next((value for name, value in given if name == "content-type"), "")
    kind, text, is_cut = _body(raw, content_type)
    return {
        "headers": [[_printable(name)[:100], header(name, value)] for name, value in given[:100]],
        "type": scrubbed(content_type)[:100],
        "size": len(raw),
        "kind": kind,
        "body": text,
        "is_cut": is_cut,
    }


def header(name: str, value: str) -> str:
    """The value of a header that is known to be harmless; all others are hidden."""
    if name.lower() not in HEADERS:
        return HIDDEN
    if name.lower() == "location":
        return address(value) if "://" in value else path(value)
    return (_code(value) or scrubbed(value))[:_LONGEST_VALUE]


def path(target: str) -> str:
    """Path and names of the query of a request; a customer's token and all values are hidden."""
    parts = urlsplit(target)
    query = "&".join(f"{_field(name)}={HIDDEN}" for name, _value in parse_qsl(parts.query, keep_blank_values=True))
    return (_segments(parts.path) + (f"?{query}" if query else ""))[:_LONGEST_PATH]


def address(url: str, *, is_way_in: bool = False) -> str:
    """An absolute URL without user, secret path, query values and fragment."""
    try:
        parts = urlsplit(url)
        host = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
    except ValueError:
        return HIDDEN
    if parts.scheme not in {"http", "https"} or not host:
        return HIDDEN
    rest = f"/{HIDDEN}" if is_way_in else path(parts._replace(scheme="", netloc="", fragment="").geturl())
    return f"{parts.scheme}://{host}{rest}"


def _segments(whole: str) -> str:
    """What follows /pay/ or /sign-in/ is a way in; long mixed words look like one."""
    segments = _printable(whole).split("/")
    for place, segment in enumerate(segments):
        if _OPAQUE.fullmatch(segment) or (place and segments[place - 1] in {"pay", "sign-in"}):
            segments[place] = HIDDEN if segment else segment
        else:
            segments[place] = _KEYLIKE.sub(HIDDEN, _EMAIL.sub(lambda found: masked(found[0]), segment))
    return "/".join(segments)


def _body(raw: bytes, content_type: str) -> tuple[str, str, bool]:
    if not raw:
        return "empty", "", False
    if "json" not in content_type.lower() or len(raw) > MOST_READ:
        return "other", "", False
    try:
        walk = _Walk()
        kept = walk.value(json.loads(raw), "", is_personal=False, depth=0)
    except (ValueError, RecursionError):
        return "other", "", False
    text = json.dumps(kept, ensure_ascii=False, indent=2)
    return "json", text[:MOST_TEXT], walk.is_cut or len(text) > MOST_TEXT


class _Walk:
    """Through one JSON document."""

    def __init__(self) -> None:
        self.is_cut = False

    def value(self, value: Any, key: str, *, is_personal: bool, depth: int, in_lines: bool = False) -> Any:
        """What is kept of a value under a key. Inside a person's or a card's object everything is personal."""
        if value is None:
            return None
        if _SECRET.search(key):
            return HIDDEN
        if isinstance(value, (dict, list)):
            return self._inside(value, key, is_personal=is_personal, depth=depth, in_lines=in_lines)
        if isinstance(value, bool):
            return value
        if isinstance(value, str):
            return _text(value, key, is_personal=is_personal, in_lines=in_lines)
        return _number(value, key, is_personal=is_personal)

    def _inside(self, value: Any, key: str, *, is_personal: bool, depth: int, in_lines: bool) -> Any:
        if depth >= DEEPEST:
            self.is_cut = True
            return HIDDEN
        personal = is_personal or bool(_PERSONAL.search(key))
        if isinstance(value, list):
            return [
                self.value(each, key, is_personal=personal, depth=depth + 1, in_lines=in_lines or key in _LINES)
                for each in value
            ]
        return {
            _field(name): self.value(
                each, _plain(name), is_personal=personal, depth=depth + 1, in_lines=in_lines and key in _LINES
            )
            for name, each in value.items()
        }


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _field(name: str) -> str:
    """The name of a field; one that may be somebody's address is masked too."""
    return name if _FIELD.fullmatch(name) and not _KEYLIKE.search(name) else masked(name)


def _text(value: str, key: str, *, is_personal: bool, in_lines: bool) -> str:
    if not is_personal:
        if key in _CODES and (code := _code(value)):
            return code
        if key in _URLS:
            return address(value, is_way_in=key in _WAYS_IN)
        if key in _TEXTS or (key == "name" and in_lines):
            return scrubbed(value)
    return masked(value)


def _code(value: str) -> str:
    """An ID, a time or a word of a protocol as it is; anything else is ""."""
    return _KEYLIKE.sub(HIDDEN, value) if _CODE.fullmatch(value) and not _OPAQUE.fullmatch(value) else ""


def _number(value: float, key: str, *, is_personal: bool) -> Any:
    digits = sum(character.isdigit() for character in str(value))
    is_kept = not is_personal and (key in _CODES or (digits < _LEAST_LOOKED_AT and not _PERSONAL.search(key)))
    return value if is_kept else masked(str(value))


def masked(value: str) -> str:
    """The shape of a personal value: an e-mail's and a word's first letter, a number's last two digits."""
    value = _printable(value).strip()
    first = value[:1] if len(value) > 3 else ""  # noqa: PLR2004 - less than four letters are read from one
    if "@" in value:
        return f"{first}…@…"
    digits = [character for character in value if character.isdigit()]
    if len(digits) >= _LEAST_SHAPE and len(digits) * 2 > len(value):
        return "…" + "".join(digits[-2:])
    return f"{first}…" if value else ""


def scrubbed(text: str) -> str:
    """A sentence somebody wrote, without addresses, keys and long numbers in it."""
    text = _printable(text)
    text = _KEYLIKE.sub(HIDDEN, text)
    text = _ADDRESS.sub(lambda found: address(found[0]), text)
    text = _EMAIL.sub(lambda found: masked(found[0]), text)
    return _DIGITS.sub(lambda found: masked(found[0]), text)


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("", text)
