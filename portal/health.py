"""Liveness and readiness for whoever runs the portal.

Only the database and its migrations make the portal unready: it is correct, if slower
to show it, with worker and Redis away, and says `degraded`.
"""

from __future__ import annotations

import time

import structlog
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

log = structlog.get_logger(__name__)

HEARTBEAT = "portal:heartbeat"
_FRESH_SECONDS = 60  # four beats of the schedule


def beat() -> None:
    """Note that a worker has just run something beat asked for."""
    cache.set(HEARTBEAT, time.time(), timeout=_FRESH_SECONDS * 2)


@never_cache
@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """503 without database or migrations; otherwise 200, `degraded` without worker or Redis."""
    parts = {"database": _database(), **_redis_and_worker()}
    if parts["database"] != "ok":
        return JsonResponse({"status": "unavailable", **parts}, status=503)
    whole = all(state == "ok" for state in parts.values())
    return JsonResponse({"status": "ok" if whole else "degraded", **parts})


def _database() -> str:
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        log.warning("health.database_away", error=str(error))
        return "away"
    return f"{len(pending)} migrations missing" if pending else "ok"


def _redis_and_worker() -> dict[str, str]:
    try:
        seen = cache.get(HEARTBEAT)
    except Exception as error:  # noqa: BLE001 - whatever ails Redis, the answer is the same
        log.warning("health.redis_away", error=str(error))
        return {"redis": "away", "worker": "unknown"}
    fresh = seen is not None and time.time() - seen < _FRESH_SECONDS
    return {"redis": "ok", "worker": "ok" if fresh else "silent"}
