"""Cursors and typed words from an address: whatever stands there, it is read or left out."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest

from common.lists import day_of, number_of, phone_digits, words_of
from common.pages import Cursor

KEY = "6f8a3c1e-9d4b-4c62-8b1a-2f0e5d7c9a10"
AT = "2026-11-20T12:00:00+00:00"
DIGEST = json.loads(base64.urlsafe_b64decode(Cursor(datetime.now(UTC), KEY).encode("") + "=="))[3]


def _made(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def test_a_cursor_reads_as_it_was_written():
    cursor = Cursor(datetime(2026, 11, 20, tzinfo=UTC), KEY, backwards=True)
    assert Cursor.decode(cursor.encode("q=1"), "q=1") == cursor
    assert Cursor.decode(cursor.encode("q=1"), "q=2") is None


@pytest.mark.parametrize(
    "text",
    [
        _made(AT, "not an id", False, DIGEST),
        _made(AT, None, False, DIGEST),
        _made(AT, 7, False, DIGEST),
        _made(AT, "\0", False, DIGEST),
        _made("0001-01-01T00:00:00+14:00", KEY, False, DIGEST),
        _made("9999-12-31T23:59:59-14:00", KEY, False, DIGEST),
        _made("2026-11-20T12:00:00", KEY, False, DIGEST),
        base64.urlsafe_b64encode(b"[" * 6000).decode(),
        "é",
        "a",
    ],
)
def test_a_crafted_cursor_is_none(text: str):
    assert Cursor.decode(text, "") is None


def test_typed_words_and_numbers_are_cleaned():
    assert words_of(" Frida\0 Nyström\t1 ") == "Frida Nyström 1"
    assert [number_of(text) for text in ("51", "", "0", "-1", "9" * 5000, "٣")] == [51, 1, 1, 1, 1, 1]
    assert [day_of(text) for text in ("9999-12-31", "0001-01-01", "soon", "\0")] == [None] * 4
    assert phone_digits("+46 70 174 06 35") == "46701740635"
    assert phone_digits("0046 (0)70") == "46070"
    assert phone_digits("frida") == ""
