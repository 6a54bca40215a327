"""Random actions by several people against a gateway that does everything wrong.

After every step the books agree: columns, operations, pieces, timeline and gateway.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed
from hypothesis import settings as pace
from hypothesis.stateful import run_state_machine_as_test

from accounts.models import Store
from tests.orders.money_machine import MoneyMachine
from tests.orders.money_network import plug_in

IS_FUZZ = "COUNTERFOIL_FUZZ_STEPS" in os.environ
PARTS = (0,) if IS_FUZZ else (1, 2)  # the suite walks them side by side, one on each core
STEPS = int(os.environ.get("COUNTERFOIL_FUZZ_STEPS", "5000")) // len(PARTS)
STEPS_PER_ORDER = 50
USUAL = 42  # some orders end sooner


def _machine(part: int) -> type[MoneyMachine]:
    """The suite walks the same orders each time, others in each part; `./dev fuzz` looks for new ones."""
    fresh = type("Machine", (MoneyMachine,), {})
    return seed(part)(fresh) if part else fresh


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.django_db(transaction=True)
def test_whatever_happens_the_books_agree_and_money_moves_once(
    part: int, store: Store, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    plug_in(monkeypatch, settings)
    machine = _machine(part)
    monkeypatch.setattr(MoneyMachine, "store", store, raising=False)
    run_state_machine_as_test(
        machine,
        settings=pace(
            max_examples=STEPS // USUAL + 1,
            stateful_step_count=STEPS_PER_ORDER,
            deadline=None,
            derandomize=not IS_FUZZ,
            phases=[Phase.reuse, Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
    sys.stdout.write(f"\n{machine.steps} steps, {machine.moved} movements\n")
    assert machine.steps >= STEPS
    assert machine.moved > STEPS // 50
