"""Settings from outside: typed, and complete in production."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from pydantic import ValidationError

from devkit import places
from portal.environment import Environment, EnvironmentIncompleteError


def test_production_names_everything_that_is_missing(monkeypatch: pytest.MonkeyPatch):
    for name in ("DATABASE_URL", "REDIS_URL", "COUNTERFOIL_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(EnvironmentIncompleteError) as refusal:
        Environment(production=True).demand()
    for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "EMAIL_FROM", "EMAIL_HOST", "STATIC_ROOT"):
        assert name in str(refusal.value)


def test_calls_are_kept_for_90_days_unless_said_otherwise_and_for_one_at_least(monkeypatch: pytest.MonkeyPatch):
    assert Environment().log_retention_days == 90
    monkeypatch.setenv("COUNTERFOIL_LOG_RETENTION_DAYS", "0")
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        Environment()


def test_production_refuses_the_sandbox():
    with pytest.raises(EnvironmentIncompleteError, match="sandbox is not money"):
        Environment(production=True, sandbox=True).demand()


POSTMARK = "anymail.backends.postmark.EmailBackend"
KEYS = {"POSTMARK_SERVER_TOKEN": "t", "WEBHOOK_SECRET": "user:pass"}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "EMAIL_HOST"),
        ({"email_host": "smtp.example"}, ""),
        ({"anymail": KEYS}, "EMAIL_BACKEND: Anymail's"),  # would go to an SMTP server on localhost
        ({"anymail": KEYS, "email_host": "smtp.example"}, "EMAIL_BACKEND: Anymail's"),
        ({"anymail": KEYS, "email_backend": POSTMARK}, ""),
        ({"anymail": {"POSTMARK_SERVER_TOKEN": "t"}, "email_backend": POSTMARK}, "WEBHOOK_SECRET"),
        ({"email_backend": POSTMARK}, "COUNTERFOIL_ANYMAIL:"),
        ({"email_backend": "django.core.mail.backends.console.EmailBackend"}, "one that sends mail"),
        ({"email_backend": "our.own.EmailBackend"}, ""),
    ],
)
def test_production_wants_a_way_for_mail_that_fits_together(values: dict[str, Any], words: str):
    with pytest.raises(EnvironmentIncompleteError) as refusal:
        Environment(production=True, **values).demand()
    named = [line for line in str(refusal.value).splitlines() if "EMAIL_FROM" not in line]
    told = [line for line in named if "EMAIL" in line or "ANYMAIL" in line]
    assert len(told) == bool(words)
    assert words in "".join(told)


WHOLE = {
    "COUNTERFOIL_PRODUCTION": "1",
    "COUNTERFOIL_SECRET_KEY": "k7" * 30,
    "DATABASE_URL": "postgresql:///nothing",
    "REDIS_URL": "redis://localhost:1/0",
    "COUNTERFOIL_PUBLIC_URL": "https://portal.example",
    "COUNTERFOIL_EMAIL_FROM": "portal@example.com",
    "COUNTERFOIL_EMAIL_HOST": "smtp.example.com",
    "COUNTERFOIL_STATIC_ROOT": "/nowhere",
}
_ASK = "from portal import settings as s; print(*[getattr(s, f'SECURE_HSTS_{n}') for n in %r])"
_NAMES = ("SECONDS", "INCLUDE_SUBDOMAINS", "PRELOAD")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "31536000 False False"),
        ({"COUNTERFOIL_HSTS_SUBDOMAINS": "1", "COUNTERFOIL_HSTS_PRELOAD": "1"}, "31536000 True True"),
        ({"COUNTERFOIL_HSTS_SECONDS": "0"}, "0 False False"),
    ],
)
def test_https_is_promised_for_this_host_and_for_others_when_asked(more: dict[str, str], expected: str):
    """In a process of its own: the tests' settings are not production's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COUNTERFOIL_")}
    told = subprocess.run(
        [sys.executable, "-c", _ASK % (_NAMES,)],
        check=True, cwd=places.ROOT, env={**kept, **WHOLE, **more}, capture_output=True, text=True,
    )  # fmt: skip
    assert told.stdout.strip() == expected


def test_preloading_without_subdomains_is_refused():
    with pytest.raises(EnvironmentIncompleteError, match="HSTS_PRELOAD"):
        Environment(production=True, hsts_preload=True).demand()


def test_without_production_nothing_is_demanded():
    Environment().demand()


def test_a_socket_is_spelled_for_each_reader(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("REDIS_URL", "unix:///run/r.sock?db=2")
    environment = Environment()
    assert environment.cache_url == "unix:///run/r.sock?db=2"
    assert environment.broker_url == "redis+socket:///run/r.sock?virtual_host=2"


def test_a_network_address_stays_as_it_is(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("REDIS_URL", "rediss://:secret@redis.example:6380/1")
    assert Environment().broker_url == "rediss://:secret@redis.example:6380/1"


def test_only_the_web_process_has_a_pool():
    assert "pool" not in Environment().database()["OPTIONS"]
    assert Environment(pool_size=4).database()["OPTIONS"]["pool"]["max_size"] == 4
