"""JSON logs: one line per event, with the request's or the task's id."""

from __future__ import annotations

import logging
import re
from typing import Any

import structlog

# Local variables would bring tokens and addresses of customers into the log.
_TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _TRACEBACKS,
]

_FAILED = 500
# what follows these is a way in: to an order, or to somebody's account
_SECRET_PATH = re.compile(r"(/(?:pay|sign-in)/)(?!logo/|sent/|language/)[^/\s\"'\\?<>]+")


class Pathless(logging.Filter):
    """Keeps paths of requests out of the log: a path may hold a secret token.

    Django logs "Not Found: <path>" and the like. The middleware logs every request by its
    route, so only failures and refusals for security stay, with the route instead.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """False for what the middleware has logged; the rest without its path."""
        if record.name == "django.server":
            return False
        is_request = record.name == "django.request"
        if not is_request and not record.name.startswith("django.security"):
            return True
        status = getattr(record, "status_code", 0)
        if is_request and status < _FAILED:
            return False
        record.msg, record.args = f"{_route(record)} answered with status {status}", ()
        return True


def _route(record: logging.LogRecord) -> str:
    match = getattr(getattr(record, "request", None), "resolver_match", None)
    return match.route if match else "a request without a route"


def _without_secrets(logger: Any, method: str, line: str) -> str:
    """The last look at a finished line: an exception's words may repeat an address."""
    return _SECRET_PATH.sub(r"\1…", line)


def configure() -> None:
    """Let structlog write through the standard library, so that both look the same."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def logging_config(level: str) -> dict[str, Any]:
    """Django's LOGGING: everything to standard output as JSON."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": "structlog.stdlib.ProcessorFormatter",
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(ensure_ascii=False),
                    _without_secrets,
                ],
                "foreign_pre_chain": _SHARED,
            }
        },
        "filters": {"pathless": {"()": Pathless}},
        "handlers": {
            "out": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": "json",
                "filters": ["pathless"],
            }
        },
        "root": {"handlers": ["out"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            "gunicorn.error": {"handlers": [], "level": "INFO", "propagate": True},
            "fontTools": {"level": "ERROR"},
            "weasyprint": {"level": "ERROR"},
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
        },
    }
