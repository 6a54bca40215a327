"""HTML to PDF: quick, without network, and equal bytes for equal input.

The machine's fonts would change the bytes, so fontconfig is shown only the
fonts we ship. It reads its configuration when it is loaded: WeasyPrint is
imported by the first document, never with this module.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils.translation import gettext as _

ENGINE = f"weasyprint {version('weasyprint')}"
_SCHEME = "asset:"
_FONTS = "fonts/print/inter-regular.ttf"
_PICTURES = 64  # decoded logos a process keeps
_lock = threading.Lock()  # font configuration and pictures are shared, and Pango is not thread-safe


class PdfError(Exception):
    """The document could not be made; the words say which resource or why."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A picture the document may show under `asset:<name>`."""

    body: bytes
    content_type: str


def render(html: str, stylesheet: str, assets: Mapping[str, Asset]) -> bytes:
    """The PDF of `html` with one of our print stylesheets (a path below `static`).

    Only `assets` can be referred to; any other address raises PdfError. Equal
    input gives equal bytes: no date, a fixed identifier, only shipped fonts.
    """
    with _lock:
        engine = _engine()
        try:
            return engine.write(html, engine.sheet(stylesheet), assets)
        except engine.fatal as error:
            raise PdfError(str(error)) from error


def static_text(name: str) -> str:
    """A text file below `static`, as it stands in the source."""
    return _static(name).read_text(encoding="utf-8")


@cache
def _engine() -> _Engine:
    os.environ["FONTCONFIG_FILE"] = str(_font_settings())
    return _Engine()


class _Engine:
    """WeasyPrint with what all documents share: fonts, parsed CSS, decoded pictures."""

    def __init__(self) -> None:
        import weasyprint
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

        class Shelf(URLFetcher):  # type: ignore[misc]
            """Serves the assets of one document and nothing else."""

            assets: Mapping[str, Asset]

            def fetch(self, url: str, headers: object = None) -> Any:
                name = url.removeprefix(_SCHEME)
                if not url.startswith(_SCHEME) or name not in self.assets:
                    raise PdfError(_("A document may not fetch %(url)s") % {"url": url})
                asset = self.assets[name]
                return URLFetcherResponse(url, asset.body, {"Content-Type": asset.content_type})

        self.fatal = FatalURLFetchingError
        self._weasyprint = weasyprint
        self._fonts = FontConfiguration()
        self._pictures: dict[str, Any] = {}
        self._sheets: dict[str, Any] = {}
        self._shelf = Shelf(fail_on_errors=True)
        self._shelf.assets = {}

    def sheet(self, name: str) -> Any:
        """The stylesheet, parsed once per process."""
        if name not in self._sheets:
            self._sheets[name] = self._weasyprint.CSS(
                string=static_text(name), font_config=self._fonts, url_fetcher=self._shelf
            )
        return self._sheets[name]

    def write(self, html: str, sheet: Any, assets: Mapping[str, Asset]) -> bytes:
        """Lay out and write one document."""
        if len(self._pictures) > _PICTURES:
            self._pictures.clear()
        self._shelf.assets = assets
        page = self._weasyprint.HTML(string=html, url_fetcher=self._shelf)
        body: bytes = page.write_pdf(
            stylesheets=[sheet], font_config=self._fonts, cache=self._pictures, pdf_identifier=b"counterfoil"
        )
        return body


def _font_settings() -> Path:
    """A fontconfig file that names only the shipped fonts, with its cache in our data folder."""
    folder = Path(settings.DATA_DIR) / "cache" / "fontconfig"
    folder.mkdir(parents=True, exist_ok=True)
    path, fresh = folder / "fonts.conf", folder / f"fonts.conf.{os.getpid()}"
    fresh.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">'
        f"<fontconfig><dir>{escape(str(_static(_FONTS).parent))}</dir>"
        f"<cachedir>{escape(str(folder))}</cachedir></fontconfig>",
        encoding="utf-8",
    )
    fresh.replace(path)  # other workers may be reading it
    return path


def _static(name: str) -> Path:
    path = finders.find(name)
    if not isinstance(path, str):
        raise FileNotFoundError(name)
    return Path(path)
