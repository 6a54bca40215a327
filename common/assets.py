"""Static files: each entry CSS becomes one file, JS modules know their hashed neighbours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

ENTRIES = ("css/app.css", "css/pay.css")

_IMPORT = re.compile(r'@import "(?P<name>[\w-]+\.css)";\s*')
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE = re.compile(r"\s+")
_AROUND = re.compile(r" ?([{};,]) ?")


def bundle(text: str, read: Callable[[str], str]) -> str:
    """`text` with every `@import "name.css";` replaced by what `read(name)` gives."""
    return _IMPORT.sub(lambda match: bundle(read(match["name"]), read), text)


def minify(text: str) -> str:
    """CSS without comments and needless spaces; names and values stay as written."""
    return _AROUND.sub(r"\1", _SPACE.sub(" ", _COMMENT.sub("", text))).strip().replace(";}", "}")


class BundledStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc] # whitenoise ships no types
    """Hashed and compressed files; a page loads one CSS file instead of twenty."""

    support_js_module_import_aggregation = True

    def post_process(
        self,
        paths: dict[str, Any],
        dry_run: bool = False,  # noqa: FBT001, FBT002
        **options: Any,
    ) -> Iterator[tuple[str, str | None, bool | Exception]]:
        """Join the entries first, so that their hash covers all they import."""
        if not dry_run:
            for name in ENTRIES:
                if name in paths:
                    paths[name] = self._join(name, paths)
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def _join(self, name: str, paths: dict[str, Any]) -> tuple[BundledStorage, str]:
        folder = name.rpartition("/")[0]
        text = minify(bundle(_read(paths, name), lambda part: _read(paths, f"{folder}/{part}")))
        self.delete(name)
        self.save(name, ContentFile(text.encode()))
        return self, name


def _read(paths: dict[str, Any], name: str) -> str:
    storage, path = paths[name]
    with storage.open(path) as file:
        text: str = file.read().decode()
    return text
