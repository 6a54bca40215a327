"""Workers race for one document over real connections."""

from __future__ import annotations

import threading
import uuid
from datetime import datetime

import pytest
from django.db import connection

from documents import actions
from documents.models import Document

WORKERS = 6


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_gets_the_document(noon: datetime) -> None:
    document = Document.objects.create(
        kind="slip", subject_id=uuid.uuid4(), merchant_id=1, task="some.task", created_at=noon, next_at=noon
    )
    barrier, won = threading.Barrier(WORKERS), []

    def work() -> None:
        try:
            barrier.wait()
            if actions.begin(document.pk, noon):
                won.append(actions.finish(document.pk, b"bytes", noon))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won == [True]
