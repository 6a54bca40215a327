"""Small rooms. Loosening a limit needs a reason beside it."""

from __future__ import annotations

import ast
from statistics import median

import pytest

from tests.architecture import sources

LIMITS = {
    "Python": ((".py",), 300),
    "stylesheet": ((".css",), 200),
    "script": ((".js",), 100),
    "template": ((".html", ".txt"), 120),
}
LONGEST_FUNCTION = 40
MEDIAN_FUNCTION = 12  # the best codebases measured have 8
_HOMES = (*sources.LAYERS, "devkit", "bench", "templates", "static", "tests")


@pytest.mark.parametrize("kind", LIMITS)
def test_no_file_is_longer_than_its_limit(kind: str):
    endings, limit = LIMITS[kind]
    lengths = {
        name: len(sources.text(name).splitlines())
        for name in sources.named(*endings, within=_HOMES)
        if "/migrations/" not in name
    }
    assert {name: length for name, length in lengths.items() if length > limit} == {}


def _length(function: ast.FunctionDef) -> int:
    """Lines of the body: a long list of named arguments and a docstring are no burden."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 1


def _lengths() -> dict[str, int]:
    return {
        f"{name}:{function.name}": _length(function)
        for name in [*sources.app_modules(), *sources.named(".py", within=("devkit", "bench"))]
        for function in sources.functions(name)
    }


def test_no_function_is_longer_than_its_limit():
    assert {name: length for name, length in _lengths().items() if length > LONGEST_FUNCTION} == {}


def test_most_functions_are_short():
    assert median(_lengths().values()) <= MEDIAN_FUNCTION


def test_there_are_no_catch_all_files():
    assert [
        name for name in sources.app_modules() if name.endswith(("/utils.py", "/helpers.py", "/services.py"))
    ] == []
