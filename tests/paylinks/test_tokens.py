"""Addresses of links outlive a change of the secret key, as long as the earlier one is listed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import Store
from tests import builders
from tests.paylinks.customers import url

pytestmark = pytest.mark.django_db


def test_an_address_of_an_earlier_key_opens_while_that_key_is_listed(
    client: Client, store: Store, settings: Any
) -> None:
    link = builders.system_link(store)
    address, earlier = url(link), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key, " * 5, ["a third one, " * 5, earlier]
    assert url(link) != address
    assert [client.get(each).status_code for each in (address, url(link))] == [200, 200]
    settings.SECRET_KEY_FALLBACKS = ["a third one, " * 5]
    assert [client.get(each).status_code for each in (address, url(link))] == [404, 200]
