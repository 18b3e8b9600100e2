"""The inbox of the chat over HTTP: the chats that wait, and one of them beside the list."""

from typing import Any

from flask import Blueprint, request

from portal.chat import queries
from portal.desk import chat_looks, chat_presses, chat_screens
from portal.htmx import wants_fragment
from portal.ids import row_id
from portal.staff.guard import current_staff, requires


def register(bp: Blueprint) -> None:
    """Give the inbox its addresses."""
    bp.add_url_rule("/desk/chats", "chats", chats)
    bp.add_url_rule("/desk/chats/<int:thread_id>", "chat", chat)
    chat_presses.register(bp)


@requires()
def chats() -> Any:
    """Show the chats; polled with the id of the one that is open beside them."""
    if wants_fragment():
        return chat_screens.poll(request.args.get("open", type=row_id))
    return chat_screens.whole()


@requires()
def chat(thread_id: int) -> Any:
    """Show one chat beside the others; each opening is noted before a word is shown."""
    chat_looks.opened(queries.thread(thread_id))
    if wants_fragment():
        return chat_screens.pane(thread_id)
    return chat_screens.whole(thread_id, **_said(thread_id))


def _said(thread_id: int) -> dict[str, Any]:
    """Return what came of the press that led here, named in the address instead of a session."""
    sent = request.args.get("sent", type=row_id)
    if sent is not None:
        return {"writing": chat_screens.new_writing(sent=sent, fresh=True)}
    step_id = request.args.get("said", type=row_id)
    mine = [
        step
        for step in queries.steps(thread_id)
        if step.id == step_id and step.staff_id == current_staff().id
    ]
    return chat_screens.toast(mine[0], queries.thread(thread_id)) if mine else {}
