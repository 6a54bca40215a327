"""Templates obey the Content-Security-Policy and speak through gettext."""

from __future__ import annotations

import re

import pytest

from tests.architecture import sources

INLINE = {
    "style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "script without an address": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE),
    "event attribute": re.compile(r"\s(?:on[a-z]+|hx-on[:\w-]*)\s*=\s*[\"']", re.IGNORECASE),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "evaluated value": re.compile(r"hx-(?:vals|vars|headers)\s*=\s*[\"']js:", re.IGNORECASE),
    "evaluated trigger": re.compile(r"hx-trigger\s*=\s*[\"'][^\"']*\["),
}
# mail programs know no stylesheets and no policy
MAIL = re.compile(r"^templates/(messaging/|.*/mail/)")
_COMMENT = re.compile(r"{%\s*comment\b.*?endcomment\s*%}|{#.*?#}|<!--.*?-->", re.DOTALL)
_BLOCK = re.compile(r"{%\s*blocktrans(?:late)?\b.*?endblocktrans(?:late)?\s*%}", re.DOTALL)
_CLASSES = re.compile(r"{%\s*block (?:\w*class|size|tone)\s*%}.*?{%\s*endblock\s*%}", re.DOTALL)
_TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
_ELEMENT = re.compile(r"<[^>]*>", re.DOTALL)
_SPOKEN = re.compile(r"(?:aria-label|title|placeholder|alt)=\"([^\"]*)\"")
_ENTITY = re.compile(r"&\w+;|&#\d+;")
_WORD = re.compile(r"[^\W\d_]{2,}")
# names and signs that are the same in every language
UNTRANSLATED = set("Counterfoil Enter Esc Ctrl Cmd Tab PDF MR MID px https JSON SMS UTC TEST".split())


def _pages() -> list[str]:
    return [n for n in sources.named(".html", within=("templates",)) if not MAIL.search(n)]


@pytest.mark.parametrize("kind", INLINE)
def test_nothing_inline(kind: str):
    assert [name for name in _pages() if INLINE[kind].search(_COMMENT.sub("", sources.text(name)))] == []


def _untranslated(name: str) -> set[str]:
    source = _CLASSES.sub("", _COMMENT.sub("", sources.text(name)))
    plain = _TAG.sub("", _BLOCK.sub("", source))
    spoken = " ".join(_SPOKEN.findall(plain))
    visible = _ENTITY.sub(" ", f"{_ELEMENT.sub(' ', plain)} {spoken}") if name.endswith(".html") else plain
    return set(_WORD.findall(visible)) - UNTRANSLATED


def test_every_word_is_translated():
    found = {
        name: words for name in sources.named(".html", ".txt", within=("templates",)) if (words := _untranslated(name))
    }
    assert found == {}


def test_the_button_of_a_mail_names_its_address_too():
    mails = [name for name in sources.named(".html", within=("templates",)) if MAIL.search(name)]
    assert [name for name in mails if 'class="button"' in sources.text(name)] == ["templates/messaging/button.html"]
