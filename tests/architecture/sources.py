"""The project's files, read once."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# from the highest to the lowest: each may only know those after it
LAYERS = (
    "portal",
    "api",
    "paylinks",
    "orders",
    "payments",
    "sandbox",
    "developers",
    "documents",
    "accounts",
    "messaging",
    "common",
)


@lru_cache(maxsize=1)
def files() -> tuple[str, ...]:
    """Every file of the project, also the ones not committed yet."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(sorted(name for name in set(listed.splitlines()) if (ROOT / name).is_file()))


def named(*endings: str, within: tuple[str, ...] = ()) -> list[str]:
    """Files with one of these endings, in one of these top folders, vendored ones left out."""
    return [
        name
        for name in files()
        if name.endswith(endings) and "/vendor/" not in name and (not within or name.split("/")[0] in within)
    ]


def app_modules() -> list[str]:
    """The Python files of the apps, but for what Django wrote."""
    return [name for name in named(".py", within=LAYERS) if "/migrations/" not in name]


def text(name: str) -> str:
    """A file's content."""
    return (ROOT / name).read_text()


@lru_cache(maxsize=512)
def tree(name: str) -> ast.Module:
    """A Python file's syntax; each node knows its parent and its function."""
    module = ast.parse(text(name))
    descend(module)
    return module


def descend(node: ast.AST, function: str = "") -> None:
    """Tell each node below its parent and its function."""
    for child in ast.iter_child_nodes(node):
        inside = child.name if isinstance(child, ast.FunctionDef) else function
        child.parent, child.function = node, inside  # type: ignore[attr-defined]
        descend(child, inside)


def functions(name: str) -> Iterator[ast.FunctionDef]:
    """All functions of a file, methods too."""
    return (node for node in ast.walk(tree(name)) if isinstance(node, ast.FunctionDef))


def function_of(node: ast.AST) -> str:
    """The name of the function around a node, or ""."""
    return getattr(node, "function", "")
