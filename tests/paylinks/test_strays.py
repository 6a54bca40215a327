"""Money nobody expected goes back, also when the gateway first says no."""

from __future__ import annotations

import uuid

import pytest

from accounts.models import Store
from common import clock
from orders import operations
from orders.models import Operation
from paylinks import settle
from paylinks.models import Attempt
from sandbox.actions import controls
from sandbox.actions.sessions import choose
from sandbox.models import Behaviour, Session
from tests import builders

pytestmark = pytest.mark.django_db


def _stray(store: Store, state: str, method: str) -> Attempt:
    """A payment of another sum than the order's."""
    attempt = builders.begun(builders.system_link(store), method=method)
    choose(uuid.UUID(attempt.session_reference), state, at=clock.now(), has_webhook=False, extra=100)
    settle.check_attempt(attempt.pk, at=clock.now())
    attempt.refresh_from_db()
    return attempt


@pytest.mark.parametrize(
    ("state", "method", "kind"),
    [
        (Session.State.UNDER_REVIEW, "swish", "void"),  # not charged yet
        (Session.State.AUTHORIZED, "swish", "refund"),
        (Session.State.AUTHORIZED, "card", "void"),
    ],
)
def test_it_goes_back_as_it_came(store: Store, state: str, method: str, kind: str) -> None:
    attempt = _stray(store, state, method)
    operation = Operation.objects.get(order=attempt.order_id, is_stray=True)
    operations.run(operation.pk)
    operation.refresh_from_db()
    assert (operation.kind, operation.state) == (kind, "succeeded")
    settle.check_attempt(attempt.pk, at=clock.now())
    attempt.refresh_from_db()
    assert (attempt.state, attempt.next_check_at) == ("reversed", None)
    assert Operation.objects.filter(order=attempt.order_id, is_stray=True).count() == 1


def test_a_declined_return_is_tried_anew(store: Store) -> None:
    attempt = _stray(store, Session.State.AUTHORIZED, "card")
    controls.set_behaviour(Behaviour.Kind.DECLINE, at=clock.now(), times=1)
    first = Operation.objects.get(order=attempt.order_id, is_stray=True)
    operations.run(first.pk)
    first.refresh_from_db()
    assert (first.state, attempt.next_check_at is not None) == ("declined", True)

    settle.check_attempt(attempt.pk, at=clock.now())
    second = Operation.objects.filter(order=attempt.order_id, is_stray=True).exclude(pk=first.pk).get()
    operations.run(second.pk)
    second.refresh_from_db()
    assert second.state == "succeeded"
    kinds = list(attempt.order.events.order_by("seq").values_list("kind", flat=True))
    assert kinds[-3:] == ["stray.found", "stray.unresolved", "stray.returned"]
