"""Passwords: which are good enough, and how they are kept: argon2id as in ASVS 5.0, appendix C."""

import re
import threading
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 256
TOO_SHORT_TO_SEARCH = 4
FEWEST_SIGNS = 5
COMMON = frozenset(Path(__file__).with_name("common.txt").read_text().split())
AT_ONCE = 2

_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_turn = threading.BoundedSemaphore(AT_ONCE)
# Made with the parameters above for a word that nobody knows: the work for an account that is not.
NOBODYS = (
    "$argon2id$v=19$m=19456,t=2,p=1$kavwovSTLf3kJ3zsec7xQw"
    "$pfQiJQcBuecWGWRrkH2/PJkSpJA/QjvZm3sRpVJmrl8"
)


class WeakPasswordError(Exception):
    """The password is too easy to guess; the message says why."""


def keep(password: str) -> str:
    """Return what is stored of a password."""
    with _turn:
        return _hasher.hash(password)


def matches(kept: str, password: str) -> bool:
    """Say whether the password is the one kept; takes the same work for every answer."""
    with _turn:
        try:
            return _hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(kept: str) -> bool:
    """Say whether it was kept with other parameters than today's."""
    return _hasher.check_needs_rehash(kept)


def refuse_weak(password: str, *, email: str, studio: str) -> None:
    """Raise WeakPasswordError unless the password is long enough and not an obvious one.

    Any characters are welcome and none are demanded: length is what protects.
    """
    if len(password) < SHORTEST:
        raise WeakPasswordError(f"Password must be {SHORTEST} characters or more")
    if len(password) > LONGEST:
        raise WeakPasswordError(f"Password must be {LONGEST} characters or fewer")
    plain = _letters(password)
    if plain in COMMON or len(set(password)) < FEWEST_SIGNS:
        raise WeakPasswordError("This password is one of the first that people guess")
    for word in (_letters(studio), _letters(email.partition("@")[0])):
        if len(word) >= TOO_SHORT_TO_SEARCH and word in plain:
            raise WeakPasswordError("Password must not contain the studio's name or your email")


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())
