"""The mail servers that people really meet, and what becomes of a message at each."""

import socket
import time
from contextlib import closing
from datetime import timedelta

import pytest

from portal import smtp
from portal.clock import now
from portal.extensions import db, mailer
from portal.mail import actions, queries
from portal.mail.models import MailState, OutboxMail
from portal.mail.worker import drain, probe
from tests.mail.conftest import (
    SECRET,
    USER,
    Doorman,
    all_rows,
    free_port,
    row,
    rude_server,
    serving,
    write,
)

LOGIN = {"MAIL_USERNAME": USER, "MAIL_PASSWORD": SECRET}


def drain_now(**options) -> int:
    return drain(at=now(), **options)


def test_letter_arrives_as_it_was_written(server):
    mail_id = write(recipient="dana@example.com")
    assert drain_now() == 1
    [mail], [recipients] = server.mails, server.envelopes
    assert recipients == ["dana@example.com"]
    assert mail["Subject"] == "Action needed: TL-0001"
    assert mail["From"] == "desk@studio.example"
    assert mail["To"] == "dana@example.com"
    assert mail["Reply-To"] == "hello@studio.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_all("Message-ID") == [row(mail_id).message_id]
    assert mail.get_body(("plain",)).get_content().startswith("Open the desk:")
    assert "<h1" in mail.get_body(("html",)).get_content()
    assert (row(mail_id).state, row(mail_id).tries, row(mail_id).sent_at) == (
        MailState.SENT,
        1,
        now(),
    )


def test_every_recipient_gets_a_message_of_their_own(server):
    for number in range(3):
        write(number)
    assert drain_now() == 3
    assert server.envelopes == [["dana0@example.com"], ["dana1@example.com"], ["dana2@example.com"]]


def test_limit_bounds_one_pass(server):
    for number in range(3):
        write(number)
    assert drain_now(limit=2) == 2
    assert len(server.mails) == 2


def test_letter_waits_until_it_is_due(server, clock):
    write(due=now() + timedelta(minutes=20))
    assert drain_now() == 0
    clock.advance(minutes=20)
    assert drain_now() == 1


def test_letter_that_nobody_needs_any_more_expires(server, clock):
    mail_id = write(due=now() + timedelta(hours=1), not_after=now() + timedelta(hours=2))
    clock.advance(hours=2)
    assert drain_now() == 0
    assert row(mail_id).state is MailState.EXPIRED
    assert server.mails == []


def test_without_a_mail_server_everything_waits(app, clock):
    mail_id = write()
    clock.advance(days=3)
    assert drain_now() == 0
    assert (row(mail_id).state, row(mail_id).tries) == (MailState.READY, 0)


def test_refused_connection_means_later(nobody_there):
    mail_id = write()
    drain_now()
    mail = row(mail_id)
    assert (mail.state, mail.tries, mail.due) == (MailState.READY, 1, now() + timedelta(minutes=1))
    assert mail.last_error.startswith("ConnectionRefusedError")


def test_silent_server_is_left_after_the_timeout(use_server, monkeypatch):
    monkeypatch.setattr(mailer, "step_seconds", 0.3)
    mail_id = write()
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        use_server(silent.getsockname()[1])
        started = time.monotonic()
        drain_now()
    assert time.monotonic() - started < 2
    assert row(mail_id).state is MailState.READY
    assert "timed out" in row(mail_id).last_error


def test_slow_server_is_left_when_the_message_has_had_its_time(use_server, monkeypatch):
    monkeypatch.setattr(smtp, "MESSAGE_SECONDS", 0.6)
    mail_id = write()
    with rude_server(hangs_up_at="never", dawdles=0.25) as (port, kept):
        use_server(port)
        started = time.monotonic()
        drain_now()
    assert time.monotonic() - started < 2
    assert (row(mail_id).state, kept) == (MailState.READY, [])


def test_greylisting_is_waited_out(server, clock):
    server.rcpt = ["451 come back later", "450 come back later"]
    mail_id = write()
    drain_now()
    assert row(mail_id).last_error == "451 come back later"
    assert drain_now() == 0
    clock.advance(minutes=1)
    drain_now()
    assert row(mail_id).due == now() + timedelta(minutes=5)
    clock.advance(minutes=5)
    drain_now()
    assert (row(mail_id).state, row(mail_id).tries) == (MailState.SENT, 3)


