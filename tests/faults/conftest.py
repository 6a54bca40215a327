"""One portal for all tests of this folder: its processes die or wait at a marked point, or are ended and started."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.aftermath import books_agree
from tests.faults.points import Crashing
from tests.portals import running_portal


@pytest.fixture(scope="package")
def crashing(
    django_db_blocker: Any, template_database: str, collected_static: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Crashing]:
    """Its web and worker come to the points of `tests.faults.crashing`; in the end every order of every test is right."""
    order = tmp_path_factory.mktemp("crash") / "order"
    extra = {"DJANGO_SETTINGS_MODULE": "tests.faults.crashing.settings", "CRASH_ORDER": str(order)}
    extra["GUNICORN_CMD_ARGS"] = "--preload"  # whoever dies is forked anew, not read in anew; no pool is open before
    with running_portal(
        django_db_blocker, template_database, collected_static, start=("web", "worker"), **extra
    ) as portal:
        found = Crashing(portal, order)
        yield found
        found.alice.close()
        books_agree()
