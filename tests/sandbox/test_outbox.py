"""Mail and SMS stay here, can be read, and can do nothing."""

from __future__ import annotations

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import Client

from sandbox.mail import links_of
from sandbox.models import OutboxItem
from sandbox.sms import OutboxSms

pytestmark = pytest.mark.django_db
LINK = "https://pay.example/pay/abc/?a=1&b=2"


@pytest.fixture
def mail() -> OutboxItem:
    message = EmailMultiAlternatives(
        subject="Your payment link",
        body=f"Pay here: {LINK}.",
        to=["frida@example.com"],
        bcc=["log@example.com"],
        connection=get_connection("sandbox.mail.EmailBackend"),
    )
    html = '<p>Pay <a href="https://pay.example/pay/abc/?a=1&amp;b=2">here</a></p><script>x</script>'
    message.attach_alternative(html, "text/html")
    message.tags = ["paylink"]  # type: ignore[attr-defined]
    assert message.send() == 1
    return OutboxItem.objects.get()


def test_an_email_is_kept_with_its_links(mail: OutboxItem) -> None:
    assert (mail.channel, mail.to) == ("email", "frida@example.com, log@example.com")
    assert mail.links == [LINK]
    assert mail.tags == ["paylink"]
    assert mail.subject == "Your payment link"


def test_links_end_before_punctuation() -> None:
    assert links_of("See (https://a.example/x), or https://b.example/y?z.") == [
        "https://a.example/x",
        "https://b.example/y?z",
    ]


def test_an_sms_is_accepted_once_for_each_key() -> None:
    first = OutboxSms().send("+46701234567", f"Pay: {LINK}", "message-1")
    assert OutboxSms().send("+46701234567", f"Pay: {LINK}", "message-1") == first
    assert OutboxSms().send("+46701234567", f"Pay: {LINK}", "message-2") != first
    assert OutboxItem.objects.count() == 2


def test_the_outbox_shows_the_newest_first_with_links(client: Client, mail: OutboxItem) -> None:
    OutboxSms().send("+46701234567", "Newer", "message-1")
    text = client.get("/sandbox/outbox/").content.decode()
    assert text.index("Newer") < text.index("Your payment link")
    assert 'href="https://pay.example/pay/abc/?a=1&amp;b=2"' in text
    assert "<script>" not in text


def test_the_outbox_speaks_json_and_narrows_to_one_recipient(client: Client, mail: OutboxItem) -> None:
    OutboxSms().send("+46701234567", "Newer", "message-1")
    items = client.get("/sandbox/outbox.json").json()["items"]
    assert [item["channel"] for item in items] == ["sms", "email"]
    narrowed = client.get("/sandbox/outbox.json", {"to": "frida@"}).json()["items"]
    assert [item["links"] for item in narrowed] == [[LINK]]


def test_html_mail_is_inert(client: Client, mail: OutboxItem) -> None:
    answer = client.get(f"/sandbox/outbox/{mail.pk}/html/")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script-src" not in policy
