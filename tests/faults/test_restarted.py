"""PostgreSQL and Redis restarted at every marked point, under a process that lives on: money moves once."""

from __future__ import annotations

import pytest

from tests.faults.aftermath import until
from tests.faults.points import POINTS, Crashing, moved_once, ready_for, restart_postgres


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("verb", ["capture", "refund"])
def test_database_and_redis_restarted_at_any_point_lose_nothing(crashing: Crashing, verb: str, point: str) -> None:
    order = ready_for(verb, crashing, f"{verb} restarted {point}")
    form, path = crashing.form_of(order, verb), f"/orders/{order.pk}/{verb}s/"
    with crashing.held_at(point, lambda: crashing.post(path, form)):
        crashing.portal.redis.stop()
        restart_postgres()
        crashing.portal.redis.start()
    crashing.sweep_until_settled(order)
    moved_once(order, verb, 0 if point == "before reserve" else 1)
    crashing.post(path, form)  # whoever saw an error sends the form once more
    crashing.sweep_until_settled(order)
    moved_once(order, verb)


@pytest.mark.parametrize("verb", ["capture", "refund"])
def test_database_and_redis_restarted_after_the_kill_lose_nothing(crashing: Crashing, verb: str) -> None:
    order = ready_for(verb, crashing, f"{verb} restart")
    form = crashing.form_of(order, verb)
    crashing.arm("after the call")
    crashing.post(f"/orders/{order.pk}/{verb}s/", form)
    assert until(crashing.has_died)
    crashing.portal.redis.stop()
    restart_postgres()
    crashing.portal.redis.start()
    crashing.sweep_until_settled(order)
    moved_once(order, verb)
