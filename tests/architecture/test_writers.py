"""One writer per fact: who sets a status, who filters by tenant, who writes at all."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture import sources

WATCHED = ("paylinks", "orders", "payments", "documents", "developers", "accounts", "messaging", "api", "portal")
STATES = {"status", "state"}
STATE_WRITERS = {
    "move_to",
    "orders/actions/settle.py",  # an operation's own move, under the order's lock
    "orders/actions/review.py",  # the same for the authorization a review held
    "messaging/actions.py",  # the delivery's bookkeeping
    "documents/actions.py",  # the job's bookkeeping
}
# a merchant by any path, or stores by more than the one somebody chose: `order__merchant_id`, `store__in`
TENANT = re.compile(r"(?:^|__)(?:merchant(?:_id)?(?:__\w+)?|store(?:_id)?__\w+)$")
TENANT_FILTERS = {"visible_to"}
# who narrows what `visible_to` gave, or asks for a merchant's own settings rather than for a person
TENANT_HOMES = ("accounts/", "portal/demo/", "portal/management/")
TENANT_EXCEPTIONS = {
    "paylinks/search.py:_meaning": "names the merchant of `visible_to` again, for the trigram index",
    "paylinks/actions/close_ended.py:close_links_of_ended_agreements": "the system's own sweep: nobody is asking",
}
FILTERS = {"filter", "exclude", "get", "get_or_create", "aggregate", "Q", "FilteredRelation", "When"}
WRITES = {"create", "bulk_create", "update", "bulk_update", "delete", "save", "get_or_create", "update_or_create"}
# where writing belongs; each of the others says why it writes
WRITING_HOMES = ("actions.py", "/actions/", "/management/", "portal/demo/")
OTHER_WRITERS = {
    "orders/timeline.py": "record() is the one writer of events",
    "accounts/audit.py": "record() is the one writer of the audit log",
    "orders/operations.py": "the one driver of operations",
    "paylinks/settle.py": "redirect, webhook and sweep all end here",
    "paylinks/placing.py": "the half of settle that places the order",
}


def _calls(name: str) -> list[ast.Call]:
    return [node for node in ast.walk(sources.tree(name)) if isinstance(node, ast.Call)]


def _is_method(call: ast.Call, names: set[str]) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in names


def _modules() -> list[str]:
    return [name for name in sources.app_modules() if name.split("/")[0] in WATCHED]


def _assigned(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return list(node.targets)
    return [node.target] if isinstance(node, (ast.AugAssign, ast.AnnAssign)) else []


def test_a_status_has_one_writer():
    wrong = []
    for name in _modules():
        for node in ast.walk(sources.tree(name)):
            sets = any(isinstance(target, ast.Attribute) and target.attr in STATES for target in _assigned(node))
            updates = (
                isinstance(node, ast.Call)
                and _is_method(node, {"update"})
                and any(keyword.arg in STATES for keyword in node.keywords)
            )
            if (sets or updates) and not {sources.function_of(node), name} & STATE_WRITERS:
                wrong.append(f"{name}:{node.lineno}")  # type: ignore[attr-defined]
    assert wrong == []


def test_there_is_one_tenant_filter():
    wrong = [
        f"{name}:{call.lineno}"
        for name in _modules()
        if not name.startswith(TENANT_HOMES)
        for call in _calls(name)
        if _name(call) in FILTERS
        and any(TENANT.search(word) for word in _conditions(call))
        and sources.function_of(call) not in TENANT_FILTERS
        and f"{name}:{sources.function_of(call)}" not in TENANT_EXCEPTIONS
    ]
    assert wrong == []


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _conditions(call: ast.Call) -> list[str]:
    """The fields a call compares, also those written as `**{"merchant": …}` or `("merchant", …)`."""
    named = [keyword.arg for keyword in call.keywords if keyword.arg]
    unpacked = [keyword.value for keyword in call.keywords if keyword.arg is None]
    keys = [key for each in unpacked if isinstance(each, ast.Dict) for key in each.keys]
    keys += [each.elts[0] for each in call.args if isinstance(each, ast.Tuple) and each.elts]
    return named + [key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]


@pytest.mark.parametrize(
    "written",
    [
        "Order.objects.filter(merchant=m)",
        "PaymentLink.objects.filter(order__merchant_id=1)",
        "Q(merchant__in=[1])",
        "models.Q(order__store__merchant=1)",
        "rows.exclude(**{'store_id__in': [1]})",
        "Q(('merchant_id', 1))",
    ],
)
def test_the_tenant_check_sees_every_spelling(written: str):
    calls = [node for node in ast.walk(ast.parse(written)) if isinstance(node, ast.Call)]
    assert any(_name(call) in FILTERS and any(TENANT.search(word) for word in _conditions(call)) for call in calls)


def test_only_actions_write():
    wrong = []
    for name in _modules():
        if any(home in name for home in WRITING_HOMES) or name in OTHER_WRITERS:
            continue
        wrong += [
            f"{name}:{call.lineno} {ast.unparse(call.func)}"
            for call in _calls(name)
            if _is_method(call, WRITES) and _is_about_rows(call)
        ]
    assert wrong == []


def _is_about_rows(call: ast.Call) -> bool:
    """Whether a write goes to the database: through a manager, or a model's save and delete."""
    words = ast.unparse(call.func)
    if ".objects." in words:
        return True
    is_row = words.endswith((".save", ".delete")) and "cache" not in words and "storage" not in words.lower()
    return is_row and not words.startswith("super()")


def test_views_fetch_only_what_is_visible():
    """In views of staff, a query of an order or a link starts at `visible_to`."""
    guarded = {"Order", "PaymentLink"}
    wrong = []
    for name in _modules():
        if "/views" not in name or name.endswith("customer.py") or "/pay" in name:
            continue
        for node in ast.walk(sources.tree(name)):
            is_manager = isinstance(node, ast.Attribute) and node.attr == "objects"
            if not is_manager or ast.unparse(node.value) not in guarded:
                continue
            parent = node.parent
            if not (isinstance(parent, ast.Attribute) and parent.attr == "visible_to"):
                wrong.append(f"{name}:{node.lineno}")
    assert wrong == []
