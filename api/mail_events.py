"""What the e-mail provider reports: bounces and rejections of what it had taken.

Anymail reads and proves the reports of each provider it knows. Its views are called from
here so that they need no sign-in, and so that only the provider whose backend sends our
mail is heard, and only with the shared secret in the address.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import resolve
from django.views.decorators.csrf import csrf_exempt

_INBOUND = "inbound"  # mail to us, which nobody here reads


@csrf_exempt  # proven by the secret in the address, and by the provider's signature where it signs
@login_not_required
def mail_events(request: HttpRequest, path: str) -> HttpResponseBase:
    """`<provider>/tracking/`, as Anymail's documentation spells it; anything else is 404."""
    provider = path.partition("/")[0]
    sends_our_mail = settings.EMAIL_BACKEND.startswith(f"anymail.backends.{provider}.")
    if not sends_our_mail or not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        raise Http404
    found = resolve(f"/{path}", urlconf="anymail.urls")
    if _INBOUND in str(found.url_name):
        raise Http404
    answer: HttpResponseBase = found.func(request, *found.args, **found.kwargs)
    return answer
