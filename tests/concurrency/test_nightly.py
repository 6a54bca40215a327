"""Two schedulers at the same minute make one run."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from orders import nightly
from orders.actions import audits
from orders.models import AuditRun
from orders.nightly import audit_batch
from tests.concurrency.racing import Meeting, race

pytestmark = pytest.mark.django_db(transaction=True)
NIGHT = datetime.fromisoformat("2026-11-20 02:10Z")


@pytest.fixture
def meeting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is about to begin a run waits for the other."""
    together, real = Meeting(2), AuditRun.objects.create

    def create(**values: object) -> AuditRun:
        together.wait()
        return real(**values)

    audit_batch(NIGHT - timedelta(days=1))
    monkeypatch.setattr(AuditRun.objects, "create", create)


@pytest.mark.usefixtures("meeting")
def test_a_night_is_run_once() -> None:
    assert race(lambda: audit_batch(NIGHT), lambda: audit_batch(NIGHT)) == [False, False]
    assert AuditRun.objects.filter(started_at=NIGHT).count() == 1


@pytest.mark.usefixtures("meeting")
def test_without_the_lock_the_second_breaks_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audits, "_WAIT", "SELECT 1")
    # the first is not done before the second has tried: afterwards there would be room for another run
    tried = Meeting(2)
    monkeypatch.setattr(
        nightly, "advance_run", lambda *args, **run: (tried.wait(), audits.advance_run(*args, **run))[1]
    )
    assert (
        sum(isinstance(result, Exception) for result in race(lambda: audit_batch(NIGHT), lambda: audit_batch(NIGHT)))
        == 1
    )
