"""Flask-Mail with its known defects closed: timeouts, verified TLS, honest outcomes, clean headers.

Flask-Mail 0.10.0 connects without a timeout, accepts any certificate, reports a message as failed
when the server drops the line after accepting it, ignores a refused recipient among several, and
lets line breaks through into headers and folded subjects. Used by the worker only: one recipient
per message, one connection per message.
"""

import smtplib
import ssl
import time
import unicodedata
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from flask import current_app
from flask_mail import BadHeaderError, Connection, Mail, Message

STEP_SECONDS = 10.0
MESSAGE_SECONDS = 60.0
BREAKS_LINES = frozenset({"Cc", "Zl", "Zp"})
PERMANENT = 500


class WrongMailSetupError(Exception):
    """The server and we do not get to a message: our sign-in, its certificate or TLS is wrong."""


class _Strict:
    """What both kinds of SMTP client add: no step and no message may take for ever."""

    def __init__(self, *args: Any, timeout: float, **kwargs: Any) -> None:
        self._step = timeout
        self._ends = time.monotonic() + MESSAGE_SECONDS
        super().__init__(*args, timeout=timeout, **kwargs)  # type: ignore[call-arg]

    def getreply(self) -> Any:
        """Wait for an answer no longer than one step, nor than what is left for the message."""
        sock = getattr(self, "sock", None)
        if sock is not None:
            sock.settimeout(max(min(self._step, self._ends - time.monotonic()), 0.01))
        return super().getreply()  # type: ignore[misc]

    def sendmail(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        """Send as smtplib does, and raise when even one recipient was refused."""
        refused: dict[Any, Any] = super().sendmail(*args, **kwargs)  # type: ignore[misc]
        if refused:
            raise smtplib.SMTPRecipientsRefused(refused)
        return refused


class _Plain(_Strict, smtplib.SMTP):
    """In clear, or with STARTTLS."""


class _Encrypted(_Strict, smtplib.SMTP_SSL):
    """TLS from the first byte."""


class StrictConnection(Connection):
    """One connection; closing it never turns an accepted message into a failed one."""

    def __init__(self, mail: Any, *, step_seconds: float) -> None:
        super().__init__(mail)
        self._step = step_seconds

    def configure_host(self) -> smtplib.SMTP:
        """Connect, encrypt and sign in; raise WrongMailSetupError where only a person can help."""
        try:
            return self._open()
        except (smtplib.SMTPException, ssl.SSLError) as error:
            if _needs_a_person(error):
                raise WrongMailSetupError(_in_words(error)) from error
            raise

    def send(self, message: Message, envelope_from: Any = None) -> None:
        """Send one message; raise BadHeaderError for a header that could become two."""
        for text in _header_texts(message):
            if any(unicodedata.category(sign) in BREAKS_LINES for sign in text):
                raise BadHeaderError("A header holds a line break or a control character.")
        super().send(message, envelope_from)

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Say goodbye; a server that hangs up first has still kept what it accepted."""
        if self.host is None:
            return
        try:
            self.host.quit()
        except (smtplib.SMTPException, OSError):
            self.host.close()

    def _open(self) -> smtplib.SMTP:
        mail, context = self.mail, ssl.create_default_context()
        host: smtplib.SMTP
        if mail.use_ssl:
            host = _Encrypted(mail.server, mail.port, timeout=self._step, context=context)
        else:
            host = _Plain(mail.server, mail.port, timeout=self._step)
        try:
            if mail.use_tls:
                host.starttls(context=context)
            if mail.username and mail.password:
                host.login(mail.username, mail.password)
        except BaseException:
            host.close()
            raise
        return host


class StrictMail(Mail):
    """The mail extension. `step_seconds` bounds each answer of the server."""

    step_seconds = STEP_SECONDS

    def connect(self) -> StrictConnection:
        """Return a connection to the mail server of the current app, opened on entering it."""
        return StrictConnection(current_app.extensions["mail"], step_seconds=self.step_seconds)


def _needs_a_person(error: BaseException) -> bool:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return int(error.smtp_code) >= PERMANENT
    return isinstance(error, (smtplib.SMTPNotSupportedError, ssl.SSLCertVerificationError))


def _in_words(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        said = error.smtp_error
        words = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        return f"The mail server refused our sign-in: {error.smtp_code} {words}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The mail server's certificate is not trusted: {error.verify_message}"
    return f"The mail server does not offer what we need: {error}"


def _header_texts(message: Message) -> Iterator[str]:
    yield from (message.subject, message.msgId)
    people = [message.sender, message.reply_to, *message.recipients, *message.cc, *message.bcc]
    for person in filter(None, people):
        yield from (person,) if isinstance(person, str) else person
    for pair in (message.extra_headers or {}).items():
        yield from pair
