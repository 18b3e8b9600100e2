# ruff: noqa: ARG002 - aiosmtpd calls its hooks by position
import dataclasses
import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask

from portal.extensions import db, mailer, transaction
from portal.mail import outbox
from portal.mail.models import OutboxMail

USER, SECRET = "portal", "an smtp secret"


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        return taken.getsockname()[1]


class Postbox:
    """An aiosmtpd handler that keeps what it takes, and answers as a test tells it to."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.envelopes: list[list[str]] = []
        self.rcpt: list[str] = []
        self.mail: list[str] = []
        self.data: list[str] = []

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        if self.mail:
            return self.mail.pop(0)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.rcpt:
            answer = self.rcpt.pop(0)
            if answer != "250 OK":
                return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.data:
            return self.data.pop(0)
        self.envelopes.append(list(envelope.rcpt_tos))
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@contextmanager
def serving(handler: object, **options) -> Iterator[int]:
    controller = Controller(handler, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


class Setup:
    """Points the application at a mail server for one test."""

    def __init__(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        self._app, self._monkeypatch = app, monkeypatch

    def __call__(self, port: int, **mail) -> None:
        settings = self._app.extensions["settings"]
        config = {**settings.mail, "MAIL_SERVER": "127.0.0.1", "MAIL_PORT": port, **mail}
        changed = dataclasses.replace(settings, mail=config)
        self._monkeypatch.setitem(self._app.extensions, "settings", changed)
        self._monkeypatch.setitem(self._app.extensions, "mail", mailer.init_mail(config))


@pytest.fixture
def use_server(app, monkeypatch) -> Setup:
    monkeypatch.setattr(mailer, "step_seconds", 2.0)
    return Setup(app, monkeypatch)


@pytest.fixture
def server(postbox, use_server) -> Iterator[Postbox]:
    with serving(postbox) as port:
        use_server(port)
        yield postbox


@pytest.fixture
def nobody_there(use_server) -> None:
    use_server(free_port())


def write(number: int = 1, **options) -> int:
    """Queue a letter and return its id."""
    with transaction():
        return outbox.queue(
            kind="staff_alert",
            uid=f"staff_alert:{number}:1",
            recipient=options.pop("recipient", f"dana{number}@example.com"),
            context={"reference": f"TL-{number:04}", "url": "http://localhost/desk/"},
            **options,
        ).id


def row(mail_id: int) -> OutboxMail:
    db.session.rollback()
    return db.session.get_one(OutboxMail, mail_id)


def all_rows() -> list[OutboxMail]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(OutboxMail).order_by(OutboxMail.id)))


@dataclasses.dataclass
class Certificate:
    file: Path
    context: ssl.SSLContext


@pytest.fixture
def make_certificate(tmp_path):
    """A certificate that signs itself, for an address or a name."""

    def make(host: str) -> Certificate:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.studio.example")])
        try:
            alternative = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            alternative = x509.DNSName(host)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
            .not_valid_after(dt.datetime(2120, 1, 1, tzinfo=dt.UTC))
            .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
            .sign(key, hashes.SHA256())
        )
        file = tmp_path / f"{host}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(file)
        return Certificate(file, context)

    return make


class Doorman:
    """An authenticator for aiosmtpd that notes who tried."""

    def __init__(self) -> None:
        self.tried: list[bytes] = []

    def __call__(self, server, session, envelope, mechanism, auth_data) -> AuthResult:
        self.tried.append(auth_data.password)
        return AuthResult(success=auth_data.password == SECRET.encode(), handled=False)


SCRIPT = {b"EHLO": b"250 hi\r\n", b"MAIL": b"250 ok\r\n", b"RCPT": b"250 ok\r\n"}


@contextmanager
def rude_server(*, hangs_up_at: str, dawdles: float = 0.0) -> Iterator[tuple[int, list[bytes]]]:
    """A mail server on a bare socket that drops the line at one point, or is slow to answer.

    `hangs_up_at`: connect, mail, data, dot (before its 250), accepted (after it), or never.
    Yields its port and the messages that it said 250 to.
    """
    kept: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line, line.makefile("rb") as lines:
                _talk(line, lines)

    def say(line: socket.socket, words: bytes) -> None:
        over.wait(dawdles)
        line.sendall(words)

    def _talk(line, lines) -> None:
        if hangs_up_at == "connect":
            return
        say(line, b"220 hi\r\n")
        for command in lines:
            verb = command[:4].upper()
            if verb == b"QUIT" or hangs_up_at == verb.decode().lower():
                return
            if verb != b"DATA":
                say(line, SCRIPT[verb])
                continue
            say(line, b"354 go on\r\n")
            text = b"".join(iter(lines.readline, b".\r\n"))
            if hangs_up_at == "dot":
                return
            kept.append(text)
            say(line, b"250 kept\r\n")
            if hangs_up_at == "accepted":
                return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], kept
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
