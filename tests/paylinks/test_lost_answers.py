"""The gateway's answer to `begin` is lost: the attempt is found again, or known never to have been."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from accounts.models import Store
from common import clock
from common.errors import DomainError
from paylinks.actions.expire import expire_links
from paylinks.models import GRACE, Attempt, PaymentLink
from paylinks.settle import check_attempt, close_running
from sandbox.actions import controls
from sandbox.models import Behaviour, Session
from tests import builders

pytestmark = pytest.mark.django_db


def _lost(store: Store, kind: str) -> Attempt:
    link = builders.system_link(store)
    controls.set_behaviour(kind, at=clock.now(), times=1)
    with pytest.raises(DomainError, match="does not answer"):
        builders.begun(link)
    return Attempt.objects.get(link=link)


def test_a_session_whose_address_was_lost_is_found_by_the_attempts_own_id(store: Store) -> None:
    attempt = _lost(store, Behaviour.Kind.TIMEOUT_AFTER)
    assert (attempt.state, attempt.session_reference) == ("begun", "")
    check_attempt(attempt.pk, at=clock.now())
    attempt.refresh_from_db()
    assert attempt.session_reference == str(Session.objects.get().pk)
    assert attempt.state == "begun"


def test_staff_can_go_on_after_a_lost_answer(store: Store) -> None:
    attempt = _lost(store, Behaviour.Kind.TIMEOUT_BEFORE)
    close_running(attempt.order_id, at=clock.now())
    attempt.refresh_from_db()
    assert attempt.state == "abandoned"


def test_a_session_that_never_was_lets_its_link_expire(store: Store) -> None:
    attempt = _lost(store, Behaviour.Kind.TIMEOUT_BEFORE)
    link = PaymentLink.objects.get(pk=attempt.link_id)
    later = link.expires_at + GRACE + timedelta(seconds=1)
    with time_machine.travel(later):
        assert expire_links(later) == 0
        check_attempt(attempt.pk, at=later)
        assert expire_links(later) == 1
    attempt.refresh_from_db()
    assert attempt.state == "abandoned"
    assert not Session.objects.exists()
