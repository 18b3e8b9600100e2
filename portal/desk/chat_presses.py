"""The buttons of a chat at the desk: each reads its form, acts, and says what came of it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, url_for

from portal.chat import answering, queries
from portal.chat.answering import OvertakenError, Press
from portal.chat.models import Step
from portal.clock import now
from portal.desk import canned, chat_looks, chat_screens
from portal.desk.chat_screens import Writing, new_writing
from portal.desk.forms import AnswerForm, KeyedNoteForm, PressForm
from portal.errors import WrongStateError
from portal.extensions import settings
from portal.htmx import leave_for, wants_fragment
from portal.leads.asked import KeyTakenError
from portal.staff.guard import current_staff, requires

UNPROCESSABLE, CONFLICT = 422, 409
SENT_BEFORE = "This form has sent another text already. Look at the chat, then send it again."
ACTS: Mapping[str, Callable[[Press], Step]] = {
    "claim": answering.claim,
    "give-back": answering.give_back,
    "lower-flag": answering.lower_flag,
    "called": answering.called,
    "close": answering.close,
    "release": answering.release,
}


def register(bp: Blueprint) -> None:
    """Give every button its address below a chat's own."""
    one = "/desk/chats/<int:thread_id>"
    for path, endpoint, view in (
        ("answer", "chat_answer", answer),
        ("note", "chat_note", note),
        ("notes/<int:note_id>/undo", "chat_note_undo", undo_note),
        ("undo/<int:step_id>", "chat_undo", undo),
        ("do/<verb>", "chat_press", press),
    ):
        bp.add_url_rule(f"{one}/{path}", endpoint, view, methods=["POST"])


@requires()
def answer(thread_id: int) -> Any:
    """Answer the visitor, send a way on, or put a ready text into the form.

    Whatever comes of it, what was typed is not lost.
    """
    form = AnswerForm()
    good = form.validate()
    if form.version.errors or form.key.errors:
        abort(400)
    if form.insert.data:
        return _show(thread_id, writing=_with_ready_text(form))
    way = canned.ways().get(form.way.data or "")
    if way is not None:
        text = way.message(public_url=settings().public_url)
        return _send(thread_id, form, text, left=form.text.data)
    if not good:
        problem = str(form.text.errors[0])
        return _show(thread_id, status=UNPROCESSABLE, writing=_back(form, problem=problem))
    return _send(thread_id, form, form.text.data)


def _send(thread_id: int, form: AnswerForm, text: str, *, left: str = "") -> Any:
    """Send `text`; what was typed and is `left` stays in the form."""
    try:
        said = answering.answer(_press(thread_id, form), text, key=form.key.data)
    except OvertakenError as overtaken:
        news = chat_screens.news(thread_id, seen=overtaken.seen)
        return _show(thread_id, status=CONFLICT, news=news, **_kept(form))
    except KeyTakenError:
        writing = new_writing(text=form.text.data, fresh=True)
        return _show(thread_id, status=CONFLICT, news=[SENT_BEFORE], writing=writing)
    if left:
        return _show(thread_id, writing=new_writing(text=left, fresh=True))
    if wants_fragment():
        return _show(thread_id, writing=new_writing(sent=said.version, fresh=True))
    return _back_to(thread_id, sent=said.version)


@requires()
def note(thread_id: int) -> Any:
    """Add a note; one that cannot be kept comes back with everything typed."""
    form = KeyedNoteForm()
    if form.validate():
        try:
            answering.note(_press(thread_id, form), form.text.data, key=form.key.data)
        except KeyTakenError:
            return _show(thread_id, status=CONFLICT, note=form, news=[SENT_BEFORE])
        if wants_fragment():
            return _show(thread_id, toast="Note added", undo=None)
        return _back_to(thread_id)
    if form.version.errors or form.key.errors:
        abort(400)
    return _show(thread_id, status=UNPROCESSABLE, note=form, problems=form.errors)


@requires()
def press(thread_id: int, verb: str) -> Any:
    """Claim, give back, lower the flag, note a call, close or release."""
    act, form = ACTS.get(verb), PressForm()
    if act is None:
        abort(404)
    if not form.validate():
        abort(400)
    return _respond(thread_id, lambda: act(_press(thread_id, form)))


@requires()
def undo(thread_id: int, step_id: int) -> Any:
    """Take a step back."""
    return _respond(
        thread_id,
        lambda: answering.undo(thread_id, step_id, staff=current_staff(), at=now()),
    )


@requires()
def undo_note(thread_id: int, note_id: int) -> Any:
    """Take a note back."""
    answering.undo_note(thread_id, note_id, at=now())
    if wants_fragment():
        return _show(thread_id, toast="Taken back", undo=None)
    return _back_to(thread_id)


def _press(thread_id: int, form: PressForm) -> Press:
    return Press(thread_id, current_staff(), form.version.data, now())


def _respond(thread_id: int, act: Callable[[], Step]) -> Any:
    """Act; say what was done, or in words why it could not be, with the screen put right."""
    try:
        step = act()
    except OvertakenError as overtaken:
        return _refused(thread_id, chat_screens.news(thread_id, seen=overtaken.seen))
    except WrongStateError as wrong:
        return _refused(thread_id, [str(wrong)])
    if wants_fragment():
        return _show(thread_id, **chat_screens.toast(step, queries.thread(thread_id)))
    return _back_to(thread_id, said=step.id)


def _refused(thread_id: int, why: Sequence[str]) -> Any:
    return _show(thread_id, status=CONFLICT, news=why or ["Somebody was here a moment before you"])


def _show(thread_id: int, **more: Any) -> Any:
    show = chat_screens.pressed if wants_fragment() else chat_screens.whole
    chat_looks.pressed(queries.thread(thread_id))
    return show(thread_id, **more)


def _back_to(thread_id: int, **more: Any) -> Any:
    return leave_for(url_for("desk.chat", thread_id=thread_id, **more, **chat_screens.box_args()))


def _with_ready_text(form: AnswerForm) -> Writing:
    text = canned.inserted(
        form.text.data, form.canned.data or "", staff=current_staff(), studio=settings().studio
    )
    return Writing(key=form.key.data, text=text, fresh=True)


def _back(form: AnswerForm, *, problem: str = "") -> Writing:
    return Writing(key=form.key.data, text=form.text.data, problem=problem, fresh=True)


def _kept(form: AnswerForm) -> dict[str, Writing]:
    """Return the form as typed; a screen with a script has it still, and keeps its cursor."""
    return {} if wants_fragment() else {"writing": _back(form)}
