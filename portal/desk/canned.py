"""Ready words for the chat, and the ways on that the desk sends; `canned.toml` has them."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from portal.config import Studio
from portal.desk.guide import first_name
from portal.staff.models import Staff

FILE = Path(__file__).with_name("canned.toml")


@dataclass(frozen=True)
class Reply:
    """A ready text, under the name by which the desk picks it."""

    key: str
    name: str
    text: str


@dataclass(frozen=True)
class Way:
    """A way on: a message with a link to one of our public forms in it."""

    key: str
    name: str
    path: str
    text: str

    def message(self, *, public_url: str) -> str:
        """Return the message as the visitor reads it."""
        return self.text.format(link=public_url + self.path)


@cache
def replies() -> Sequence[Reply]:
    """Return the ready texts in the order of the file; raise ValueError when two have one key."""
    found = [Reply(**each) for each in _file()["replies"]]
    if len({each.key for each in found}) != len(found):
        raise ValueError(f"Two replies in {FILE.name} have the same key.")
    return found


@cache
def ways() -> Mapping[str, Way]:
    """Return the ways on by their keys, in the order of the file."""
    return {each["key"]: Way(**each) for each in _file()["ways"]}


def inserted(typed: str, key: str, *, staff: Staff, studio: Studio) -> str:
    """Return what was typed with a ready text after it; an unknown key adds nothing."""
    text = next((each.text for each in replies() if each.key == key), "")
    return "\n".join(part for part in (typed, text.format_map(_facts(staff, studio))) if part)


@cache
def _file() -> Mapping[str, Any]:
    return tomllib.loads(FILE.read_text())


def _facts(staff: Staff, studio: Studio) -> Mapping[str, str]:
    return {
        "me": first_name(staff.name),
        "studio": studio.name,
        "address": studio.address,
        "phone": studio.phone,
        "advice": studio.advice,
        "emergency": studio.emergency,
    }
