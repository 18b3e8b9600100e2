"""Trying again when somebody else was first with a key, an address or a reference."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import IntegrityError

TRIES = 4

T = TypeVar("T")


def persist(work: Callable[[], T]) -> T:
    """Do `work`, a transaction of its own, until the database refuses it no more.

    Whoever is refused finds on the next try what the first has left. Raise the last IntegrityError.
    """
    for _ in range(TRIES - 1):
        try:
            return work()
        except IntegrityError:
            continue
    return work()
