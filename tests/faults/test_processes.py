"""The portal keeps answering, and says what is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.faults.aftermath import until
from tests.portals import Portal


def test_a_portal_is_ready_and_says_when_parts_are_away(processes: Portal):
    with processes.http() as http:
        processes.run_task("portal.tasks.heartbeat")
        assert until(lambda: http.get("/readyz").json()["status"] == "ok")
        processes.redis.stop()
        answer = http.get("/readyz")
        assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
        assert http.get("/healthz").status_code == 200
        processes.redis.start()
        processes.run_task("portal.tasks.heartbeat")
        assert until(lambda: http.get("/readyz").json()["status"] == "ok")


def test_a_killed_worker_is_told_apart_from_a_broken_portal(portal_with: Callable[..., Any]):
    with portal_with(start=("web",)) as portal, portal.http() as http:
        answer = http.get("/readyz")
        assert (answer.status_code, answer.json()["worker"]) == (200, "silent")
