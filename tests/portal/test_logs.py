"""Logs are JSON lines that tell no secrets."""

from __future__ import annotations

import json
import logging
import sys

import structlog

from portal import logs


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
