"""Handing one message to the mail server, and what its answer means for the row.

4xx and trouble on the line: later. 5xx for the recipient or the text: never. A refused sign-in,
certificate or sender address: the whole queue waits for a person, as every message would fail.
"""

import smtplib
from dataclasses import dataclass
from email.errors import MessageError
from typing import Any

from flask_mail import BadHeaderError, Message

from portal.extensions import mailer, settings
from portal.mail.outbox import Letter
from portal.smtp import PERMANENT, WrongMailSetupError

TOO_LARGE = 552
LONGEST_REASON = 500
UNWRITABLE = (BadHeaderError, MessageError, ValueError, LookupError)


class RefusedError(Exception):
    """The server will never take this message."""


class DelayedError(Exception):
    """Not now; another try may work."""


@dataclass(frozen=True)
class Parcel:
    """What goes out: one letter to one address, always under the same Message-ID."""

    recipient: str
    message_id: str
    letter: Letter


def post(parcel: Parcel) -> None:
    """Return once the server has taken the message.

    Raise RefusedError, DelayedError or WrongMailSetupError when it has not. A line that drops
    after the server's `250` is a success; one that drops before it means another try.
    """
    try:
        mailer.send(_message(parcel))
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise _verdict(code, said) from error
    except smtplib.SMTPSenderRefused as error:
        if error.smtp_code >= PERMANENT and error.smtp_code != TOO_LARGE:
            reason = f"The mail server refuses our sender address: {_said(error)}"
            raise WrongMailSetupError(reason) from error
        raise _verdict(error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPDataError as error:
        raise _verdict(error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPNotSupportedError as error:
        raise RefusedError(f"The mail server cannot carry this address: {error}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise DelayedError(_clip(f"{type(error).__name__}: {error}")) from error
    except UNWRITABLE as error:
        raise RefusedError(_clip(f"This cannot be written as a mail: {error}")) from error


def knock() -> None:
    """Go as far as the server lets us without a message; raise as `post` does when it does not."""
    try:
        with mailer.connect() as connection:
            host: Any = connection.host
            host.ehlo_or_helo_if_needed()
            code, said = host.mail(settings().mail["MAIL_DEFAULT_SENDER"])
    except (smtplib.SMTPException, OSError) as error:
        raise DelayedError(_clip(str(error))) from error
    if code >= PERMANENT:
        raise WrongMailSetupError(_clip(f"{code} {said.decode(errors='replace')}"))


def _message(parcel: Parcel) -> Message:
    message = Message(
        subject=parcel.letter.subject,
        recipients=[parcel.recipient],
        body=parcel.letter.text,
        html=parcel.letter.html,
        reply_to=settings().studio.email,
        extra_headers={"Auto-Submitted": "auto-generated"},
    )
    for each in parcel.letter.attachments:
        message.attach(each.name, f"{each.content_type}; charset=utf-8", each.text.encode())
    # Flask-Mail makes up a new one for each object; ours must be the same on every try.
    message.msgId = parcel.message_id
    return message


def _verdict(code: int, said: Any) -> Exception:
    text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    words = _clip(f"{code} {text}")
    return RefusedError(words) if code >= PERMANENT else DelayedError(words)


def _said(error: smtplib.SMTPResponseException) -> str:
    return str(_verdict(error.smtp_code, error.smtp_error))


def _clip(text: str) -> str:
    return " ".join(text.split())[:LONGEST_REASON]
