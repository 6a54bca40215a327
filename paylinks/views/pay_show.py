"""Customer pages as answers: read only, without session, cookie or request."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from common.money import format_amount, format_money
from orders.models import Order
from orders.receipts import receipt_of
from orders.states import Status
from paylinks.amended import amended_for_customer
from paylinks.forms.pay import PayForm
from paylinks.forms.pay_page import controls, first_values
from paylinks.models import GRACE, Attempt, PaymentLink
from paylinks.states import AttemptState
from paylinks.tokens import token_of
from paylinks.visit import View, Visit, Watch, successor_of
from payments.gateway import Method
from payments.gateways import checkout_origins, offered_methods
from payments.models import GatewayAccount

LOOK_AGAIN = 5  # seconds; a header, so that it works without scripts


def language_of(order: Order, *chosen: str) -> str:
    """The first of `chosen` and the order's own that is complete."""
    complete = dict(settings.LANGUAGES)
    return next((code for code in (*chosen, order.language) if code in complete), settings.LANGUAGE_CODE)


def address(link: PaymentLink, name: str = "page", *args: Any, **query: str) -> str:
    """An address of a customer page; a language chosen on the page is kept."""
    language = get_language() or ""
    if language != language_of(link.order):
        query = {"lang": language, **query}
    path = reverse(f"pay:{name}", args=[token_of(link.pk), *args])
    return f"{path}?{urlencode(query)}" if query else path


class SeeOther(HttpResponseRedirect):
    """What answers a post: go there and look."""

    status_code = HTTPStatus.SEE_OTHER


def to_page(link: PaymentLink, **query: str) -> HttpResponse:
    """Go and see how things are: after a post, and after the gateway."""
    return SeeOther(address(link, **query))


def message(title: str, words: str, *, status: int, watch: Watch | None = None) -> HttpResponse:
    """A page that knows nothing of any order."""
    context = {"title": title, "words": words, "watch": watch}
    return HttpResponse(render_to_string("pay/message.html", context), status=status)


def unknown(watch: Watch | None = None) -> HttpResponse:
    """No link of ours, or one long dead."""
    words = _("The address may be incomplete, or the link is long closed. Open it from the message you were sent.")
    return message(_("There is no payment link at this address"), words, status=HTTPStatus.NOT_FOUND, watch=watch)


def replaced(watch: Watch | None = None) -> HttpResponse:
    """A replaced link whose newer one went to somebody else."""
    words = _("It was replaced by a newer one, which was sent on its own. Nothing was charged here.")
    return message(_("This link no longer works"), words, status=HTTPStatus.GONE, watch=watch)


def show(visit: Visit, again: str = "") -> HttpResponse:
    """The page of the link's state; `again` is the attempt this customer just came back from."""
    told = _told(visit, again)
    view = visit.view
    if view == View.REPLACED:
        return _replaced(visit.link)
    if view == View.OPEN:
        account, methods = ways_to_pay(visit)
        form = PayForm(visit.order, methods, get_language() or "en", first_values(visit.order, told))
        return show_form(visit, form, account, told=told or visit.attempt)
    if view == View.UNSURE and visit.attempt:
        return show_unsure(visit, visit.attempt)
    context = _SHOWN_WITH[view](visit) if view in _SHOWN_WITH else {}
    return _page(view, visit, {**context, "told": told})


def _told(visit: Visit, again: str) -> Attempt | None:
    """The attempt named in the address: only the customer who made it knows its id."""
    if not again or visit.attempt is None or str(visit.attempt.pk) != again:
        return None
    return visit.attempt


def _replaced(old: PaymentLink) -> HttpResponse:
    newest = successor_of(old)
    if newest is not None:
        newest.order = old.order
        return HttpResponseRedirect(address(newest))
    return replaced()


def ways_to_pay(visit: Visit) -> tuple[GatewayAccount | None, tuple[Method, ...]]:
    """The store's account and what it offers for this order with the time that is left."""
    order = visit.order
    account = GatewayAccount.objects.filter(store=order.store_id, is_active=True).first()
    if account is None:
        return None, ()
    return account, offered_methods(account, order.country, order.currency, visit.link.expires_at - visit.at)


