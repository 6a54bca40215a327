"""Rows for COPY: the model's own defaults, overlaid with what is given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import psycopg
from django.db import connection, models
from psycopg import sql

Row = dict[str, Any]


class Table:
    """One model's table. Columns filled by the database itself are left out."""

    def __init__(self, model: type[models.Model], *, with_key: bool) -> None:
        fields = [
            field
            for field in model._meta.concrete_fields  # noqa: SLF001
            if not field.has_db_default() and (with_key or not field.primary_key)
        ]
        self.name = model._meta.db_table  # noqa: SLF001
        self.blank: Row = {field.column: field.get_db_prep_save(field.get_default(), connection) for field in fields}
        self.rows: list[Row] = []
        self.count = 0

    def add(self, **values: Any) -> None:
        """One more row; a name the table does not know is a mistake."""
        row = {**self.blank, **values}
        if len(row) != len(self.blank):
            raise KeyError(sorted(set(row) - set(self.blank)))
        self.rows.append(row)

    def write(self, server: psycopg.Connection[Any]) -> None:
        """Send the collected rows by COPY and forget them."""
        names = sql.SQL(", ").join(map(sql.Identifier, self.blank))
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(self.name), names)
        with server.cursor() as cursor, cursor.copy(statement) as copy:
            for row in self.rows:
                copy.write_row(tuple(row.values()))
        self.count += len(self.rows)
        self.rows.clear()


def write_all(server: psycopg.Connection[Any], tables: Iterable[Table]) -> None:
    """One batch of every table, in the order their foreign keys need."""
    for table in tables:
        table.write(server)


def renumber(server: psycopg.Connection[Any], table: str) -> None:
    """Let the table's own numbers go on after the ones we gave."""
    server.execute(
        sql.SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), (SELECT coalesce(max(id), 1) FROM {}))").format(
            sql.Literal(table), sql.Identifier(table)
        )
    )
