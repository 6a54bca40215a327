"""Slips have a queue of their own, so that mail does not stand behind them."""

from __future__ import annotations

from celery import current_app


def test_a_worker_reads_every_queue_that_a_task_is_sent_to():
    current_app.loader.import_default_modules()
    read = {queue.name for queue in current_app.conf.task_queues}
    routes = current_app.conf.task_routes
    assert {route["queue"] for route in routes.values()} <= read
    assert current_app.conf.task_default_queue in read
    assert set(routes) <= set(current_app.tasks)
