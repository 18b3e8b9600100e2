"""What the templates of the inbox are given: a box of chats and one thread, whole or as changed."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, make_response, render_template, request
from sqlalchemy.exc import NoResultFound

from portal.chat import queries as chats
from portal.chat import reading
from portal.chat.models import Step, Thread
from portal.clock import now
from portal.desk import canned, chat_looks, chat_rows, queries
from portal.desk.chat_queries import BOXES, OPEN, Box, page, pulse
from portal.desk.chat_rows import ChatRow
from portal.desk.queues import ASIDE, QUEUES, Place, Selection
from portal.desk.screens import TAG
from portal.extensions import settings
from portal.htmx import vary
from portal.ids import row_id
from portal.leads import proof
from portal.staff.guard import current_staff


@dataclass(frozen=True)
class Writing:
    """The form for an answer: its key, what is typed in it and what is wrong with that.

    `fresh` takes the cursor; `sent` is the version of the thread that a sent answer made.
    """

    key: str
    text: str = ""
    problem: str = ""
    fresh: bool = False
    sent: int | None = None


def new_writing(**more: Any) -> Writing:
    """Return a form that has not sent anything yet."""
    return Writing(key=proof.new_key(), **more)


def box() -> Box:
    """Return which box the address asks for."""
    return BOXES.get(request.args.get("view", ""), OPEN)


def after() -> Place | None:
    """Return after which chat the page of the box begins that the address asks for."""
    return Place.read(request.args.get("after", ""))


def box_args() -> dict[str, Any]:
    """Return the box and its page as the arguments of an address."""
    here, start = box(), after()
    named = {"view": None if here is OPEN else here.key, "after": start and str(start)}
    return {name: text for name, text in named.items() if text}


def whole(thread_id: int | None = None, *, status: int = 200, **more: Any) -> Response:
    """Return the page: a box, and beside it a chat where one is open."""
    at = now()
    context = _inbox(at) | {"tag": _tag(thread_id, at=at)}
    if thread_id is not None:
        context |= _thread(thread_id, at)
    return vary(make_response(render_template("desk/chats/page.html", **context | more), status))


def pane(thread_id: int, **more: Any) -> Response:
    """Return one chat alone, for a screen that has the list already."""
    context = _args() | _thread(thread_id, now()) | more
    return vary(make_response(render_template("desk/chats/pane.html", **context)))


def poll(thread_id: int | None) -> Response:
    """Return what changed since the tag that the screen sent, or 304 when nothing did.

    A screen that nobody has before their eyes gets the list alone, and counts as away.
    """
    at = now()
    open_id = None if request.args.get("away") else thread_id
    found = pulse(open_id, staff_id=current_staff().id, at=at)
    if open_id is not None:
        with suppress(NoResultFound):
            _stay(open_id, was_here=found.was_here, beat_is_due=found.beat_is_due)
    current = _tag_of(found.facts, open_id, at=at)
    if request.headers.get(TAG) == current:
        return vary(make_response("", 304))
    context = _inbox(at)
    if open_id is not None:
        with suppress(NoResultFound):
            context |= _thread(open_id, at)
    answer = make_response(render_template("desk/chats/poll.html", **context))
    answer.headers[TAG] = current
    return vary(answer)


def pressed(thread_id: int, *, status: int = 200, **more: Any) -> Response:
    """Return the parts of the screen that a press changes; the form for an answer only if named."""
    at = now()
    context = _inbox(at) | _thread(thread_id, at) | {"rewrite": "writing" in more} | more
    return vary(make_response(render_template("desk/chats/pressed.html", **context), status))


def toast(step: Step, thread: Thread) -> dict[str, Any]:
    """Return what the person who pressed is told, and the step that Undo takes back."""
    return {
        "toast": chat_rows.toast(step, thread),
        "undo": step.id if chat_rows.can_be_undone(step, thread) else None,
    }


def news(thread_id: int, *, seen: int) -> Sequence[str]:
    """Return what happened since the version that a press was meant for, the latest first."""
    thread = chats.thread(thread_id)
    fresh = {each.id for each in chats.messages(thread_id) if each.version > seen}
    return chat_rows.news(
        [step for step in chats.steps(thread_id) if step.version > seen],
        [line for line in reading.lines(thread) if line.id in fresh],
        me=current_staff(),
        zone=settings().studio.zone,
    )


def _stay(thread_id: int, *, was_here: bool, beat_is_due: bool) -> None:
    if not was_here:
        chat_looks.opened(chats.thread(thread_id))
    elif beat_is_due:
        chat_looks.be_here(thread_id)


def _tag(thread_id: int | None, *, at: datetime) -> str:
    facts = pulse(thread_id, staff_id=current_staff().id, at=at).facts
    return _tag_of(facts, thread_id, at=at)


def _tag_of(facts: Sequence[Any], thread_id: int | None, *, at: datetime) -> str:
    """Return what stays the same while nothing on a screen changes, for a minute at most."""
    every = (
        int(at.timestamp()) // 60,
        current_staff().id,
        sorted(box_args().items()),
        thread_id,
        request.args.get("busy", ""),
        facts,
    )
    return hashlib.blake2s(repr(every).encode(), digest_size=12).hexdigest()


def _args() -> dict[str, Any]:
    return {"box": box(), "boxes": BOXES, "args": box_args(), "selection": Selection()}


def _inbox(at: datetime) -> dict[str, Any]:
    found = page(box(), after=after(), at=at)
    return _args() | {
        "at": at,
        "queues": QUEUES,
        "aside": ASIDE,
        "cap": queries.CAP,
        "counts": queries.counts(staff_id=current_staff().id, at=at),
        "rows": [ChatRow(each, at) for each in found.threads],
        "more": found.more,
        "open_id": _open_id(),
        "called": chat_rows.called,
    }


def _open_id() -> int | None:
    """Return which chat stands beside the list: the address names it, or a poll brings it."""
    named = (request.view_args or {}).get("thread_id")
    return named if named is not None else request.args.get("open", type=row_id)


def _thread(thread_id: int, at: datetime) -> dict[str, Any]:
    me, studio = current_staff(), settings().studio
    thread = chats.thread(thread_id)
    lines = reading.lines(thread)
    if lines:
        chat_looks.read_up_to(thread, lines[-1].id)
    return {
        "at": at,
        "thread": thread,
        "row": ChatRow(thread, at),
        "visitor": chat_rows.called(thread),
        "called": chat_rows.called,
        "lines": lines,
        "notes": reading.note_lines(thread),
        "given": chat_rows.given(thread, region=studio.region),
        "story": [
            (step, chat_rows.told(step, me=me), chat_rows.can_be_undone(step, thread))
            for step in reversed(chats.steps(thread_id))
        ],
        "here": chats.also_here(thread_id, but=me.id, at=at),
        "canned": canned.replies(),
        "ways": canned.ways().values(),
        "writing": new_writing(),
        "note_key": proof.new_key(),
    }
