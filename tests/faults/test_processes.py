"""The portal keeps answering, and says what is missing."""

from __future__ import annotations

import json

import httpx
from redis import Redis

from portal.health import HEARTBEAT
from tests.faults.aftermath import until
from tests.faults.points import Crashing


def test_a_silent_worker_is_told_apart_from_a_broken_portal(crashing: Crashing) -> None:
    with Redis.from_url(crashing.portal.redis.url) as redis:
        for key in redis.scan_iter(f"*{HEARTBEAT}"):
            redis.delete(key)
    with crashing.portal.http() as http:
        answer = http.get("/readyz")
        assert (answer.status_code, answer.json()["worker"]) == (200, "silent")


def test_a_portal_is_ready_and_says_when_parts_are_away(crashing: Crashing) -> None:
    portal = crashing.portal
    with portal.http() as http:
        portal.run_task("portal.tasks.heartbeat")
        assert until(lambda: http.get("/readyz").json()["status"] == "ok")
        portal.redis.stop()
        answer = http.get("/readyz")
        assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
        assert http.get("/healthz").status_code == 200
        portal.redis.start()
        assert until(lambda: _is_ready(crashing, http))


def test_the_web_process_logs_only_json_and_of_a_page_asked_for_without_its_body(crashing: Crashing) -> None:
    with crashing.portal.http() as http:
        answer = http.head("/sign-in/")
    assert (answer.status_code, answer.content, int(answer.headers["Content-Length"]) > 0) == (200, b"", True)
    lines = [json.loads(line) for line in crashing.portal.processes.log("web").read_text().splitlines()]
    assert "gunicorn.error" in {line["logger"] for line in lines}
    assert not [line for line in lines if "no-body" in line["event"]]


def _is_ready(crashing: Crashing, http: httpx.Client) -> bool:
    """Beat asks again and again, and a worker that ended itself with Redis is started by its supervisor."""
    crashing.restart_ended()
    crashing.portal.run_task("portal.tasks.heartbeat")
    return until(lambda: http.get("/readyz").json()["status"] == "ok", seconds=5)
