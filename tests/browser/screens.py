"""Which templates are screens: pages, and dialogs that a page opens. Read from the files, so none is forgotten."""

from __future__ import annotations

import re
from functools import lru_cache

from tests.architecture import sources

# its page stands beside it in one template: `x.html` and `x.html#ask`
_ASK = re.compile(r"{%\s*partialdef ask\s*%}")
_PARENT = re.compile(r"{%\s*extends\s+(?:\"([^\"]+)\"|\w+)\s*%}")
_COMMENT = re.compile(r"{#.*?#}", re.DOTALL)
_WHOLE = re.compile(r"^\s*(?:{%[^%]*%}\s*)*<(?:!doctype|dialog)", re.IGNORECASE)
_MAIL = re.compile(r"^templates/messaging/|/mail/")


@lru_cache(maxsize=1)
def screens() -> set[str]:
    """Every template that is shown by itself, and each `#ask` of one."""
    texts = {name.removeprefix("templates/"): _COMMENT.sub("", sources.text(name)) for name in _names()}
    parents = {parent for text in texts.values() for parent in _PARENT.findall(text) if parent}
    shown = {name for name in texts if name not in parents and _is_screen(name, texts)}
    return shown | {f"{name}#ask" for name in shown if _ASK.search(texts[name])}


def _names() -> list[str]:
    return [name for name in sources.named(".html", within=("templates",)) if not _MAIL.search(name)]


def _is_screen(name: str, texts: dict[str, str]) -> bool:
    parent = _PARENT.search(texts[name])
    if parent is None:
        return bool(_WHOLE.match(texts[name]))
    return not parent[1] or _is_screen(parent[1], texts)
