"""Creating an order while Redis and the worker are away: nothing is lost, and the mail goes out once."""

from __future__ import annotations

import httpx

from messaging.models import Message
from orders.audit import audit_order
from orders.models import Order
from payments.actions import connect_sandbox
from tests.faults.aftermath import until
from tests.faults.points import Crashing
from tests.paylinks.typed import confirmed, filled

NOBODY_ELSE = "solveig.ek@example.com"


def _create_order(crashing: Crashing) -> httpx.Response:
    """Post the create form as Alice's browser would."""
    browser, store = crashing.alice, crashing.acme.store
    page = browser.get(f"/links/new/?store={store.mid}")
    token = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    form = {**filled(store, recipient=NOBODY_ELSE), "csrfmiddlewaretoken": token}
    form["confirmed"] = confirmed(browser.post("/links/new/", data=form).text)
    return browser.post("/links/new/", data=form)


def test_an_order_made_without_redis_and_worker_is_mailed_once_when_they_return(crashing: Crashing) -> None:
    portal = crashing.portal
    connect_sandbox(crashing.acme.store, crashing.acme.store.created_at)
    before = Order.objects.count()
    portal.processes.kill("worker")
    portal.redis.stop()
    answer = _create_order(crashing)
    assert answer.status_code in {302, 303}, answer.text[:2000]
    assert Order.objects.count() == before + 1
    invitation = Message.objects.get(kind="link.invitation", recipient=NOBODY_ELSE)
    assert invitation.state == "queued"

    portal.redis.start()
    portal.processes.start("worker", "beat")
    assert until(lambda: Message.objects.get(pk=invitation.pk).state == "sent")
    portal.processes.stop("beat")
    swept = _sweeps(crashing)
    portal.run_task("messaging.tasks.sweep")
    assert until(lambda: _sweeps(crashing) > swept)
    assert len([mail for mail in portal.outbox() if mail["to"] == NOBODY_ELSE]) == 1
    assert audit_order(invitation.order_id, asks_gateway=True) == []


def _sweeps(crashing: Crashing) -> int:
    """How often a worker has come to the end of it."""
    log = crashing.portal.processes.log("worker").read_text()
    return sum("messaging.tasks.sweep" in line and "succeeded" in line for line in log.splitlines())
