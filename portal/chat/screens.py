"""What the visitor's pages of a chat are given: whole, as a panel, or as the part that changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Response, make_response, render_template, request

from portal.chat import device, links, pointing, queries, reading, ways
from portal.chat.forms import LONGEST_TEXT, PRESSES, SayForm, StartForm, WhoForm
from portal.chat.models import Author, Thread
from portal.chat.standing import standing
from portal.clock import now
from portal.extensions import settings
from portal.htmx import vary, wants_fragment
from portal.leads import proof
from portal.leads.keyed import WHOLE_FORM
from portal.screening import overheard

PAGE, PANEL, TAG = "page", "panel", "HX-PTag"
REMEMBER, FORGET = PRESSES
OVERHEARD = 2 * LONGEST_TEXT
"""How much of a message that may be too long is read for words that may not wait."""
TOO_MANY = "You have sent this several times. Wait 10 minutes, or call {phone}."
WAYS_ON = {
    "/consult": ("consult", "Book a free consult"),
    "/day-pass": ("day-pass", "Get a free day pass"),
    "/times": ("time", "See the free times"),
}
"""The addresses that lead on with what the visitor told us, with the way and the words of each."""
SENT_OTHERWISE = (
    "You already sent other words with this form. Press Send again to send these as well."
)


@dataclass(frozen=True)
class Filled:
    """A form to write in: what was typed, what is wrong, and the proof that it is ours.

    Words that sound like an emergency are `alarming` even where they were not taken.
    """

    typed: Mapping[str, Any]
    problems: Mapping[str, str]
    key: str
    token: str
    alarming: bool = False


def begin(form: StartForm | None = None, *, status: int = 200, problem: str | None = None) -> Any:
    """Return the page to begin on, with all that was typed."""
    facts = {
        "standing": standing(None, at=now(), settings=settings()),
        "filled": _filled(form, status=status, problem=problem),
        "place": PANEL if wants_fragment() else PAGE,
        "arrival": request.referrer or "",
    }
    part = "chat/_begin.html" if wants_fragment() else "chat/begin.html"
    return _answer(render_template(part, **facts), status)


def thread(token: str, found: Thread, *, status: int = 200, **more: Any) -> Response:
    """Return a thread: its page, or for a panel the thread alone."""
    part = "chat/_thread.html" if wants_fragment() else "chat/thread.html"
    return _answer(render_template(part, **_thread(token, found, **more)), status)


def news(token: str, found: Thread) -> Response:
    """Return what a poll brings: messages, who answers, and the tag of a thread that stands so."""
    answer = _answer(render_template("chat/_poll.html", **_talk(token, found)), 200)
    answer.headers[TAG] = queries.mark_of(found).tag(at=now())
    return answer


def said(token: str, found: Thread) -> Response:
    """Return what a sent message changes: the messages, and an empty form with a key of its own."""
    facts = _talk(token, found) | {"filled": _filled(None)}
    return _answer(render_template("chat/_said.html", **facts), 200)


def refused(
    token: str, found: Thread, form: SayForm, *, status: int, problem: str | None
) -> Response:
    """Return a message that was not taken, with every word of it."""
    filled = _filled(form, status=status, problem=problem)
    if not wants_fragment():
        return thread(token, found, status=status, filled=filled, problems=filled.problems)
    facts = _talk(token, found) | {"filled": filled}
    return _answer(render_template("chat/_said.html", **facts), status)


def _talk(token: str, found: Thread) -> dict[str, Any]:
    lines = reading.lines(found)
    mine = [line for line in lines if line.author is Author.VISITOR]
    return {
        "token": token,
        "lines": lines,
        "pieces": lambda text: pointing.pieces(text, public_url=settings().public_url),
        "ways_on": WAYS_ON,
        "last_mine": mine[-1].id if mine else None,
        "alarming": found.flagged_at is not None,
        "standing": standing(found, at=now(), settings=settings()),
    }


def _thread(token: str, found: Thread, **more: Any) -> dict[str, Any]:
    who: WhoForm | None = more.pop("who", None)
    kept, is_known = device.known(), links.bearer(token).is_person_of(found)
    told = {"name": found.name or "", "email": found.email or "", "phone": found.phone or ""}
    return {
        **_talk(token, found),
        "tag": queries.mark_of(found).tag(at=now()),
        "filled": _filled(None),
        "who": {name: who[name].data for name in told} if who else told,
        "who_problems": who.problems if who else {},
        "problems": who.problems if who else {},
        "call_on": found.number_alone,
        "remembered": kept is not None and kept[1].id == found.id,
        "is_known": is_known,
        "may_book": is_known and found.lead is not None and ways.to_a_time(found.lead) is not None,
        "told": False,
        "pressed": False,
        "unsure": False,
        "place": PANEL if wants_fragment() else PAGE,
        **more,
    }


def _filled(
    form: SayForm | StartForm | None, *, status: int = 200, problem: str | None = None
) -> Filled:
    if form is None:
        key = proof.new_key()
        return Filled({}, {}, key, proof.token(key))
    key, token = form.renewed(fresh_key=status == HTTPStatus.CONFLICT)
    words = (problem or "").format(phone=settings().studio.phone)
    problems = {WHOLE_FORM: words} if words else form.problems
    alarming = overheard(form.text.data[:OVERHEARD]) is not None
    return Filled(form.typed, problems, key, token, alarming)


def _answer(text: str, status: int) -> Response:
    response = vary(make_response(text, status))
    response.headers["Referrer-Policy"] = "same-origin"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        response.headers["Retry-After"] = str(settings().chat_rate_limit.get_expiry())
    return response