@pytest.mark.parametrize("code", [421, 450, 452, 454])
def test_4xx_means_later(server, code):
    server.data = [f"{code} not now"]
    mail_id = write()
    drain_now()
    assert (row(mail_id).state, row(mail_id).last_error) == (MailState.READY, f"{code} not now")


@pytest.mark.parametrize("code", [550, 551, 553, 554])
def test_5xx_for_the_recipient_means_never(server, code):
    server.rcpt = [f"{code} no such person"]
    mail_id = write()
    drain_now()
    mail = row(mail_id)
    assert (mail.state, mail.last_error) == (MailState.FAILED, f"{code} no such person")
    assert (mail.tries, drain_now(), server.mails) == (1, 0, [])


def test_5xx_for_the_text_means_never(server):
    server.data = ["554 looks like spam"]
    mail_id = write()
    drain_now()
    assert row(mail_id).state is MailState.FAILED


def test_too_large_means_never_and_stops_nobody_else(server):
    server.mail = ["552 too large"]
    first, second = write(1), write(2)
    drain_now()
    assert (row(first).state, row(second).state) == (MailState.FAILED, MailState.SENT)


def test_failed_letter_is_sent_again_when_somebody_asks(server, clock):
    server.rcpt = ["550 mailbox full for good"]
    mail_id = write()
    message_id = row(mail_id).message_id
    drain_now()
    clock.advance(days=2)
    actions.send_again(mail_id)
    drain_now()
    assert row(mail_id).state is MailState.SENT
    assert [mail["Message-ID"] for mail in server.mails] == [message_id]


def test_tries_grow_apart_and_end_after_a_day(nobody_there, clock):
    mail_id = write()
    waits = []
    while row(mail_id).state is MailState.READY:
        clock.move_to(row(mail_id).due)
        drain_now()
        waits.append(int((row(mail_id).due - now()).total_seconds() / 60))
    assert waits[:5] == [1, 5, 15, 60, 60]
    assert set(waits[5:]) == {60}
    assert timedelta(hours=24) < now() - row(mail_id).created_at < timedelta(hours=26)
    assert row(mail_id).state is MailState.FAILED


def test_wrong_password_pauses_the_queue_and_burns_no_tries(postbox, use_server):
    write(1)
    write(2)
    doorman = Doorman()
    with serving(postbox, authenticator=doorman, auth_require_tls=False) as port:
        use_server(port, **{**LOGIN, "MAIL_PASSWORD": "wrong"})
        assert drain_now() == 1
        tried = len(doorman.tried)
        assert drain_now() == 0
    assert len(doorman.tried) == tried
    assert [(mail.state, mail.tries) for mail in all_rows()] == [(MailState.READY, 0)] * 2
    assert queries.current_pause().because.startswith("The mail server refused our sign-in: 535")


def test_paused_queue_moves_when_somebody_lifts_the_pause(postbox, use_server):
    write()
    with serving(postbox, authenticator=Doorman(), auth_require_tls=False) as port:
        use_server(port, **{**LOGIN, "MAIL_PASSWORD": "wrong"})
        drain_now()
        use_server(port, **LOGIN)
        assert drain_now() == 0
        actions.lift_pause()
        assert drain_now() == 1
    assert queries.current_pause() is None
    assert len(postbox.mails) == 1


def test_paused_queue_moves_by_itself_when_a_probe_gets_through(postbox, use_server):
    write()
    with serving(postbox, authenticator=Doorman(), auth_require_tls=False) as port:
        use_server(port, **{**LOGIN, "MAIL_PASSWORD": "wrong"})
        drain_now()
        assert not probe()
        assert queries.current_pause() is not None
        use_server(port, **LOGIN)
        assert probe()
        assert postbox.mails == []
        assert drain_now() == 1


def test_probe_leaves_a_queue_alone_that_is_not_paused(server):
    assert not probe()


def test_refused_sender_pauses_the_queue(server):
    server.mail = ["553 not your address", "553 not your address"]
    mail_id = write()
    drain_now()
    assert (row(mail_id).state, row(mail_id).tries) == (MailState.READY, 0)
    assert "553 not your address" in queries.current_pause().because
    assert not probe()
    assert probe()


