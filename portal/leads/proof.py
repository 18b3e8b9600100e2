"""The proof that a form was shown by us: its signed token, bound to the form's own key.

Nothing is stored and no cookie is set. A token that was signed for another form's key is honest
but borrowed; one that does not verify, or is too old, asks for one more press.
"""

import re
import secrets
from datetime import timedelta

from portal import csrf
from portal.clock import now
from portal.leads.models import Held

KEY_BYTES = 16
KEY = re.compile(r"[0-9A-Za-z_-]{16,64}")
SHOWN, RETURNED = "lead", "again"
CONTEXT = re.compile(rf"({SHOWN}|{RETURNED}):{KEY.pattern}")


def new_key() -> str:
    """Return a fresh idempotency key."""
    return secrets.token_hex(KEY_BYTES)


def is_key(text: str | None) -> bool:
    """Say whether a text is a key that we could have made."""
    return KEY.fullmatch(text or "") is not None


def token(key: str, *, returned: bool = False) -> str:
    """Return the token of a form; `returned` when its sender has been here and got it back."""
    return csrf.sign(f"{RETURNED if returned else SHOWN}:{key}")


def context(token_: str, key: str) -> str:
    """Return what a posted token claims to be signed for, which its signature then has to prove."""
    claimed = token_.split(".", 1)[0]
    return claimed if CONTEXT.fullmatch(claimed) else f"{SHOWN}:{key}"


def doubt(token_: str, key: str, *, minimum_seconds: float) -> Held | None:
    """Return why a verified token does not look like a person's, or None when it does.

    A form that was given back is not timed: its sender took the time before.
    """
    stage, _, signed_key = context(token_, key).partition(":")
    if signed_key != key:
        return Held.BORROWED
    shown_at = csrf.signed_at(token_, f"{stage}:{signed_key}")
    if stage == SHOWN and shown_at and now() - shown_at < timedelta(seconds=minimum_seconds):
        return Held.HASTE
    return None
