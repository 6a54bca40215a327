"""Handing a finished document to a browser."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

from documents.models import Content, Document


def download(request: HttpRequest, document: Document) -> HttpResponse:
    """The bytes as a file to save; 304 when the browser has them. Who may is the caller's question."""
    etag = f'"{document.fingerprint[:32]}"'
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return unchanged
    body = Content.objects.values_list("body", flat=True).get(document=document)
    headers = {
        "Content-Disposition": cast("str", content_disposition_header(True, document.filename)),
        "Cache-Control": "private",
        "ETag": etag,
    }
    return HttpResponse(bytes(body), content_type=document.content_type, headers=headers)
