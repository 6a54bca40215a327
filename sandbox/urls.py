"""Addresses of the sandbox; included only where it exists."""

from __future__ import annotations

from django.urls import path

from sandbox.views import api, checkout, desk, outbox

app_name = "sandbox"

urlpatterns = [
    path("", desk.desk, name="desk"),
    path("clock/", desk.move_clock, name="clock"),
    path("behaviour/", desk.set_behaviour, name="behaviour"),
    path("webhooks/", desk.set_webhooks, name="webhooks"),
    path("webhooks/<int:webhook>/again/", desk.resend_webhook, name="resend"),
    path("sessions/<uuid:session>/review/", desk.review, name="review"),
    path("sessions/<uuid:session>/by-hand/", desk.move_by_hand, name="by_hand"),
    path("sessions/<uuid:session>/elsewhere/", desk.open_elsewhere, name="elsewhere"),
    path("operations/<uuid:movement>/fail/", desk.fail_refund, name="fail"),
    path("operations/<uuid:movement>/answer/", desk.settle, name="settle"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox.json", outbox.outbox_json, name="outbox_json"),
    path("outbox/<uuid:item>/html/", outbox.outbox_html, name="outbox_html"),
    path("checkout/<uuid:session>/", checkout.checkout, name="checkout"),
    path("api/account", api.account_view, name="api_account"),
    path("api/sessions", api.session_list, name="api_sessions"),
    path("api/sessions/<str:session>", api.session_detail, name="api_session"),
    path("api/sessions/<str:session>/close", api.session_close, name="api_close"),
    path("api/payments/<str:payment>/<slug:verb>", api.operation_list, name="api_operations"),
    path("api/operations/<path:key>", api.operation_detail, name="api_operation"),
    path("api/behaviour", api.behaviour, name="api_behaviour"),
]
