"""The Celery application: a hand that moves rows; what must not be lost is a row first."""

from __future__ import annotations

import os
from typing import Any

import structlog
from celery import Celery
from celery.signals import setup_logging, task_postrun, task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("counterfoil")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_logging(**_: Any) -> None:
    """Being connected keeps Celery from replacing Django's logging."""


@task_prerun.connect
def bind_task(task_id: str, task: Any, **_: Any) -> None:
    """Put the task's id and name on every line it logs."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(task_id=task_id, task=task.name)


@task_postrun.connect
def unbind_task(**_: Any) -> None:
    """The next task of this process starts clean."""
    structlog.contextvars.clear_contextvars()
