"""E-mail and SMS that stayed here."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sandbox.models import OutboxItem

_LATEST = 50
# a message is somebody's text: it may look as it likes, and do nothing
_INERT = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@login_not_required
@never_cache
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """The newest messages; `?to=` narrows to one recipient."""
    return render(request, "sandbox/outbox.html", {"items": _latest(request)})


@login_not_required
@never_cache
@require_safe
def outbox_json(request: HttpRequest) -> HttpResponse:
    """The same for programs."""
    items = [
        {
            "id": str(item.pk),
            "channel": item.channel,
            "to": item.to,
            "subject": item.subject,
            "text": item.text,
            "html": item.html,
            "links": item.links,
            "tags": item.tags,
            "created_at": item.created_at.isoformat(),
        }
        for item in _latest(request)
    ]
    return JsonResponse({"items": items})


@login_not_required
@require_safe
def outbox_html(request: HttpRequest, item: uuid.UUID) -> HttpResponse:
    """The HTML of one e-mail by itself, without scripts, forms or fetches."""
    found = get_object_or_404(OutboxItem, pk=item)
    return HttpResponse(found.html, headers={"Content-Security-Policy": _INERT})


def _latest(request: HttpRequest) -> list[OutboxItem]:
    items = OutboxItem.objects.all()
    if to := request.GET.get("to", "").replace("\0", ""):
        items = items.filter(to__icontains=to)
    return list(items[:_LATEST])
