"""`./dev fuzz`: random actions on orders for as long as wished, with a seed to see it again."""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
from collections.abc import Sequence

from devkit import places, services

MACHINE = "tests/orders/test_money_machine.py"


def fuzz(arguments: Sequence[str]) -> int:
    """Run the money machine for so many steps; the seed is printed before and after."""
    parser = argparse.ArgumentParser(prog="./dev fuzz")
    parser.add_argument("--steps", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    wish = parser.parse_args(arguments)
    again = f"./dev fuzz --steps {wish.steps} --seed {wish.seed}"
    print(f"Seed {wish.seed}: {again}", flush=True)
    with services.throw_away() as taken:
        surroundings = {
            **os.environ,
            **places.caches(),
            **taken.environment(),
            "COUNTERFOIL_FUZZ_STEPS": str(wish.steps),
            "COUNTERFOIL_FUZZ_SEED": str(wish.seed),
        }
        command = [sys.executable, "-m", "pytest", "-q", "-s", "--tb=short", MACHINE]
        code = subprocess.run(command, check=False, cwd=places.ROOT, env=surroundings).returncode
    print(f"Seed {wish.seed} " + ("found a bug: " + again if code else "found nothing."))
    return code
