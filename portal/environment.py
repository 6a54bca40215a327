"""Every setting that comes from outside, typed, in one place.

Importable without any variable set; in production it names all that is missing at once.
"""

from __future__ import annotations

import hmac
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

from psycopg.conninfo import conninfo_to_dict
from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

DEVELOPMENT_KEY = "counterfoil-development-only"
SMTP = "django.core.mail.backends.smtp.EmailBackend"
_SHORTEST_KEY = 50  # Django's own deployment check asks for this many characters


class EnvironmentIncompleteError(RuntimeError):
    """Production was asked for without everything it needs."""


class Environment(BaseSettings):
    """Variables are prefixed COUNTERFOIL_, but for DATABASE_URL and REDIS_URL."""

    model_config = SettingsConfigDict(env_prefix="COUNTERFOIL_", extra="ignore")

    production: bool = False
    secret_key: str = DEVELOPMENT_KEY
    secret_key_fallbacks: tuple[str, ...] = ()
    public_url: str = "http://localhost:8000"
    allowed_hosts: tuple[str, ...] = ()
    hsts_seconds: int = 365 * 24 * 3600  # browsers open this host by https only; 0 = do not say so
    hsts_subdomains: bool = False  # the same for every host below it, which may not all be ours
    hsts_preload: bool = False  # asks browsers to ship that with themselves: hard to take back
    trust_proxy: bool = False  # a proxy in front sets X-Forwarded-Proto and overwrites the client's
    database_url: str = Field(
        default="postgresql:///counterfoil",
        validation_alias=AliasChoices("DATABASE_URL", "COUNTERFOIL_DATABASE_URL"),
    )
    redis_url: str = Field(
        default="redis://localhost:6379/0",
        validation_alias=AliasChoices("REDIS_URL", "COUNTERFOIL_REDIS_URL"),
    )
    pool_size: int = 0  # connections per process; 0 = no pool (workers, commands, tests)
    sandbox: bool = False
    sandbox_url: str = ""
    sandbox_secret: str = ""
    sandbox_transport: str = "http"
    email_host: str = ""
    email_port: int = 587
    email_user: str = ""
    email_password: str = ""
    email_tls: bool = True
    email_backend: str = SMTP
    email_from: str = "Counterfoil <no-reply@localhost>"
    anymail: dict[str, str] = {}
    sms_provider: str = ""
    link_limits: dict[str, int] = {}
    static_root: str = ""
    data_dir: str = ""
    log_retention_days: int = Field(default=90, ge=1)  # of calls to and from gateways
    log_level: str = "INFO"

    def database(self) -> dict[str, object]:
        """DATABASE_URL as Django's keys; what Django has no key for goes to libpq."""
        parts = conninfo_to_dict(self.database_url)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.pop("dbname", "") or "counterfoil",
            "USER": parts.pop("user", "") or "",
            "PASSWORD": parts.pop("password", "") or "",
            "HOST": parts.pop("host", "") or "",
            "PORT": str(parts.pop("port", "") or ""),
            "CONN_MAX_AGE": 0,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {**parts, **self._pool()},
        }

    def _pool(self) -> dict[str, object]:
        if not self.pool_size:
            return {}
        return {"pool": {"min_size": 1, "max_size": self.pool_size, "timeout": 10}}

    @property
    def cache_url(self) -> str:
        """REDIS_URL as redis-py reads it (`unix://` for a socket)."""
        return _socket_form(self.redis_url, "unix", "db")

    @property
    def broker_url(self) -> str:
        """REDIS_URL as Celery reads it (`redis+socket://` for a socket)."""
        return _socket_form(self.redis_url, "redis+socket", "virtual_host")

    @property
    def sandbox_key(self) -> str:
        """The secret both ends of the sandbox sign with; derived unless given."""
        return self.sandbox_secret or hmac.digest(self.secret_key.encode(), b"counterfoil.sandbox", "sha256").hex()

    def demand(self) -> None:
        """Refuse to go on in production, naming everything that is missing or contradicts."""
        if self.production and (problems := self._problems()):
            raise EnvironmentIncompleteError(
                "Counterfoil cannot start in production:\n" + "\n".join(f"- {p}" for p in problems)
            )

    def _problems(self) -> list[str]:
        return [
            words
            for wrong, words in (
                (
                    self.secret_key == DEVELOPMENT_KEY or len(self.secret_key) < _SHORTEST_KEY,
                    f"COUNTERFOIL_SECRET_KEY: at least {_SHORTEST_KEY} random characters",
                ),
                ("database_url" not in self.model_fields_set, "DATABASE_URL: postgresql://..."),
                ("redis_url" not in self.model_fields_set, "REDIS_URL: redis://..."),
                (
                    not self.public_url.startswith("https://"),
                    "COUNTERFOIL_PUBLIC_URL: the https:// address people open",
                ),
                (
                    "email_from" not in self.model_fields_set,
                    "COUNTERFOIL_EMAIL_FROM: the sender of all mail",
                ),
                (bool(self._mail_problem()), self._mail_problem()),
                (
                    self.hsts_preload and not (self.hsts_subdomains and self.hsts_seconds),
                    "COUNTERFOIL_HSTS_PRELOAD: browsers take it with COUNTERFOIL_HSTS_SUBDOMAINS only",
                ),
                (not self.static_root, "COUNTERFOIL_STATIC_ROOT: where collectstatic writes"),
                (self.sandbox, "COUNTERFOIL_SANDBOX must be off: the sandbox is not money"),
            )
            if wrong
        ]

    def _mail_problem(self) -> str:
        """Why mail would not leave, or its bounces not come back."""
        if self.email_backend.startswith("anymail."):
            if not self.anymail.get("WEBHOOK_SECRET"):
                return "COUNTERFOIL_ANYMAIL: the provider's keys, and WEBHOOK_SECRET for its reports of bounces"
        elif self.anymail:
            return "COUNTERFOIL_EMAIL_BACKEND: Anymail's backend, such as anymail.backends.postmark.EmailBackend"
        elif self.email_backend == SMTP and not self.email_host:
            return "COUNTERFOIL_EMAIL_HOST (or COUNTERFOIL_ANYMAIL with COUNTERFOIL_EMAIL_BACKEND)"
        elif self.email_backend.startswith("django.") and self.email_backend != SMTP:
            return "COUNTERFOIL_EMAIL_BACKEND: one that sends mail"
        return ""


def _socket_form(url: str, scheme: str, database: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"unix", "redis+socket"}:
        return url
    query = parse_qs(parts.query)
    number = (query.get("db") or query.get("virtual_host") or ["0"])[0]
    return f"{scheme}://{parts.path}?{database}={number}"


@lru_cache(maxsize=1)
def load() -> Environment:
    """Read the environment once and refuse what cannot work."""
    environment = Environment()
    environment.demand()
    return environment
