"""Every action leaves its mark: an event of the timeline, or an entry of the audit log."""

from __future__ import annotations

import ast
from functools import lru_cache

from tests.architecture import sources

# bookkeeping of deliveries and jobs is no history; each name says what it keeps
EXEMPT = {
    "messaging": "messages are their own record",
    "documents": "jobs are their own record",
    "developers": "the request log is its own record",
    "sandbox": "the provider has books of its own",
}
_RESERVED = "the reserved operation is a row of its own; what became of it is recorded"
_AUDITED = "bookkeeping of a job; what it finds is recorded with each order"
_ALERTED = "an alert is a row of its own; what raised or settled it is recorded"
_WISHED = "a wish to sign in is a row of its own; signing in is recorded"
SILENT = {
    "accounts/actions/sign_in.py:request_link": _WISHED,
    "accounts/actions/sign_in.py:write_link": _WISHED,
    "accounts/actions/sign_in.py:tidy": "deletes wishes that are over",
    "orders/actions/audits.py:open_run": _AUDITED,
    "orders/actions/audits.py:advance_run": _AUDITED,
    "orders/actions/booking.py:told": "books by a table; each booking records",
    "orders/actions/capture.py:request_capture": _RESERVED,
    "orders/actions/capture.py:reserve_auto_capture": _RESERVED,
    "orders/actions/let_go.py:release_rest": _RESERVED,
    "orders/actions/let_go.py:reserve_release": _RESERVED,
    "orders/actions/refund.py:request_refund": _RESERVED,
    "orders/actions/review.py:confirm": _RESERVED,
    "orders/actions/review.py:leave_review": "part of a cancellation, which is recorded",
    "orders/actions/report.py:note_agreement": "a stamp; that nothing differs is no event",
    "orders/actions/reserve.py:reserve": _RESERVED,
    "orders/actions/alerts.py:raise_alert": _ALERTED,
    "orders/actions/alerts.py:close_alerts": _ALERTED,
    "orders/actions/alerts.py:close_reversals": _ALERTED,
    "orders/actions/alerts.py:raise_half_ended": _ALERTED,
    "orders/actions/alerts.py:close_half_ended": _ALERTED,
    "orders/actions/unclaimed_by_hand.py:look_again_daily": "when to ask next; what comes of it is recorded",
    "orders/actions/alerts.py:close_stray_reversals": _ALERTED,
    "orders/actions/stray.py:request_return_again": _RESERVED,
    "orders/actions/reserve.py:ready": "locks and looks; writes nothing",
    "orders/actions/take.py:take": "who sends it; what becomes of it is recorded",
    "orders/actions/send_again.py:send_again": "a message is a row of its own; sending it is recorded",
    "paylinks/actions/create.py:check_order": "looks; writes nothing",
    "paylinks/actions/issue.py:queue_link": "a message is a row of its own; sending it is recorded",
    "paylinks/actions/request.py:can_ask": "looks; writes nothing",
}
Place = tuple[str, str]  # a file, and the name of a function in it
RECORDS: set[Place] = {("orders/timeline.py", "record"), ("accounts/audit.py", "record")}
# sweeps write their events in the statement that moves the rows
INSERTS = "insert into orders_event"


def _file(module: str) -> str:
    """The file of a dotted module, or ""."""
    path = module.replace(".", "/")
    known = set(sources.app_modules())
    return next((name for name in (f"{path}.py", f"{path}/__init__.py") if name in known), "")


@lru_cache(maxsize=512)
def _imports(name: str) -> dict[str, Place]:
    """What each imported name stands for; a module is a place without a function."""
    found: dict[str, Place] = {}
    for node in ast.walk(sources.tree(name)):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            for alias in node.names:
                whole = _file(f"{node.module}.{alias.name}")
                found[alias.asname or alias.name] = (whole, "") if whole else (_file(node.module), alias.name)
    return found


@lru_cache(maxsize=512)
def _defined(name: str) -> dict[str, list[ast.FunctionDef]]:
    found: dict[str, list[ast.FunctionDef]] = {}
    for function in sources.functions(name):
        found.setdefault(function.name, []).append(function)
    return found


def _place(file: str, name: str) -> Place:
    """Where a name of a file is defined, through packages that hand it on."""
    if not file or name in _defined(file):
        return file, name
    there = _imports(file).get(name)
    return _place(*there) if there and there[1] else (file, name)


def _meant(node: ast.AST, name: str) -> Place | None:
    """The function an expression of a file names: its own, an imported one, or one of an imported module."""
    if isinstance(node, ast.Name):
        return _place(name, node.id)
    if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
        return None
    if node.value.id in {"self", "cls"}:
        return name, node.attr
    file, function = _imports(name).get(node.value.id, ("", ""))
    return _place(file, node.attr) if file and not function else None


def _reaches_record(place: Place, seen: set[Place]) -> bool:
    if place in RECORDS:
        return True
    name, function = place
    if place in seen or not name:
        return False
    seen.add(place)
    return any(
        _inserts(node, name) or ((meant := _meant(node, name)) is not None and _reaches_record(meant, seen))
        for definition in _defined(name).get(function, ())
        for node in ast.walk(definition)
    )


def _inserts(node: ast.AST, name: str) -> bool:
    """Whether the expression names a statement of the file that writes events."""
    if not isinstance(node, ast.Name):
        return False
    return any(
        isinstance(line, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == node.id for target in line.targets)
        and INSERTS in ast.unparse(line.value).lower()
        for line in sources.tree(name).body
    )


def _actions() -> list[tuple[str, ast.FunctionDef]]:
    """The public functions of actions that are told when they happen."""
    return [
        (name, function)
        for name in sources.app_modules()
        if (name.endswith("/actions.py") or "/actions/" in name) and name.split("/")[0] not in EXEMPT
        for function in sources.functions(name)
        if not function.name.startswith("_")
        and "at" in {a.arg for a in (*function.args.args, *function.args.kwonlyargs)}
    ]


def test_every_action_records():
    silent = [
        place
        for name, action in _actions()
        if not _reaches_record((name, action.name), set()) and (place := f"{name}:{action.name}") not in SILENT
    ]
    assert silent == []


def test_every_exception_is_one():
    places = {f"{name}:{action.name}" for name, action in _actions()}
    assert [each for each in SILENT if each not in places] == []


def test_a_function_of_the_same_name_elsewhere_is_no_record():
    assert _reaches_record(("orders/actions/draft.py", "draft_order"), set())
    assert _place("accounts/actions/__init__.py", "create_store") == ("accounts/actions/merchants.py", "create_store")
    assert not _reaches_record(("messaging/actions.py", "enqueue"), set())
    assert not _reaches_record(("documents/actions.py", "request"), set())


def test_there_are_actions_to_watch():
    assert len(_actions()) >= 8
