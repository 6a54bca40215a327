"""Creating an order while Redis and the worker are away: nothing is lost, and the mail goes out once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from accounts.models import Store, User
from common import clock
from messaging.models import Message
from orders.models import Order
from payments.actions import connect_sandbox
from tests.faults.aftermath import books_agree, until
from tests.paylinks.typed import confirmed, filled
from tests.portals import Portal


def session_of(user: User) -> str:
    """The key of a session of this person."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def _create_order(portal: Portal, user: User, store: Store) -> httpx.Response:
    """Post the create form as this person's browser would."""
    port = urlsplit(portal.address).port
    cookies = {f"sessionid_{port}": session_of(user)}
    with httpx.Client(base_url=portal.address, cookies=cookies, timeout=30) as browser:
        page = browser.get(f"/links/new/?store={store.mid}")
        token = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        form = {**filled(store), "csrfmiddlewaretoken": token}
        shown = browser.post("/links/new/", data=form, headers={"Origin": portal.address})
        form["confirmed"] = confirmed(shown.text)
        return browser.post("/links/new/", data=form, headers={"Origin": portal.address})


def test_an_order_made_without_redis_and_worker_is_mailed_once_when_they_return(
    portal_with: Callable[..., Any],
) -> None:
    with portal_with(start=("web",)) as portal:
        acme = portal.acme()
        connect_sandbox(acme.store, clock.now())
        portal.redis.stop()
        answer = _create_order(portal, acme.people["alice"], acme.store)
        assert answer.status_code in {302, 303}, answer.text[:2000]
        assert Order.objects.count() == 1
        assert Message.objects.get(kind="link.invitation").state == "queued"

        portal.redis.start()
        portal.processes.start("worker", "beat")
        assert until(lambda: Message.objects.get(kind="link.invitation").state == "sent")
        portal.run_task("messaging.tasks.sweep")
        time.sleep(1)
        assert len([mail for mail in portal.outbox() if mail["to"] == "frida.nystrom@example.com"]) == 1
        books_agree()
