"""What the create form of a store needs and starts with."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions import configure_store
from accounts.decorators import require
from accounts.models import Store
from accounts.requests import PortalRequest
from accounts.roles import Permission
from common import clock
from common.htmx import respond
from common.kick import publish
from paylinks.forms.configuration import ConfigurationForm

PAGE = "paylinks/configuration.html"


@require(Permission.ORDERS_CONFIGURE)
@require_http_methods(["GET", "HEAD", "POST"])
def configuration(request: PortalRequest) -> HttpResponse:
    """Terms, privacy, references, VAT, capture and support of one store."""
    stores = request.access.stores_with(Permission.ORDERS_CONFIGURE)
    store = _store(request)
    if store is None:
        return render(request, "paylinks/configuration_choose.html", {"stores": stores})
    form = ConfigurationForm(request.POST or None, store=store)
    if request.method == "POST" and form.is_valid():
        changed = configure_store(store, form.cleaned_data, by=request.access.actor, at=clock.now())
        saved = _("The settings of %(name)s are saved.") if changed else _("Nothing was changed for %(name)s.")
        messages.success(request, saved % {"name": store.name})
        return redirect(_url(store))
    context = {"form": form, "store": store, "stores": stores}
    status = 422 if request.method == "POST" else 200
    return respond(request, PAGE, context, fragments={"terms-state": f"{PAGE}#terms"}, status=status)


def _store(request: PortalRequest) -> Store | None:
    """The store of the address; the only one there is counts as chosen."""
    stores = request.access.stores_with(Permission.ORDERS_CONFIGURE)
    store = request.store or (stores[0] if len(stores) == 1 else None)
    if store is not None:
        request.access.need(Permission.ORDERS_CONFIGURE, store)
    return store


def _url(store: Store) -> str:
    return f"{reverse('paylinks:configuration')}?store={store.mid}"


@require(Permission.ORDERS_CONFIGURE)
@require_POST
def check_terms(request: PortalRequest) -> HttpResponse:
    """Ask a worker to read the terms again; the page shows what it finds."""
    store = _store(request)
    if store is None or not store.terms_url:
        raise Http404
    if publish("accounts.tasks.fetch_terms", store.pk):
        messages.success(request, _("The terms are being read again."))
    else:
        messages.error(request, _("The terms cannot be read now. The daily check will do it."))
    return redirect(_url(store))
