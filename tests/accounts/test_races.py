"""Two hands at the same link and the same message."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from django.core import mail as outbox
from django.db import connection

from accounts import actions, tasks
from accounts.models import SignInLink, User
from accounts.sign_in import token_of
from common.errors import DomainError
from messaging.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


def together(work: Callable[[], object], hands: int = 4) -> list[object]:
    """What each of several threads got; a DomainError counts as its code."""
    barrier = Barrier(hands)

    def one() -> object:
        barrier.wait()
        try:
            return work()
        except DomainError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(hands) as pool:
        return [future.result() for future in [pool.submit(one) for _ in range(hands)]]


@pytest.fixture
def person(at: datetime) -> User:
    return User.objects.create(email="alice@acme.example", name="Alice", created_at=at)


def test_a_link_pressed_in_several_windows_at_once_signs_in_once(person: User, at: datetime) -> None:
    actions.request_link(person.email, next_path="", language="en", at=at)
    token = token_of(SignInLink.objects.get())
    results = together(lambda: actions.use_link(token, at=at))
    assert results.count("link_used") == 3


def test_asking_in_several_windows_at_once_sends_one_mail(person: User, at: datetime) -> None:
    results = together(lambda: actions.request_link(person.email, next_path="", language="en", at=at))
    assert sorted(map(bool, results)) == [False, False, False, True]
    assert Message.objects.count() == SignInLink.objects.count() == 1


def test_a_message_given_to_several_workers_goes_out_once(person: User, at: datetime) -> None:
    actions.request_link(person.email, next_path="", language="en", at=at)
    key = str(Message.objects.get().pk)
    together(lambda: tasks.deliver_sign_in(key))
    assert len(outbox.outbox) == 1
    assert Message.objects.get().state == "sent"
