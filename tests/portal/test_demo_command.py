"""The demo fills a database and leaves nothing in anybody's way."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from accounts.models import Store
from documents.models import Document
from messaging.limits import check_sending
from messaging.models import Message
from orders.models import Order
from sandbox.models import Control, Webhook


@pytest.fixture
def filled(transactional_db: None) -> Iterator[None]:
    """A demo with few orders."""
    age = connection.settings_dict["CONN_MAX_AGE"]
    with override_settings():
        call_command("demo", orders=14, verbosity=0)
    yield
    logging.disable(logging.NOTSET)
    connection.settings_dict["CONN_MAX_AGE"] = age


@pytest.mark.usefixtures("filled")
def test_a_filled_demo_leaves_no_work_behind_and_spends_no_limit():
    assert Store.objects.count() == 4
    assert Order.objects.exclude(status="pending").exists()
    assert not Message.objects.filter(state=Message.State.QUEUED).exists()
    assert not Message.objects.filter(settled_at__isnull=False, told_at=None).exclude(told_task="").exists()
    assert not Document.objects.exclude(state=Document.State.READY).exists()
    assert not Webhook.objects.filter(state=Webhook.State.QUEUED).exists()
    assert Control.objects.get().webhooks == Control.Webhooks.NORMAL
    for email in Order.objects.exclude(email="").values_list("email", flat=True).distinct():
        check_sending(person="a", store="CF1004211", recipient=email, country="SE", channel="email")
