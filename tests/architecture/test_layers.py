"""Imports, foreign keys and templates point one way."""

from __future__ import annotations

import ast
import re

from django.apps import apps
from django.template.loader import get_template

from tests.architecture import sources

RANK = {app: -place for place, app in enumerate(sources.LAYERS)}
_TEMPLATE = re.compile(r"{%\s*(?:include|extends)\s+[\"']([^\"']+)[\"']")
_UNKNOWN = re.compile(r"{%\s*(?:include|extends)\s+[^\"'\s]")
# templates that are included by a name a row decided, always from the same folder
BY_VARIABLE = {
    "templates/orders/timeline.html",
    "templates/orders/print.html",
    "templates/orders/order.html",
    # the same question as a dialog or a page
    "templates/orders/cancel.html",
    "templates/orders/release.html",
    "templates/orders/extend.html",
}


def _imports(name: str) -> set[str]:
    found = set()
    for node in ast.walk(sources.tree(name)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
    return found & set(RANK)


def test_imports_point_down():
    wrong = [
        f"{name} imports {other}"
        for name in sources.app_modules()
        for other in _imports(name)
        if RANK[other] > RANK[name.split("/")[0]]
    ]
    assert wrong == []


def test_the_sandbox_knows_only_common_and_payments_does_not_know_the_sandbox():
    wrong = [
        f"{name} imports {other}"
        for name in sources.named(".py", within=("sandbox", "payments"))
        for other in _imports(name)
        if (name.startswith("sandbox/") and other not in {"sandbox", "common"})
        or (name.startswith("payments/") and other == "sandbox")
    ]
    assert wrong == []


def test_foreign_keys_point_down():
    wrong = [
        f"{model._meta.label}.{field.name} points to {field.related_model._meta.label}"
        for app in apps.get_app_configs()
        if app.label in RANK
        for model in app.get_models()
        for field in model._meta.get_fields()
        if field.is_relation
        and field.concrete
        and field.related_model._meta.app_label in RANK
        and RANK[field.related_model._meta.app_label] > RANK[app.label]
    ]
    assert wrong == []


def test_templates_include_their_own_kind_and_what_lies_below():
    wrong = []
    for name in sources.named(".html", ".txt", within=("templates",)):
        mine = name.split("/")[1]
        for other in _TEMPLATE.findall(sources.text(name)):
            theirs = other.split("/")[0]
            above = theirs in RANK and RANK[theirs] > RANK.get(mine, RANK["common"])
            if above:
                wrong.append(f"{name} uses {other}")
    assert wrong == []


def test_components_use_only_components():
    wrong = [
        f"{name} uses {other}"
        for name in sources.named(".html", within=("templates",))
        if name.startswith("templates/components/")
        for other in _TEMPLATE.findall(sources.text(name))
        if not other.startswith("components/")
    ]
    assert wrong == []


def test_what_is_included_is_written_out():
    found = {name for name in sources.named(".html", within=("templates",)) if _UNKNOWN.search(sources.text(name))}
    assert found <= BY_VARIABLE


def test_every_template_compiles():
    for name in sources.named(".html", ".txt", within=("templates",)):
        get_template(name.removeprefix("templates/"))
