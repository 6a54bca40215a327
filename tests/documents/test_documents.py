"""A document is asked for once, claimed by one worker, and never lost."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest

from documents import actions
from documents.models import Content, Document

pytestmark = pytest.mark.django_db
SUBJECT = uuid.UUID(int=7)


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What a worker was told: the broker is the network edge."""
    heard: list[tuple[str, str]] = []
    for name in ("kick", "publish"):
        monkeypatch.setattr(actions, name, lambda task, number: heard.append((task, number)))
    return heard


def wish(at: datetime, fingerprint: str = "a") -> Document:
    return actions.request(
        kind="slip",
        subject_id=SUBJECT,
        merchant_id=1,
        fingerprint=fingerprint,
        filename="a.pdf",
        content_type="application/pdf",
        task="some.task",
        at=at,
    )


def test_the_same_content_is_asked_for_once(noon: datetime, told: list[tuple[str, str]]) -> None:
    first, second = wish(noon), wish(noon + timedelta(hours=1))
    assert first.pk == second.pk
    assert told == [("some.task", str(first.pk))]
    assert wish(noon, "b").pk != first.pk


def test_two_workers_claim_once(noon: datetime) -> None:
    document = wish(noon)
    assert actions.begin(document.pk, noon) is not None
    assert actions.begin(document.pk, noon) is None
    assert actions.begin(uuid.uuid4(), noon) is None


def test_bytes_are_stored_once(noon: datetime) -> None:
    document = wish(noon)
    actions.begin(document.pk, noon)
    assert actions.finish(document.pk, b"one", noon)
    assert not actions.finish(document.pk, b"two", noon)
    document.refresh_from_db()
    assert (document.state, document.size, document.ready_at) == ("ready", 3, noon)
    assert bytes(Content.objects.get(document=document).body) == b"one"


def test_a_failure_waits_for_a_person(noon: datetime, told: list[tuple[str, str]]) -> None:
    document = wish(noon)
    actions.begin(document.pk, noon)
    actions.fail(document.pk, "no font", noon)
    assert actions.sweep(noon + timedelta(days=1)) == 0
    told.clear()
    document.refresh_from_db()
    actions.retry(document, noon)
    assert (document.state, document.error, document.attempts) == ("queued", "", 0)
    actions.retry(document, noon)
    assert len(told) == 1


def test_a_ready_document_does_not_fail_later(noon: datetime) -> None:
    document = wish(noon)
    actions.begin(document.pk, noon)
    actions.finish(document.pk, b"one", noon)
    actions.fail(document.pk, "late", noon)
    actions.discard(document)
    document.refresh_from_db()
    assert document.state == "ready"


def test_what_stands_still_is_handed_on_again(noon: datetime, told: list[tuple[str, str]]) -> None:
    document = wish(noon)
    told.clear()
    assert actions.sweep(noon + actions.GRACE / 2) == 0
    late = noon + actions.GRACE
    assert actions.sweep(late) == 1
    assert actions.sweep(late) == 0  # a worker has until the lease ends
    assert told == [("some.task", str(document.pk))]
    assert actions.begin(document.pk, late) is not None
    assert actions.sweep(late + actions.LEASE) == 1
    assert actions.begin(document.pk, late + actions.LEASE) is not None


def test_a_document_that_kills_its_workers_is_given_up(noon: datetime) -> None:
    document, at = wish(noon), noon
    for _attempt in range(actions.ATTEMPTS):
        assert actions.begin(document.pk, at) is not None
        at += actions.LEASE
        actions.sweep(at)
    document.refresh_from_db()
    assert document.state == "failed"
    assert "never finished" in document.error


def test_outdated_documents_are_forgotten_after_a_while(noon: datetime) -> None:
    old, newer = wish(noon, "a"), wish(noon + timedelta(hours=1), "b")
    assert actions.forget_outdated(noon + actions.KEPT) == 0
    assert actions.forget_outdated(noon + actions.KEPT + timedelta(seconds=1)) == 1
    assert list(Document.objects.values_list("pk", flat=True)) == [newer.pk]
    assert old.pk != newer.pk
