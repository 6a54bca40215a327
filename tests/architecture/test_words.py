"""Words for people go through gettext: what an error, an obstacle, a toast or a label says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.architecture import sources

GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
# which arguments of a call are words for people: places, and names
SPOKEN: dict[str, tuple[set[int], set[str]]] = {
    "DomainError": ({1}, {"message"}),
    "MoneyError": ({1}, {"message"}),
    "PermissionDenied": ({1, 2}, {"name", "who"}),
    "Obstacle": ({1, 2}, {"words", "who"}),
    "PdfError": ({0}, set()),
    "ValidationError": ({0}, {"message"}),
    "CharField": (set(), {"label", "help_text"}),
    "EmailField": (set(), {"label", "help_text"}),
    "ChoiceField": (set(), {"label", "help_text"}),
    "BooleanField": (set(), {"label", "help_text"}),
    "CheckConstraint": (set(), {"violation_error_message"}),
    "documents.fail": ({1}, {"error"}),
    **{f"messages.{kind}": ({1}, {"message"}) for kind in ("success", "info", "warning", "error")},
}
# Commands speak English: their reader is the operator at a terminal, and there is no request to take a language from.
LEFT_OUT = ("/management/",)
# words that are the same in every language, or that no person reads
UNTRANSLATED = {"Counterfoil", "API", "Swish", "Klarna", "TEST", "MID"}
_WORD = re.compile(r"[^\W\d_]{2,}")


def _modules() -> list[str]:
    return [name for name in sources.app_modules() if not any(part in name for part in LEFT_OUT)]


def _name(function: ast.expr, module: str) -> str:
    """How `SPOKEN` calls a function: by its last name, `messages` and documents' `fail` by both."""
    last = (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )
    if isinstance(function, ast.Attribute) and ast.unparse(function.value) == "messages":
        return f"messages.{last}"
    in_documents = module.startswith("documents/") or ast.unparse(function).startswith("actions.")
    return "documents.fail" if last == "fail" and in_documents else last


def _spoken(call: ast.Call, module: str) -> list[ast.expr]:
    places, names = SPOKEN.get(_name(call.func, module), (set(), set()))
    return [
        *(argument for place, argument in enumerate(call.args) if place in places),
        *(keyword.value for keyword in call.keywords if keyword.arg in names),
    ]


def _assigned(node: ast.Name) -> Iterator[ast.expr]:
    """What a name was given inside the function it stands in."""
    parent: ast.AST = node
    while not isinstance(parent, ast.FunctionDef | ast.Module):
        parent = parent.parent  # type: ignore[attr-defined]
    for each in ast.walk(parent):
        if isinstance(each, ast.Assign) and any(isinstance(t, ast.Name) and t.id == node.id for t in each.targets):
            yield each.value


def _bare(node: ast.AST, *, follow: bool = True) -> Iterator[str]:
    """Literal words that no gettext call surrounds; what fills a placeholder is not looked into."""
    if isinstance(node, ast.Call) and _name(node.func, "") in GETTEXT:
        return
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str) and set(_WORD.findall(node.value)) - UNTRANSLATED:
            yield node.value
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        yield from _bare(node.left, follow=follow)
    elif isinstance(node, ast.Name) and follow:
        for value in _assigned(node):
            yield from _bare(value, follow=False)
    elif isinstance(node, ast.JoinedStr | ast.BinOp | ast.IfExp | ast.BoolOp):
        parts = (node.body, node.orelse) if isinstance(node, ast.IfExp) else ast.iter_child_nodes(node)
        for part in parts:
            yield from _bare(part, follow=follow)


def _untranslated(module: str) -> list[str]:
    found = []
    for node in ast.walk(sources.tree(module)):
        if isinstance(node, ast.Call):
            words = [text for argument in _spoken(node, module) for text in _bare(argument)]
        elif isinstance(node, ast.ClassDef) and any("Choices" in ast.unparse(base) for base in node.bases):
            labels = [line.value.elts[-1] for line in node.body if _is_choice(line)]  # type: ignore[attr-defined]
            words = [text for label in labels for text in _bare(label)]
        else:
            continue
        found += [f"{module}:{node.lineno} {text}" for text in words]
    return found


def _is_choice(line: ast.stmt) -> bool:
    return isinstance(line, ast.Assign) and isinstance(line.value, ast.Tuple)


def test_words_for_people_go_through_gettext():
    assert [each for module in _modules() for each in _untranslated(module)] == []


def test_the_check_sees_words_in_every_disguise():
    source = """
def f(request, x):
    words = "Plain words"
    good = _("Translated")
    messages.info(request, words % {"key": "value"})
    messages.info(request, good)
    raise DomainError("code", f"Not {x} so" if x else _("Fine"))
"""
    tree = ast.parse(source)
    sources.descend(tree)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    found = [text for call in calls for argument in _spoken(call, "") for text in _bare(argument)]
    assert sorted(found) == [" so", "Not ", "Plain words"]
