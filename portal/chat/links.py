"""The links of a thread: the visitor's own, the one that is mailed, and the one that fills a form.

Whoever holds a thread's link reads and writes in it. The mailed one names, by a keyed hash, the
address to which it went: its bearer has proven to be reached there. That alone opens what the
studio knows of a person, and only when it is the address that their lead is known by.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal import tokens
from portal.chat.models import Thread
from portal.extensions import settings, vault
from portal.leads.contact import read_email
from portal.tokens import DeadLinkError

CHAT, MAILED, FILL = "chat", "chat-mailed", "chat-fill"
LASTS = timedelta(days=90)
FILL_LASTS = timedelta(hours=1)
HASH_DIGITS = 24


@dataclass(frozen=True)
class Bearer:
    """Whose thread a link opens, and the hash of the address to which it was mailed, if it was."""

    public_id: str
    reached_at: str = ""

    def is_person_of(self, thread: Thread) -> bool:
        """Say whether the bearer is reached at the address that the thread's lead is known by."""
        key = thread.lead.email_key if thread.lead else None
        return bool(self.reached_at and key) and self.reached_at == _hash(str(key))


def token(thread: Thread) -> str:
    """Return the token of a thread; asking twice gives the same one."""
    return tokens.mint(CHAT, thread.public_id, until=thread.created_at + LASTS)


def bearer(token_: str) -> Bearer:
    """Return what a token opens; raise DeadLinkError."""
    try:
        return Bearer(tokens.read(CHAT, token_))
    except DeadLinkError as dead:
        if dead.expired:
            raise
    public_id, _, reached_at = tokens.read(MAILED, token_).partition("|")
    return Bearer(public_id, reached_at)


def mailed_url(thread: Thread, address: str) -> str:
    """Return the address of a thread's page for a mail to `address`."""
    subject = f"{thread.public_id}|{_hash(read_email(address).key)}"
    token_ = tokens.mint(MAILED, subject, until=thread.created_at + LASTS)
    return f"{settings().public_url}/chat/{token_}"


def fill_token(thread: Thread, *, at: datetime) -> str:
    """Return the reference with which a form is filled in, for an hour."""
    return tokens.mint(FILL, thread.public_id, until=at + FILL_LASTS)


def read_fill_token(token_: str) -> str:
    """Return the `public_id` of the thread that fills a form; raise DeadLinkError."""
    return tokens.read(FILL, token_)


def _hash(key: str) -> str:
    return vault().fingerprint(key)[:HASH_DIGITS]
