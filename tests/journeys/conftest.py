"""Portals as an operator sets them up: one merchant, nothing else."""

from __future__ import annotations

import pytest

from tests.journeys.steps import ALICE, MID
from tests.portals import Portal


@pytest.fixture
def fresh_portal(processes: Portal) -> Portal:
    """A portal of Fjällbo Keramik, whose store has no terms yet."""
    processes.manage(
        "create_merchant", "Fjällbo Keramik", "--country", "SE", "--currencies", "SEK,EUR",
        "--mid", MID, "--admin-email", ALICE, "--admin-name", "Alice Ek",
    )  # fmt: skip
    return processes
