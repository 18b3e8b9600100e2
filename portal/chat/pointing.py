"""Finds our own addresses in what staff wrote: they become links, and nobody else's ever do."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

AFTER_AN_ADDRESS = ".,;:!?)]}\"'\u201d\u2019"


@dataclass(frozen=True)
class Piece:
    """A piece of a text; `path` is where it leads on our own site, None for plain words."""

    text: str
    path: str | None = None


def pieces(text: str, *, public_url: str) -> Iterator[Piece]:
    """Yield the words of a text and our own addresses among them, in their order."""
    done = 0
    for found in _ours(public_url).finditer(text):
        path = found["path"].rstrip(AFTER_AN_ADDRESS)
        if found.start() > done:
            yield Piece(text[done : found.start()])
        yield Piece(public_url + path, path)
        done = found.start("path") + len(path)
    if done < len(text):
        yield Piece(text[done:])


@cache
def _ours(public_url: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w/.@-]){re.escape(public_url)}(?P<path>/[^\s<>]*)")
