"""The create form. Staff come here first, so it says what is missing before it asks for anything."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import require
from accounts.models import Store
from accounts.requests import PortalRequest
from accounts.roles import Permission
from common import clock
from common.errors import DomainError
from common.htmx import target_of
from orders.models import Line, Order
from paylinks.actions.create import OrderInput, create_link_order
from paylinks.forms.create import OrderDraft
from paylinks.forms.duplicate import is_same_currency, typed
from paylinks.forms.page import OrderPage, page_of
from paylinks.models import LIFETIME, PaymentLink
from paylinks.rules import create_obstacle

PAGE = "paylinks/create.html"
# what a chosen store or country decides must not hide what was typed
_UNSAVED = ("csrfmiddlewaretoken", "store", "do", "refused", "confirmed")


@require(Permission.LINKS_CREATE)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: PortalRequest) -> HttpResponse:
    """Choose a store, fill in the order, send its link; `from` names an order to begin with."""
    if request.method != "POST" and request.GET.get("from"):
        return _duplicate(request, request.GET["from"])
    store = _store(request, request.POST.get("store") or request.GET.get("store", ""))
    if store is None:
        return render(request, "paylinks/create_choose.html", {"stores": _stores(request)})
    obstacle = create_obstacle(store, clock.now())
    if obstacle is not None:
        return _gate(request, store)
    if request.method == "POST":
        return _posted(request, store)
    return _page(request, OrderDraft(store, _stores(request)))


def _duplicate(request: PortalRequest, name: str) -> HttpResponse:
    """The form filled in with an order of the person's stores; 404 for every other."""
    orders = Order.objects.visible_to(request.access).select_related("store__merchant")
    order = get_object_or_404(orders, pk=_uuid(name))
    request.access.need(Permission.LINKS_CREATE, order.store_id)
    lines = Line.objects.filter(order=order, revision=order.revision)
    data = typed(order, lines, get_language() or "en")
    if create_obstacle(order.store, clock.now()) is not None:
        return _gate(request, order.store, data)
    if not is_same_currency(order, order.store):
        words = _("Prices are left out: %(reference)s was in %(currency)s.")
        messages.info(request, words % {"reference": order.merchant_reference1, "currency": order.currency})
    draft = OrderDraft(order.store, _stores(request), data)
    draft.read(strict=False)
    draft.forget_missing("")
    return _page(request, draft)


def _uuid(name: str) -> uuid.UUID:
    try:
        return uuid.UUID(name)
    except ValueError:
        raise Http404(name) from None


def _stores(request: PortalRequest) -> tuple[Store, ...]:
    return request.access.stores_with(Permission.LINKS_CREATE)


def _store(request: PortalRequest, mid: str) -> Store | None:
    """The store asked for; the only one there is counts as chosen."""
    stores = _stores(request)
    if not mid:
        return stores[0] if len(stores) == 1 else None
    store = request.access.store(mid)
    if store is None:
        raise Http404(mid)
    request.access.need(Permission.LINKS_CREATE, store)
    return store


def _follow(request: PortalRequest, store: Store) -> None:
    """The navigation shows the store of the form, also after it was changed there."""
    if request.GET.get("store") != store.mid:
        query = request.GET.copy()
        query["store"] = store.mid
        request.GET = query  # type: ignore[assignment]
        request.store = store


def _gate(request: PortalRequest, store: Store, data: Mapping[str, str] | None = None) -> HttpResponse:
    """What stands in place of the form, and keeps the draft."""
    context = {
        "store": store,
        "stores": _stores(request),
        "obstacle": create_obstacle(store, clock.now()),
        "configuration": _configuration(request, store),
        "kept": [(name, value) for name, value in (data or request.POST).items() if name not in _UNSAVED],
    }
    status = 409 if _is_final(request) else 200
    return _whole(request, store, "paylinks/create_gate.html", context, status)


