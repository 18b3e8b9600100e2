"""AES-256-GCM bound to a place and to the name of its key, and the studio's own keys.

A sealed value reads `<key name>.<base64url of nonce and ciphertext>`. The place (table, column and
row, such as `intake.answers:4f0c`) and the key's name are the associated data: a value that is
moved to another row, or said to be under another key, does not open.
"""

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
MARK = "@"
"""Begins the name of a data key; a studio key's name may not."""


class CannotOpenError(Exception):
    """The value was altered, moved to another place, or sealed under a key we no longer hold."""


def new_key() -> bytes:
    """Return a fresh random key."""
    return os.urandom(KEY_BYTES)


def encrypt(key: bytes, name: str, place: str, plain: bytes) -> bytes:
    """Return nonce and ciphertext of `plain`, bound to the key's name and to its place."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, _bound(name, place))


def decrypt(key: bytes, name: str, place: str, raw: bytes) -> bytes:
    """Return what was encrypted for this place; raise CannotOpenError for anything else."""
    try:
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound(name, place))
    except (InvalidTag, ValueError) as error:
        raise CannotOpenError(f"The sealed value at {place} does not open.") from error


def to_text(name: str, raw: bytes) -> str:
    """Return a sealed value as it stands in a column."""
    return f"{name}.{base64.urlsafe_b64encode(raw).decode()}"


def from_text(place: str, sealed: str) -> tuple[str, bytes]:
    """Return the key's name and the raw bytes of a sealed value; raise CannotOpenError."""
    name, _, body = sealed.partition(".")
    try:
        return name, base64.urlsafe_b64decode(body)
    except (binascii.Error, ValueError) as error:
        raise CannotOpenError(f"The sealed value at {place} does not open.") from error


def _bound(name: str, place: str) -> bytes:
    return f"{name}|{place}".encode()


def parse_keys(setting: str) -> dict[str, bytes]:
    """Return key id -> key from `id:base64,id:base64`, first the one that wraps.

    Raise ValueError with a cure in words when an entry is malformed, not 32 bytes long or
    named like another; the words quote nothing of a key, for a log or a screen may show them.
    """
    keys: dict[str, bytes] = {}
    entries = filter(None, (part.strip() for part in setting.split(",")))
    for number, entry in enumerate(entries, 1):
        kid, _, encoded = entry.partition(":")
        try:
            key = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        except (ValueError, binascii.Error) as error:
            raise ValueError(f"the key of entry {number} is not base64") from error
        if not kid or "." in kid or kid.startswith(MARK) or len(key) != KEY_BYTES:
            raise ValueError(f"entry {number} must be `id:` and 32 bytes in base64")
        if kid in keys:
            raise ValueError(
                f"two keys are called {kid!r}, and what the first has sealed could not be read any "
                "more: give the new one a name of its own, such as k2"
            )
        keys[kid] = key
    if not keys:
        raise ValueError("give at least one `id:base64` pair")
    return keys


def make_keys() -> str:
    """Return a fresh HEALTH_KEYS setting with one key."""
    return f"k1:{base64.urlsafe_b64encode(new_key()).decode()}"
