"""What a customer's phone really receives, counted on the wire of a served portal."""

from __future__ import annotations

import re

import httpx

from tests import builders
from tests.faults.points import Crashing
from tests.paylinks.customers import url


def _received(http: httpx.Client, path: str) -> tuple[int, str]:
    """The bytes of the body as they were sent, and its text."""
    with http.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Encoding"] == "gzip"
        text = b"".join(answer.iter_bytes()).decode()
        return answer.num_bytes_downloaded, text


def test_the_page_of_a_customer_arrives_in_14_kilobytes(crashing: Crashing) -> None:
    with crashing.portal.http() as http:
        link = builders.system_link(crashing.acme.store)
        page_size, page = _received(http, url(link))
        sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
        assert len(sheets) == 1
        css_size, _css = _received(http, sheets[0])
        assert page_size + css_size <= 14 * 1024, (page_size, css_size)
