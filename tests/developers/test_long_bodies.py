"""Whole requests and responses, also of the largest order; what is longer says that it was cut."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from developers import redaction
from developers.redaction import message

JSON = [("Content-Type", "application/json")]
LINE = {"type": "physical", "quantity": 100, "tax_rate": 2500, "total_amount": 206_820, "total_tax_amount": 41_364}
MOST_LINES = 1_000
# the longest words would be read again and again by a search that starts at each of their letters
LONG = ("a", "a@", "@", "eyJ", "-eyJ", "1 ( ", "http://", "sk_", "bearer ", "aA", ".a")


def order(name: str, reference: str, lines: int = MOST_LINES) -> bytes:
    """The body that captures an order."""
    body = {"amount": 1, "currency": "SEK", "lines": [{**LINE, "name": name, "reference": reference}] * lines}
    return json.dumps(body, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("name", "reference"), [("Serving bowl", "BOWL-24"), ("å" * 255, "a b" * 85), ("🫖" * 255, "🫖" * 255)]
)
def test_an_order_of_a_thousand_lines_is_kept_whole(name: str, reference: str) -> None:
    found = message(JSON, order(name, reference))
    assert not found["is_cut"]
    lines = json.loads(found["body"])["lines"]
    assert len(lines) == MOST_LINES
    assert lines[-1]["name"] == name


def test_lists_and_objects_are_kept_whole() -> None:
    body = {f"amount{number}": number for number in range(500)}
    assert json.loads(message(JSON, json.dumps(body).encode())["body"]) == body


def test_what_is_longer_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = order("Serving bowl", "BOWL-24")
    whole = message(JSON, raw)["body"]
    monkeypatch.setattr(redaction, "MOST_TEXT", 5_000)
    found = message(JSON, raw)
    assert found["is_cut"]
    assert (found["body"], found["size"]) == (whole[:5_000], len(raw))


def _seconds(raw: bytes) -> float:
    started = time.process_time()
    message(JSON, raw)
    return time.process_time() - started


def test_masking_a_thousand_lines_takes_no_time_worth_naming() -> None:
    assert _seconds(order("Serving bowl, sea green 24 cm, of frida@example.com", "BOWL-24")) < 0.5


@pytest.mark.parametrize("key", ["message", "reference", "url", "email", "x"])
@pytest.mark.parametrize("part", LONG)
def test_the_time_grows_with_the_length_and_not_with_its_square(part: str, key: str) -> None:
    body: dict[str, Any] = {key: part * (400_000 // len(part))}
    assert _seconds(json.dumps(body).encode()) < 2
