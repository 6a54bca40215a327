"""The table people read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bench.measure import Measured

_HEAD = ("", "", "app ms", "db ms", "SQL", "kB", "gzip", "p50 ms", "p95 ms", "req/s", "app ratio")
_ROW = "{:<26}{:<10}{:>8}{:>8}{:>5}{:>8}{:>7}{:>8}{:>8}{:>8}  {}"


def table(rows: Iterable[Measured]) -> str:
    """One line for each measured page; portal rows say how they compare."""
    rows = list(rows)
    constant = next((row.app_ms for row in rows if row.who == "constant"), None)
    lines, seen = [_ROW.format(*_HEAD)], ""
    for row in rows:
        name = "" if row.name == seen else row.name
        seen = row.name
        lines.append(_line(row, name, _ratio(row, rows, constant)))
    return "\n".join(lines)


def _line(row: Measured, name: str, ratio: str) -> str:
    if row.app_ms is None:
        return f"{name:<26}{row.who:<10}  {row.problem}"
    figures = (
        f"{row.app_ms:.2f}", _number(row.db_ms, 2), row.sql or 0, _kilo(row.size), _kilo(row.gzip),
        _number(row.p50, 1), _number(row.p95, 1), _number(row.rate, 0),
    )  # fmt: skip
    return _ROW.format(name, row.who, *figures, f"{ratio} {row.problem}".strip())


def _ratio(row: Measured, rows: list[Measured], constant: float | None) -> str:
    """`admin 4.1x`: the admin needs 4.1 times this page's CPU; `constant 2.0x`: this page needs twice its."""
    if row.who != "portal" or not row.app_ms:
        return ""
    admin = next((other.app_ms for other in rows if other.name == row.name and other.who == "admin"), None)
    words = [f"{admin / row.app_ms:.1f}x less than admin"] if admin else []
    words += [f"{row.app_ms / constant:.1f}x constant"] if constant else []
    return ", ".join(words)


def jobs(found: dict[str, Any]) -> str:
    """Links, expiry and slips in words."""
    links, expiry, slips = found["links"], found["expiry"], found["slips"]
    return "\n".join(
        (
            f"links created and queued   {links['rate']:,.0f}/s in one process ({links['count']}); {_costs(links)}",
            f"links expired              {expiry['rate']:,.0f}/s; {_costs(expiry, 3)}",
            f"  all that were due        {expiry['count']:,} of {expiry['due']:,} in {expiry['seconds']:.2f} s",
            f"  a writer meanwhile       waited at most {_waits(expiry['writer'])}",
            f"  the same writer alone    waited at most {_waits(expiry['writer_alone'])}",
            f"packing slips              {slips['rate']:.1f}/s in one process ({slips['count']}); {_costs(slips)}",
        )
    )


def _costs(facts: dict[str, Any], digits: int = 2) -> str:
    return f"{facts['app_ms']:.{digits}f} ms app, {_number(facts['db_ms'], digits)} ms db each"


def _waits(waits: dict[str, Any]) -> str:
    return f"{waits['longest']:.1f} ms (99 % below {waits['p99']:.1f} ms, {waits['writes']:,} writes)"


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"


def _kilo(size: int | None) -> str:
    return "-" if size is None else f"{size / 1000:.1f}"