def show_form(
    visit: Visit,
    form: PayForm,
    account: GatewayAccount | None,
    *,
    told: Attempt | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """The order and the form, as typed so far."""
    mark = getattr(visit.link, "terms_mark", "")
    form.clear_terms(mark)
    context = {
        "terms_mark": mark,
        "form": form,
        "receipt": receipt_of(visit.order),
        "amended": amended_for_customer(visit.order),
        "told": told if told is not None and told.state in _WORTH_TELLING else None,
        **controls(form),
    }
    response = _page(View.OPEN, visit, context, status=status)
    if account is not None and visit.watch is None:
        # browsers apply form-action to the redirect that answers the form
        response.csp_extra = {"form-action": list(checkout_origins(account))}  # type: ignore[attr-defined]
    return response


def show_unsure(visit: Visit, attempt: Attempt) -> HttpResponse:
    """We do not know yet: the page asks again by itself and invites nobody to pay twice."""
    if visit.watch is not None:  # who only looks must not make us ask the gateway
        return _page(View.UNSURE, visit, {})
    url = address(visit.link, "back", attempt.pk)
    response = _page(View.UNSURE, visit, {"again_url": url})
    response.headers["Refresh"] = f"{LOOK_AGAIN}; url={url}"
    return response


def show_problem(visit: Visit, words: str, *, status: int) -> HttpResponse:
    """The page as it was, and that what was asked of it did not work."""
    context = _SHOWN_WITH[visit.view](visit) if visit.view in _SHOWN_WITH else {}
    return _page(visit.view, visit, {**context, "problem": words}, status=status)


_WORTH_TELLING = frozenset({AttemptState.DECLINED, AttemptState.REVERSED, AttemptState.ABANDONED})


def _paid(visit: Visit) -> dict[str, Any]:
    name = visit.order.customer_name.partition(" ")[0]
    thanks = _("Thank you, %(name)s") % {"name": name} if name else _("Thank you")
    found = {"receipt": receipt_of(visit.order), "heading": thanks}
    return found | _refunded(visit.order) if visit.order.refunded_amount else found


def _refunded(order: Order) -> dict[str, Any]:
    """What went back since; all of it when nothing is kept and nothing more can be charged."""
    is_all = order.refunded_amount == order.captured_amount and order.status == Status.CAPTURED
    language = get_language() or "en"
    refunded = {
        "is_all": is_all,
        "sum": format_money(order.refunded_amount, order.currency, language),
        "amount": format_amount(-order.refunded_amount, order.currency, language),
        "charged": format_amount(order.captured_amount, order.currency, language),
    }
    return {"refunded": refunded, "heading": _("Your money was refunded")} if is_all else {"refunded": refunded}


def _running(visit: Visit) -> dict[str, Any]:
    """Past the end of the link what has begun may be finished, and nothing new begun."""
    return {"may_restart": visit.link.is_open(visit.at), "ends_at": visit.link.expires_at + GRACE}


_SHOWN_WITH = {View.PAID: _paid, View.RUNNING: _running}


def _heading(view: str, order: Order) -> str:
    if view == View.CANCELLED and order.status == Status.PENDING:
        return _("This link was cancelled")
    return {
        View.EXPIRED: _("This link has closed"),
        View.CANCELLED: _("This order was cancelled"),
        View.REFUSED: _("This order was cancelled"),
        View.VOIDED: _("This order was cancelled"),
        View.LAPSED: _("Nothing was charged"),
        View.REVIEW: _("Your payment is being checked"),
        View.RUNNING: _("A payment has begun"),
        View.UNSURE: _("We do not know yet"),
    }.get(View(view), "")


def _page(view: str, visit: Visit, context: dict[str, Any], *, status: int = HTTPStatus.OK) -> HttpResponse:
    values = {**_frame(visit), "heading": _heading(view, visit.order), **context}
    return HttpResponse(render_to_string(f"pay/{view}.html", values), status=status)


def _frame(visit: Visit) -> dict[str, Any]:
    """What every page of a link shows: whose it is, the sum, the languages."""
    link, order = visit.link, visit.order
    language = get_language() or "en"
    digest = getattr(link, "logo_digest", None)
    return {
        "visit": visit,
        "link": link,
        "order": order,
        "store": order.store,
        "merchant": order.store.merchant,
        "total": format_money(order.amount, order.currency, language),
        "amount": format_amount(order.amount, order.currency, language),
        "logo": f"{reverse('pay:logo', args=[order.store.mid])}?v={digest}" if digest else "",
        "languages": _languages(language),
        **_addresses(visit),
    }


def _addresses(visit: Visit) -> dict[str, Any]:
    """Where the page's forms go. Who only looks is given no address that holds the token."""
    if visit.watch is not None:
        return {"watch": visit.watch, "url": visit.watch.url, "resume_url": "", "restart_url": "", "ask_url": ""}
    link = visit.link
    return {
        "url": address(link),
        "resume_url": address(link, "resume"),
        "restart_url": address(link, "restart"),
        "ask_url": address(link, "ask"),
    }


def _languages(current: str) -> list[tuple[str, str, bool]]:
    """The complete languages by their own names, when there is a choice."""
    codes = [code for code, _name in settings.LANGUAGES]
    if len(codes) == 1:
        return []
    return [(code, get_language_info(code)["name_local"].capitalize(), code == current) for code in codes]
