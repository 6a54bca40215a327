"""The accessibility audit is able to find something."""

from __future__ import annotations

from collections.abc import Callable

from tests.browsers import audit, overhang


def test_axe_finds_an_image_without_words_and_a_page_too_wide(open_page: Callable):
    page = open_page(width=390)
    page.set_content("<html lang=en><title>x</title><main><h1>x</h1><img src='data:,'></main></html>")
    assert any(finding.startswith("image-alt") for finding in audit(page))
    page.set_content("<html lang=en><title>x</title><main><h1 style='width:900px'>x</h1></main></html>")
    assert overhang(page) > 0
