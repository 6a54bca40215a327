"""Races commit what they write: after each, only the tables it wrote to are emptied."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase

_KEPT = {"django_content_type", "auth_permission"}
_flush = TransactionTestCase._fixture_teardown


@pytest.fixture(scope="package", autouse=True)
def _only_what_was_written() -> Iterator[None]:
    """Django truncates every table and writes its content types anew, which takes longer than most races."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", _empty)
        yield


def _empty(case: Any) -> None:
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - _KEPT
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser')::bool")
        if cursor.fetchone() != (True,):  # only a superuser may leave foreign keys and triggers aside
            _flush(case)
            return
        cursor.execute(" UNION ALL ".join(f"(SELECT '{table}' FROM {table} LIMIT 1)" for table in tables))  # noqa: S608
        written = [table for (table,) in cursor.fetchall()]
        cursor.execute("SET session_replication_role = replica")
        for table in written:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608
        cursor.execute("SET session_replication_role = DEFAULT")
