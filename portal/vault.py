"""Sealing of what is sensitive: AES-256-GCM, bound to its place, under a key named in the value.

A sealed value reads `<key id>.<base64url of nonce and ciphertext>`. The place (table, column and
row, such as `intake.answers:4f0c`) is the associated data: a value moved to another row does not
open. The first key in HEALTH_KEYS seals; every key listed there opens.
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12


class CannotOpenError(Exception):
    """The value was altered, moved to another place, or sealed under a key we no longer hold."""


class Vault:
    """Seals and opens text with named keys.

    `keys` maps a key id to 32 raw bytes; the first entry is the one that seals.
    """

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._primary = next(iter(keys))
        self._keys = {kid: AESGCM(key) for kid, key in keys.items()}
        self._mac_key = hashlib.sha256(b"fingerprint" + keys[self._primary]).digest()

    def seal(self, place: str, text: str) -> str:
        """Return `text` sealed for `place`."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._keys[self._primary].encrypt(
            nonce, text.encode(), _bound(self._primary, place)
        )
        return f"{self._primary}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, place: str, sealed: str) -> str:
        """Return the text sealed for `place`; raise CannotOpenError for anything else."""
        kid, _, body = sealed.partition(".")
        try:
            raw = base64.urlsafe_b64decode(body)
            plain = self._keys[kid].decrypt(
                raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound(kid, place)
            )
        except (KeyError, InvalidTag, ValueError, binascii.Error) as error:
            raise CannotOpenError(f"The sealed value at {place} does not open.") from error
        return plain.decode()

    def fingerprint(self, text: str) -> str:
        """Return a keyed hash of `text`: equal texts agree, nobody without the key can guess."""
        return hmac.new(self._mac_key, text.encode(), hashlib.sha256).hexdigest()


def _bound(kid: str, place: str) -> bytes:
    return f"{kid}|{place}".encode()


def parse_keys(setting: str) -> dict[str, bytes]:
    """Return key id -> key from `id:base64,id:base64`, first the one that seals.

    Raise ValueError with a cure in words when an entry is malformed or not 32 bytes long.
    """
    keys: dict[str, bytes] = {}
    for entry in filter(None, (part.strip() for part in setting.split(","))):
        kid, _, encoded = entry.partition(":")
        try:
            key = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        except (ValueError, binascii.Error) as error:
            raise ValueError(f"HEALTH_KEYS: the key {kid!r} is not base64.") from error
        if not kid or "." in kid or len(key) != KEY_BYTES:
            raise ValueError(f"HEALTH_KEYS: {kid!r} must be `id:` and 32 bytes in base64.")
        keys[kid] = key
    if not keys:
        raise ValueError("HEALTH_KEYS is empty: give at least one `id:base64` pair.")
    return keys


def make_keys() -> str:
    """Return a fresh HEALTH_KEYS setting with one key."""
    return f"k1:{base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()}"
