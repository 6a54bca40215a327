"""The role docs/operating.md describes runs the portal and cannot rewrite what happened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.models import AuditEntry, Store
from accounts.views.sign_in import SENT_KEY
from orders.models import Event
from tests import builders
from tests.architecture.sources import text

pytestmark = pytest.mark.django_db
ROLE = "counterfoil_app"


def _documented() -> str:
    [block] = re.findall(r"```sql\n(.*?)```", text("docs/operating.md"), re.DOTALL)
    return str(block)


@pytest.fixture(autouse=True)
def _granted() -> None:
    """As the operator does it; the test's transaction takes the role back."""
    with connection.cursor() as cursor:
        cursor.execute(_documented())


@contextmanager
def _as_the_portal() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {ROLE}")
        yield
        cursor.execute("RESET ROLE")


def _run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_portals_own_writes_succeed(store: Store) -> None:
    with _as_the_portal():
        order = builders.captured_order(store)
        client = Client()
        assert client.post("/sign-in/", {"email": "alice@acme.example"}).status_code == 302
        assert client.session[SENT_KEY]["email"] == "alice@acme.example"
    order.refresh_from_db()
    assert order.status == "captured"
    assert Event.objects.filter(order=order).exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE orders_event SET at = now()",
        "DELETE FROM orders_event",
        "TRUNCATE orders_event CASCADE",
        "ALTER TABLE orders_event DISABLE TRIGGER ALL",
        "DROP TRIGGER orders_event_append_only ON orders_event",
        "DROP FUNCTION orders_event_is_append_only() CASCADE",
        "UPDATE accounts_auditentry SET at = now()",
        "DELETE FROM accounts_auditentry",
        "TRUNCATE accounts_auditentry",
        "ALTER TABLE accounts_auditentry DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_append_only ON accounts_auditentry",
        "SET session_replication_role = replica",
    ],
)
def test_what_happened_is_out_of_its_reach(store: Store, statement: str) -> None:
    builders.placed_order(store)
    assert Event.objects.exists()
    assert AuditEntry.objects.exists()
    with _as_the_portal(), pytest.raises(DatabaseError, match=r"permission denied|must be owner"):
        _run(statement)


def test_tables_of_a_later_version_need_no_new_grants() -> None:
    _run("CREATE TABLE later (id bigserial PRIMARY KEY, word text)")
    with _as_the_portal():
        _run("INSERT INTO later (word) VALUES ('new')")
        _run("UPDATE later SET word = 'newer'")
        _run("DELETE FROM later")