def _configuration(request: PortalRequest, store: Store) -> str:
    """Where the store's settings are, for those who may change them."""
    if not request.access.can(Permission.ORDERS_CONFIGURE, store):
        return ""
    return f"{reverse('paylinks:configuration')}?store={store.mid}"


def _is_final(request: PortalRequest) -> bool:
    return request.method == "POST" and request.POST.get("do") == "create"


def _posted(request: PortalRequest, store: Store) -> HttpResponse:
    """Every button of the form comes here; only one of them creates."""
    draft = OrderDraft(store, _stores(request), request.POST)
    if _is_final(request):
        return _create(request, draft)
    return _page(request, draft, focus=draft.change(request.POST.get("do", "")))


def _create(request: PortalRequest, draft: OrderDraft) -> HttpResponse:
    draft.is_refused = True
    if not draft.read(strict=True):
        return _page(request, draft, status=422)
    if _is_news(request, draft):
        draft.is_refused, draft.must_look = False, True
        return _page(request, draft)
    at = clock.now()
    try:
        link = create_link_order(
            draft.store,
            _input(draft),
            form_key=draft.form.cleaned_data["form_key"],
            access=request.access,
            by=request.access.actor,
            at=at,
        )
    except DomainError as error:
        draft.refuse(error)
        return _page(request, draft, status=409)
    if link.created_at < at:
        messages.info(request, _("This form had been sent already. Nothing new was created."))
    return redirect("paylinks:created", link_id=link.pk)


def _is_news(request: PortalRequest, draft: OrderDraft) -> bool:
    """What would be sent is not what the button was shown with.

    A form that was sent before is for the action to answer, whatever Back made of it.
    """
    if request.POST.get("confirmed") == draft.confirmed:
        return False
    sent = PaymentLink.objects.visible_to(request.access).filter(form_key=draft.form.cleaned_data["form_key"])
    return not sent.exists()


def _input(draft: OrderDraft) -> OrderInput:
    recipient = draft.recipient
    assert recipient is not None  # noqa: S101 - a form without one is not complete
    return OrderInput(
        recipient_email=recipient.email,
        recipient_phone=recipient.phone,
        country=draft.country,
        currency=draft.currency,
        language=draft.language,
        merchant_reference1=draft.form.cleaned_data["merchant_reference1"],
        merchant_reference2=draft.form.cleaned_data["merchant_reference2"],
        auto_capture=draft.form.cleaned_data["auto_capture"],
        lines=draft.inputs,
    )


@require(Permission.LINKS_CREATE)
@require_POST
def preview(request: PortalRequest) -> HttpResponse:
    """Sums, echoes and errors of what has been typed so far; writes nothing."""
    store = _store(request, request.POST.get("store", ""))
    if store is None:
        raise Http404
    draft = OrderDraft(store, _stores(request), request.POST)
    draft.is_refused = "refused" in request.POST
    draft.read(strict=draft.is_refused)
    draft.forget_missing(request.POST.get("active", ""))
    is_same = request.POST.get("confirmed") == draft.confirmed
    return render(request, f"{PAGE}#preview", {"page": _shown(draft), "is_same": is_same})


def _shown(draft: OrderDraft, focus: str = "") -> OrderPage:
    return page_of(draft, ends_at=clock.now() + LIFETIME, focus=focus)


def _page(request: PortalRequest, draft: OrderDraft, *, status: int = 200, focus: str = "") -> HttpResponse:
    context = {"page": _shown(draft, focus), "configuration": _configuration(request, draft.store)}
    return _whole(request, draft.store, PAGE, context, status)


def _whole(
    request: PortalRequest, store: Store, template: str, context: dict[str, object], status: int
) -> HttpResponse:
    """The page under the address of its store, also when htmx changed the store in place."""
    _follow(request, store)
    response = render(request, template, context, status=status)
    if target_of(request):
        response.headers["HX-Push-Url"] = f"{reverse('paylinks:create')}?store={store.mid}"
    return response
