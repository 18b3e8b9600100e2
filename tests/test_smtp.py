"""The defects of Flask-Mail that StrictMail closes and the worker's own tests do not reach."""

import smtplib

import pytest
from flask_mail import BadHeaderError, Message

from portal.extensions import mailer
from tests.mail.conftest import postbox, server, use_server  # noqa: F401 - fixtures

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    "message",
    [
        {"subject": "Hello\r\n Bcc: evil@example.com"},
        {"subject": "Hello\r\nBcc: evil@example.com"},
        {"subject": "Hello\x00"},
        {"sender": "desk@studio.example\nBcc: evil@example.com"},
        {"sender": ("Desk\r\nBcc: evil@example.com", "desk@studio.example")},
        {"reply_to": "a@example.com\r\nBcc: evil@example.com"},
        {"cc": ["a@example.com\nBcc: evil@example.com"]},
        {"extra_headers": {"X-Studio": "Trueline\r\nBcc: evil@example.com"}},
        {"extra_headers": {"X-Studio\r\nBcc": "evil@example.com"}},
    ],
)
def test_header_that_could_become_two_is_refused(server, message):  # noqa: F811
    whole = {"subject": "Hello", "recipients": ["dana@example.com"], "body": "Hi", **message}
    with pytest.raises(BadHeaderError):
        mailer.send(Message(**whole))
    assert server.mails == []


def test_one_refused_recipient_of_two_is_an_error(server):  # noqa: F811
    server.rcpt = ["250 OK", "550 no such person"]
    message = Message(subject="Hello", recipients=["a@example.com", "b@example.com"], body="Hi")
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        mailer.send(message)
