"""The start: people land on their orders."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

urlpatterns = [path("", RedirectView.as_view(pattern_name="orders:list"), name="home")]
