"""How the form under an article looks, empty or given back with all that was typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.extensions import settings
from portal.leads import proof
from portal.leads.keyed import WHOLE_FORM
from portal.replies.forms import LONGEST_TEXT, ReplyForm
from portal.screening import overheard

SENT_OTHERWISE = "You already sent this reply in other words. Press Send again to send these too."


@dataclass(frozen=True)
class Filled:
    """What differs between two times that the form is shown.

    `alarm` is how grave the gravest sign is that the words name: no problem of a form keeps its
    writer from reading what to do.
    """

    typed: Mapping[str, Any]
    problems: Mapping[str, str]
    token: str
    key: str
    alarm: str | None = None


def empty() -> Filled:
    """Return a form that nobody has filled in."""
    key = proof.new_key()
    return Filled({}, {}, proof.token(key), key)


def given_back(form: ReplyForm, problem: str | None = None, *, fresh_key: bool = False) -> Filled:
    """Return a form with what was typed, and a token that the next press can use."""
    words = (problem or "").format(phone=settings().studio.phone)
    problems = {WHOLE_FORM: words} if words else form.problems
    key, token = form.renewed(fresh_key=fresh_key)
    return Filled(form.typed, problems, token, key, overheard(form.text.data[:LONGEST_TEXT]))
