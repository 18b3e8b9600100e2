"""What the form for a new short link may send."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from portal.campaigns.models import LONGEST_NAME, LONGEST_TITLE
from portal.leads.hygiene import one_line

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True)
class NewLink:
    """The form as sent, cleaned, and its problems by field."""

    name: str
    title: str
    target: str
    problems: Mapping[str, str]


def read(sent: Mapping[str, str], *, targets: Mapping[str, str]) -> NewLink:
    """Return what was sent; `targets` are the paths that a link may lead to."""
    name, title = sent.get("name", "").strip().lower(), one_line(sent.get("title", ""))
    target = sent.get("target", "")
    problems = {}
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        problems["name"] = "Enter a short name of letters, digits and dashes, like spring-window"
    if not title or len(title) > LONGEST_TITLE:
        problems["title"] = f"Enter what the poster says, up to {LONGEST_TITLE} letters"
    if target not in targets:
        problems["target"] = "Select where the link leads"
    return NewLink(name, title, target, problems)
