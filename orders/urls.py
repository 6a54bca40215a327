"""Addresses of the orders pages."""

from __future__ import annotations

from django.urls import path

from orders.views import (
    captures,
    edits,
    let_go,
    letters,
    logs,
    order,
    payments,
    people,
    prints,
    refunds,
    repeats,
    slips,
    unclaimed,
)
from orders.views import list as listing

app_name = "orders"
urlpatterns = [
    path("", listing.order_list, name="list"),
    path("count/", listing.count, name="count"),
    path("unclaimed/", unclaimed.unclaimed, name="unclaimed"),
    path("unclaimed/notice/", unclaimed.notice, name="unclaimed_notice"),
    path("unclaimed/<uuid:payment_id>/logs/", unclaimed.logs, name="unclaimed_logs"),
    path("unclaimed/<uuid:payment_id>/logs/<int:call>/<slug:half>/", unclaimed.log, name="unclaimed_log"),
    path("unclaimed/<uuid:payment_id>/again/", unclaimed.again, name="unclaimed_again"),
    path("unclaimed/<uuid:payment_id>/note/", unclaimed.note, name="unclaimed_note"),
    path("<uuid:order_id>/", order.timeline, name="order"),
    path("<uuid:order_id>/details/", order.details, name="details"),
    path("<uuid:order_id>/customer/", order.customer, name="customer"),
    path("<uuid:order_id>/state/", order.state, name="state"),
    path("<uuid:order_id>/capture/", captures.capture, name="capture"),
    path("<uuid:order_id>/captures/", captures.captures, name="captures"),
    path("<uuid:order_id>/captures/preview/", captures.preview, name="captures_preview"),
    path("<uuid:order_id>/refund/", refunds.refund, name="refund"),
    path("<uuid:order_id>/refunds/", refunds.refunds, name="refunds"),
    path("<uuid:order_id>/refunds/preview/", refunds.preview, name="refunds_preview"),
    path("<uuid:order_id>/cancel/", let_go.cancel, name="cancel"),
    path("<uuid:order_id>/release/", let_go.release, name="release"),
    path("<uuid:order_id>/extend/", let_go.extend, name="extend"),
    path("<uuid:order_id>/print/", prints.paper, name="print"),
    path("<uuid:order_id>/repeats/", repeats.repeats, name="repeats"),
    path("<uuid:order_id>/repeats/<int:repeat_id>/", repeats.repeat, name="repeat"),
    path("<uuid:order_id>/edit/", edits.edit, name="edit"),
    path("<uuid:order_id>/edit/preview/", edits.preview, name="edit_preview"),
    path("<uuid:order_id>/customer/edit/", people.customer, name="edit_customer"),
    path("<uuid:order_id>/customer/edit/preview/", people.customer_preview, name="edit_customer_preview"),
    path("<uuid:order_id>/messages/<uuid:message_id>/", letters.message, name="message"),
    path("<uuid:order_id>/messages/<uuid:message_id>/mail/", letters.message_mail, name="message_mail"),
    path("<uuid:order_id>/messages/<uuid:message_id>/again/", letters.message_again, name="message_again"),
    path("<uuid:order_id>/logs/<int:seq>/", logs.logs, name="logs"),
    path("<uuid:order_id>/logs/<int:seq>/<int:call>/<slug:half>/", logs.log, name="log"),
    path("<uuid:order_id>/sync/", payments.sync, name="sync"),
    path("<uuid:order_id>/notices/<int:alert_id>/dismiss/", payments.dismiss, name="dismiss"),
    path("<uuid:order_id>/notices/<int:alert_id>/again/", payments.again, name="return_again"),
    path("<uuid:order_id>/slip/", slips.slip, name="slip"),
    path("<uuid:order_id>/slip/retry/", slips.retry, name="slip_retry"),
]