@pytest.mark.parametrize("how", ["MAIL_USE_TLS", "MAIL_USE_SSL"])
def test_unknown_certificate_pauses_the_queue_before_the_password_is_told(
    postbox, use_server, make_certificate, how
):
    mail_id, doorman = write(), Doorman()
    with certified(postbox, doorman, make_certificate("127.0.0.1"), how) as port:
        use_server(port, **LOGIN, **{how: True})
        drain_now()
    assert (row(mail_id).state, row(mail_id).tries) == (MailState.READY, 0)
    assert (postbox.mails, doorman.tried) == ([], [])
    assert queries.current_pause().because == (
        "The mail server's certificate is not trusted: self-signed certificate"
    )


@pytest.mark.parametrize("how", ["MAIL_USE_TLS", "MAIL_USE_SSL"])
def test_certificate_of_another_host_pauses_the_queue(
    postbox, use_server, make_certificate, monkeypatch, how
):
    certificate = make_certificate("other.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    write()
    with certified(postbox, Doorman(), certificate, how) as port:
        use_server(port, **LOGIN, **{how: True})
        drain_now()
    assert "certificate is not valid for '127.0.0.1'" in queries.current_pause().because


@pytest.mark.parametrize("how", ["MAIL_USE_TLS", "MAIL_USE_SSL"])
def test_trusted_certificate_lets_mail_through(
    postbox, use_server, make_certificate, monkeypatch, how
):
    certificate = make_certificate("127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    write()
    with certified(postbox, Doorman(), certificate, how) as port:
        use_server(port, **LOGIN, **{how: True})
        drain_now()
    assert len(postbox.mails) == 1


def test_server_without_tls_pauses_the_queue_when_tls_is_asked_for(server, use_server, app):
    use_server(app.extensions["settings"].mail["MAIL_PORT"], MAIL_USE_TLS=True)
    write()
    drain_now()
    assert server.mails == []
    assert "STARTTLS" in queries.current_pause().because


def certified(postbox, doorman, certificate, how):
    kind = "ssl_context" if how == "MAIL_USE_SSL" else "tls_context"
    options = {"authenticator": doorman, "auth_require_tls": False, kind: certificate.context}
    return serving(postbox, **options)


@pytest.mark.parametrize("moment", ["connect", "mail", "data", "dot"])
def test_line_that_drops_before_the_250_means_later(use_server, moment):
    mail_id = write()
    with rude_server(hangs_up_at=moment) as (port, kept):
        use_server(port)
        drain_now()
    assert (row(mail_id).state, row(mail_id).tries, kept) == (MailState.READY, 1, [])


def test_line_that_drops_after_the_250_means_sent(use_server):
    mail_id = write()
    with rude_server(hangs_up_at="accepted") as (port, kept):
        use_server(port)
        drain_now()
    assert (row(mail_id).state, len(kept)) == (MailState.SENT, 1)


@pytest.mark.parametrize("sneaked", ["\r\nBcc: evil@example.com", "\nX: y", "\x0b", "\u2028Bcc: x"])
def test_line_break_in_a_recipient_reaches_no_server(server, sneaked):
    mail_id = write(recipient=f"dana@example.com{sneaked}")
    drain_now()
    assert row(mail_id).state is MailState.FAILED
    assert row(mail_id).last_error.startswith("This cannot be written as a mail")
    assert server.mails == []


def test_address_that_plain_smtp_cannot_carry_fails_with_its_reason(server):
    mail_id = write(recipient="łukasz@example.com")
    drain_now()
    assert row(mail_id).state is MailState.FAILED
    assert row(mail_id).last_error.startswith("This cannot be written as a mail")


def test_letter_whose_key_is_gone_fails_with_its_reason(server):
    mail_id = write()
    with db.engine.begin() as connection:
        connection.execute(OutboxMail.__table__.update().values(content="k0.AAAA"))
    drain_now()
    assert row(mail_id).state is MailState.FAILED
    assert "HEALTH_KEYS" in row(mail_id).last_error


def test_server_that_comes_back_gets_everything(use_server, postbox, clock):
    port = free_port()
    use_server(port)
    for number in range(3):
        write(number)
    drain_now()
    clock.advance(minutes=1)
    with serving(postbox) as port:
        use_server(port)
        assert drain_now() == 3
    assert [mail.state for mail in all_rows()] == [MailState.SENT] * 3
