"""Every gateway takes the same tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from accounts.models import Store
from payments.actions import connect_sandbox
from payments.models import GatewayAccount
from tests.payments.bench import BENCHES


@pytest.fixture
def account(store: Store, at: datetime) -> GatewayAccount:
    return connect_sandbox(store, at)


@pytest.fixture(params=sorted(BENCHES))
def bench(request: pytest.FixtureRequest, account: GatewayAccount) -> Any:
    """A gateway with somebody who plays the customer."""
    return BENCHES[request.param](account)
