from datetime import timedelta

import pytest
from flask import Flask

from portal import create_app
from portal.clock import now
from portal.extensions import db
from portal.mail.models import MailPause, MailState, OutboxMail
from tests.conftest import make_settings
from tests.desk.conftest import form_on, make_staff, sign_in


def make_mail(state: MailState = MailState.READY, **more) -> OutboxMail:
    mail = OutboxMail(
        **{
            "uid": f"staff_alert:{state}:{len(more)}",
            "kind": "staff_alert",
            "reference": "TL-T042",
            "recipient": "hello@example.com",
            "subject": "Action needed: TL-T042",
            "content": "sealed",
            "message_id": f"<{state}@example.com>",
            "state": state,
            "due": now(),
            "created_at": now(),
            **more,
        }
    )
    db.session.add(mail)
    db.session.commit()
    return mail


def test_outbox_says_that_no_server_is_configured_and_what_waits(dana):
    make_mail()
    page = dana.get("/desk/outbox").text
    assert "<b>No mail server is configured, so nothing is sent.</b>" in page
    assert "<p><b>Action needed: TL-T042</b><br>hello@example.com, TL-T042</p>" in page


def test_outbox_never_shows_the_words_of_a_message(dana):
    make_mail(content="sealed-canary")
    assert "sealed-canary" not in dana.get("/desk/outbox").text


def test_failed_message_is_counted_in_the_rail_and_sent_again(dana):
    mail = make_mail(MailState.FAILED, last_error="550 no such mailbox", tries=5)
    assert '<span class="hot">1 failed</span>' in dana.get("/desk/").text
    page = dana.get("/desk/outbox").text
    assert "550 no such mailbox" in page
    answer = press(dana, page, f"/desk/outbox/{mail.id}/again")
    assert (answer.status_code, answer.location) == (303, "/desk/outbox")
    db.session.expire_all()
    assert (mail.state, mail.tries) == (MailState.READY, 0)


def test_message_that_did_not_fail_is_not_sent_again(dana):
    mail = make_mail()
    failed = make_mail(MailState.FAILED, tries=1)
    page = dana.get("/desk/outbox").text
    wrong = page.replace(f"/outbox/{failed.id}/", f"/outbox/{mail.id}/")
    assert press(dana, wrong, f"/desk/outbox/{mail.id}/again").status_code == 409


def test_pause_says_why_and_is_lifted(dana):
    db.session.add(MailPause(since=now(), because="The mail server refuses our password."))
    db.session.commit()
    page = dana.get("/desk/outbox").text
    assert "All mail has stood still since noon." in page
    assert "The mail server refuses our password." in page
    assert press(dana, page, "/desk/outbox/go-on").location == "/desk/outbox"
    db.session.expire_all()
    assert db.session.scalars(db.select(MailPause.lifted_at)).one() == now()


def test_outbox_of_a_configured_studio_is_calm(configured, clock):
    make_mail(due=now() + timedelta(minutes=20))
    page = configured.get("/desk/outbox").text
    assert "No mail server" not in page
    assert "Waiting. Goes out 12:20 pm" in page


@pytest.fixture
def configured(app: Flask, migrated_app: Flask, tmp_path):
    settings = migrated_app.extensions["settings"]
    other = create_app(make_settings(tmp_path, settings.database_url, MAIL_SERVER="mail.example"))
    other.testing = True
    yield sign_in(other, make_staff())
    with other.app_context():
        db.engine.dispose()


def press(desk, page: str, path: str):
    form = form_on(page, path)
    return desk.client.post(form.pop("action"), data=form)
