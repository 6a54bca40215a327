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
SEED = int(os.environ.get("COUNTERFOIL_FUZZ_SEED", "0"))
STEPS_PER_ORDER = 50


def _walk(part: int, turn: int, orders: int) -> type[MoneyMachine]:
    """Walk so many orders: the same ones each time, others in each part and turn; `./dev fuzz` has its own seed."""
    machine = seed(SEED + part + 10 * turn)(type("Machine", (MoneyMachine,), {}))
    run_state_machine_as_test(
        machine,
        settings=pace(
            max_examples=orders,
            stateful_step_count=STEPS_PER_ORDER,
            deadline=None,
            derandomize=not IS_FUZZ,
            phases=[Phase.reuse, Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
    return machine


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.django_db(transaction=True)
def test_whatever_happens_the_books_agree_and_money_moves_once(
    part: int, store: Store, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    plug_in(monkeypatch, settings)
    monkeypatch.setattr(MoneyMachine, "store", store, raising=False)
    steps = moved = turn = 0
    while steps < STEPS:  # some orders end before their fifty steps: others walk what is left
        machine = _walk(part, turn, orders=(STEPS - steps) // STEPS_PER_ORDER + 1)
        steps, moved, turn = steps + machine.steps, moved + machine.moved, turn + 1
    sys.stdout.write(f"\n{steps} steps, {moved} movements\n")
    assert moved > STEPS // 50
