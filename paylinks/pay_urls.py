"""Addresses customers open; the token is all they need, and nothing is kept in a session."""

from __future__ import annotations

from django.urls import path

from paylinks.views import pay, pay_acts

app_name = "pay"

urlpatterns = [
    path("logo/<slug:mid>/", pay.logo, name="logo"),
    path("<str:token>/", pay.page, name="page"),
    path("<str:token>/back/<uuid:attempt_id>/", pay_acts.back, name="back"),
    path("<str:token>/resume/", pay_acts.resume, name="resume"),
    path("<str:token>/restart/", pay_acts.restart, name="restart"),
    path("<str:token>/ask/", pay_acts.ask, name="ask"),
]
