"""The entry CSS files become one file each, and modules know their hashed neighbours."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders

from common.assets import BundledStorage, bundle, minify
from portal.staticfiles import ShippedFiles

STATIC = Path(settings.BASE_DIR) / "static"
STYLE_LIMIT, SCRIPT_LIMIT = 200, 100


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything collected and processed as for production."""
    root = tmp_path_factory.mktemp("static")
    storage = BundledStorage(location=str(root), base_url="/static/")
    paths = {}
    for finder in get_finders():
        for path, source in finder.list(ShippedFiles.ignore_patterns):
            name = str(Path(getattr(source, "prefix", "") or "") / path)
            paths[name] = (source, path)
            with source.open(path) as file:
                storage.save(name, file)
    for _name, _hashed, outcome in storage.post_process(paths):
        if isinstance(outcome, Exception):
            raise outcome
    return root


def test_an_import_is_replaced_by_what_it_names():
    files = {"a.css": "@layer a;", "b.css": "b { color: red }"}
    assert bundle('@import "a.css";\n@import "b.css";\n', files.__getitem__) == "@layer a;b { color: red }"


def test_minifying_keeps_values_and_drops_comments():
    text = "/* why */ a ,\n b { inset: calc(1px - 2px) ;  color: light-dark(#fff, #000); }"
    assert minify(text) == "a,b{inset: calc(1px - 2px);color: light-dark(#fff,#000)}"


def test_the_portal_loads_one_style_sheet(built: Path):
    (app,) = built.glob("css/app.????????????.css")
    text = app.read_text()
    assert "@import" not in text
    assert text.startswith("@layer reset,tokens,base,layout,components,pages,utilities;")
    assert re.search(r"url\(\"\.\./fonts/inter-latin\.\w{12}\.woff2\"\)", text)


def test_the_customers_style_sheet_leaves_room_for_the_page(built: Path):
    (pay,) = built.glob("css/pay.????????????.css")
    assert "@import" not in pay.read_text()
    assert len(gzip.compress(pay.read_bytes())) < 6 * 1024


def test_modules_import_their_hashed_neighbours(built: Path):
    (main,) = built.glob("js/main.????????????.js")
    imports = re.findall(r'import"(.+?)";', main.read_text())
    assert len(imports) > 10
    assert all((main.parent / name).exists() for name in imports)


def test_style_sheets_and_scripts_stay_small():
    longest = {path.name: len(path.read_text().splitlines()) for path in STATIC.rglob("*.*s")}
    assert not {name: lines for name, lines in longest.items() if name.endswith(".css") and lines > STYLE_LIMIT}
    assert not {name: lines for name, lines in longest.items() if name.endswith(".js") and lines > SCRIPT_LIMIT}


def test_every_module_is_loaded_by_another_or_by_a_page():
    modules = {path.name: path.read_text() for path in (STATIC / "js").glob("*.js")}
    pages = "".join(path.read_text() for path in (STATIC.parent / "templates").rglob("*.html"))
    loaded = set(re.findall(r'"\./([\w-]+\.js)"', "".join(modules.values())))
    loaded |= set(re.findall(r"'js/([\w-]+\.js)'", pages))
    assert set(modules) == loaded
