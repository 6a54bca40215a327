"""Logs are JSON lines that tell no secrets."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from django.test import Client

from portal import logs

TOKEN = "a-secret-token-of-frida"


def test_an_exception_is_logged_without_local_variables() -> None:
    record = logging.getLogger("portal").makeRecord("portal", logging.ERROR, __file__, 1, "failed", (), None)
    token = "token-of-frida"
    try:
        {}[len(token)]
    except KeyError:
        record.exc_info = sys.exc_info()
    line = _formatter().format(record)
    assert json.loads(line)["exception"][0]["exc_type"] == "KeyError"
    assert token not in line


def _formatter() -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()],
        foreign_pre_chain=logs._SHARED,
    )


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Whatever reaches standard output: what the root's own handler writes."""
    [out] = [handler for handler in logging.getLogger().handlers if handler.get_name() == "out"]
    assert isinstance(out, logging.StreamHandler)
    lines = io.StringIO()
    before = out.setStream(lines)
    yield lines
    out.setStream(before)


def _lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


@pytest.mark.django_db
@pytest.mark.parametrize("path", [f"/pay/{TOKEN}/", f"/sign-in/{TOKEN}/", f"/nowhere/{TOKEN}/"])
def test_no_answer_brings_the_address_into_the_log(written: io.StringIO, path: str) -> None:
    """Not found, refused for its form protection, not allowed: Django logs each with its path."""
    client = Client(enforce_csrf_checks=True)
    codes = {client.get(path).status_code, client.post(path).status_code, client.put(path).status_code}
    assert codes <= {403, 404, 405}
    assert TOKEN not in written.getvalue()


@pytest.mark.django_db
def test_a_refusal_for_security_is_logged_with_its_route(written: io.StringIO) -> None:
    Client(enforce_csrf_checks=True).post(f"/sign-in/{TOKEN}/")
    [line] = [line for line in _lines(written) if line["logger"].startswith("django.security")]
    assert line["event"] == "sign-in/<str:token>/ answered with status 403"


@pytest.mark.django_db
def test_a_failure_is_logged_with_its_exception_and_route(
    written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(token: str, at: object) -> None:
        raise RuntimeError(f"cannot open https://portal.example/pay/{token}/ask/")

    monkeypatch.setattr("paylinks.views.pay_guard.visit_of", fail)
    assert Client(raise_request_exception=False).get(f"/pay/{TOKEN}/").status_code == 500
    [line] = [line for line in _lines(written) if line["logger"] == "django.request"]
    assert line["event"] == "pay/<str:token>/ answered with status 500"
    assert line["exception"][0]["exc_type"] == "RuntimeError"
    assert line["exception"][0]["exc_value"] == "cannot open https://portal.example/pay/…/ask/"
    assert TOKEN not in written.getvalue()


def test_other_lines_stay_as_they_are(written: io.StringIO) -> None:
    logging.getLogger("portal").warning("asked for %s", "/orders/?q=bowl")
    [line] = _lines(written)
    assert line["event"] == "asked for /orders/?q=bowl"
