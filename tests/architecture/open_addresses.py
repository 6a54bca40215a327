"""Addresses without a sign-in, with their methods and the names of their arguments.

Customers prove themselves by the token in the address, machines by a key or a signature;
the sandbox is a plaything that exists only where settings.SANDBOX says so.
"""

from __future__ import annotations

OPEN: dict[str, tuple[str, tuple[str, ...]]] = {
    "pay:logo": ("GET", ("logoless",)),
    "pay:page": ("GET POST", ("customer",)),
    "pay:back": ("GET", ("payer", "attempt")),
    "pay:resume": ("POST", ("customer",)),
    "pay:restart": ("POST", ("customer",)),
    "pay:ask": ("POST", ("customer",)),
    "api:webhook": ("POST", ("provider", "account")),
    "sandbox:desk": ("GET", ()),
    "sandbox:clock": ("POST", ()),
    "sandbox:behaviour": ("POST", ()),
    "sandbox:webhooks": ("POST", ()),
    "sandbox:resend": ("POST", ("webhook",)),
    "sandbox:review": ("POST", ("session",)),
    "sandbox:settle": ("POST", ("movement",)),
    "sandbox:by_hand": ("POST", ("session",)),
    "sandbox:elsewhere": ("POST", ("session",)),
    "sandbox:fail": ("POST", ("movement",)),
    "sandbox:outbox": ("GET", ()),
    "sandbox:outbox_json": ("GET", ()),
    "sandbox:outbox_html": ("GET", ("item",)),
    "sandbox:checkout": ("GET POST", ("session",)),
    "sandbox:api_account": ("GET", ()),
    "sandbox:api_sessions": ("POST", ()),
    "sandbox:api_session": ("GET", ("session",)),
    "sandbox:api_close": ("POST", ("session",)),
    "sandbox:api_operations": ("POST", ("payment", "verb")),
    "sandbox:api_operation": ("GET", ("key",)),
    "sandbox:api_behaviour": ("POST", ()),
}
# by a machine without its key or its signature: refused, whoever is signed in
PROVED = {"api:webhook", *(name for name in OPEN if name.startswith("sandbox:api_"))}
