"""Every action leaves its mark: an event of the timeline, or an entry of the audit log."""

from __future__ import annotations

import ast

from tests.architecture import sources

# bookkeeping of deliveries and jobs is no history; each name says what it keeps
EXEMPT = {
    "messaging": "messages are their own record",
    "documents": "jobs are their own record",
    "sandbox": "the provider has books of its own",
}
RECORDS = {"record", "record_many", "bulk_record"}


def _actions() -> list[tuple[str, ast.FunctionDef]]:
    return [
        (name, function)
        for name in sources.app_modules()
        if (name.endswith("/actions.py") or "/actions/" in name) and name.split("/")[0] not in EXEMPT
        for function in sources.functions(name)
        if not function.name.startswith("_") and {"by", "at"} <= {a.arg for a in function.args.kwonlyargs}
    ]


def _called(function: ast.FunctionDef) -> set[str]:
    return {
        node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute))
    }


def _book() -> dict[str, set[str]]:
    """Which names each function of the apps calls."""
    book: dict[str, set[str]] = {}
    for name in sources.app_modules():
        for function in sources.functions(name):
            book.setdefault(function.name, set()).update(_called(function))
    return book


def _reaches_record(name: str, book: dict[str, set[str]], seen: set[str]) -> bool:
    if name in RECORDS:
        return True
    if name in seen or name not in book:
        return False
    seen.add(name)
    return any(_reaches_record(other, book, seen) for other in book[name])


def test_every_action_records():
    book = _book()
    silent = [f"{name}:{action.name}" for name, action in _actions() if not _reaches_record(action.name, book, set())]
    assert silent == []


def test_there_are_actions_to_watch():
    assert len(_actions()) >= 8
