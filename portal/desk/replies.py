"""Replies under articles at the desk: an inbox for coaches and managers, each reading noted.

The front desk sees how many wait and whether one is flagged; what people wrote may be about their
health, so it is not for its role.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, make_response, render_template, request, url_for

from portal.clock import now
from portal.desk.reply_forms import AnswerForm, ReplyPress, WordsForm
from portal.errors import WrongStateError
from portal.extensions import db, settings
from portal.htmx import leave_for
from portal.ids import row_id
from portal.intake import readings
from portal.intake.readings import About
from portal.leads.models import Held, Lead
from portal.replies import inbox, moderating, queries, sealing
from portal.replies.models import Doubt, Reply
from portal.replies.moderating import Press
from portal.site import shelf
from portal.staff.guard import current_staff, requires
from portal.staff.models import Role
from portal.vault import CannotOpenError

CONFLICT, UNPROCESSABLE = 409, 422
NOBODY = 0
"""In the log of readings: whoever wrote this is no lead."""
DOUBTS: Mapping[Doubt, str] = {
    Doubt.TRAP: Held.TRAP,
    Doubt.HASTE: Held.HASTE,
    Doubt.BORROWED: Held.BORROWED,
    Doubt.LINKS: Held.LINKS,
    Doubt.MANY: Held.MANY,
}


@dataclass(frozen=True)
class Button:
    """What a press does, what is said of it, and which button takes it back."""

    act: Callable[..., None]
    said: str
    undo: str | None = None
    form: type[ReplyPress] = ReplyPress


BUTTONS: Mapping[str, Button] = {
    "publish": Button(
        moderating.publish, "Published. Everybody can read it now.", "take-down", WordsForm
    ),
    "take-down": Button(moderating.take_down, "Taken down. It waits again."),
    "reject": Button(moderating.reject, "Put aside. A clock erases it.", "put-back"),
    "put-back": Button(moderating.put_back, "It waits again."),
    "edit": Button(moderating.edit, "Changed. A mark beside it says so.", "undo-edit", WordsForm),
    "undo-edit": Button(moderating.undo_edit, "The words of the writer are back."),
    "answer": Button(
        moderating.answer, "Answered. It stands under the reply.", "unanswer", AnswerForm
    ),
    "unanswer": Button(moderating.unanswer, "The answer is gone."),
    "look": Button(moderating.look, "Noted that you have looked at it."),
}


def register(bp: Blueprint) -> None:
    """Give the pages their addresses."""
    bp.add_url_rule("/desk/replies", "replies", replies)
    one = "/desk/replies/<int:reply_id>"
    bp.add_url_rule(one, "reply", reply)
    bp.add_url_rule(f"{one}/<button>", "press_reply", press, methods=["POST"])
    thread = "/desk/replies/threads/<slug>"
    bp.add_url_rule(f"{thread}/close", "close_thread", close_thread, methods=["POST"])
    bp.add_url_rule(f"{thread}/open", "open_thread", open_thread, methods=["POST"])


@requires(Role.COACH, Role.MANAGER)
def replies() -> Any:
    """List a part of the inbox, and every thread."""
    view, after = request.args.get("view", "waiting"), _after()
    if view not in inbox.VIEWS:
        abort(404)
    rows, more = inbox.page(view, after=after)
    return render_template(
        "desk/replies/list.html",
        view=view,
        views=inbox.VIEWS,
        rows=rows,
        after=after,
        more=f"{more[0]}.{more[1]}" if more else None,
        doubts=DOUBTS,
        articles={article.slug: article.title for article in shelf.articles()},
        closed=moderating.closed_threads(),
    )


@requires(Role.COACH, Role.MANAGER)
def reply(reply_id: int) -> Any:
    """Show one reply; the look is noted before a word is opened."""
    return _page(reply_id, said=BUTTONS.get(request.args.get("said", "")))


@requires(Role.COACH, Role.MANAGER)
def press(reply_id: int, button: str) -> Any:
    """Press a button of a reply; whoever comes second sees how it stands, with what they typed."""
    if button not in BUTTONS:
        abort(404)
    pressed = BUTTONS[button]
    form = pressed.form()
    if not form.validate():
        if form.version.errors:
            abort(400)
        return _page(reply_id, UNPROCESSABLE, form=form, problems=form.problems)
    seen = Press(reply_id, staff=current_staff(), seen=form.version.data, at=now())
    try:
        pressed.act(seen, **form.words)
    except WrongStateError as wrong:
        return _page(reply_id, CONFLICT, form=form, news=str(wrong))
    return leave_for(url_for("desk.reply", reply_id=reply_id, said=button))


@requires(Role.COACH, Role.MANAGER)
def close_thread(slug: str) -> Any:
    """Close the thread of an article."""
    moderating.close_thread(_article(slug), staff=current_staff(), at=now())
    return leave_for(url_for("desk.replies", _anchor="threads"))


@requires(Role.COACH, Role.MANAGER)
def open_thread(slug: str) -> Any:
    """Open it again."""
    moderating.open_thread(_article(slug))
    return leave_for(url_for("desk.replies", _anchor="threads"))


def _after() -> inbox.Spot | None:
    """Return after which reply the page begins, None for the first and for any other text."""
    try:
        rank, reply_id = (row_id(part) for part in request.args.get("after", "").split("."))
    except ValueError:
        return None
    return rank, reply_id


def _article(slug: str) -> str:
    if shelf.find(slug) is None:
        abort(404)
    return slug


def _page(reply_id: int, status: int = 200, **more: Any) -> Any:
    """Show a reply; where its key has gone, look again whether its row has gone before it."""
    try:
        return _drawn(reply_id, status, **more)
    except CannotOpenError:
        db.session.rollback()
        queries.reply(reply_id)
        raise


def _drawn(reply_id: int, status: int, **more: Any) -> Any:
    found = queries.reply(reply_id)
    lead = _note(found)
    found = queries.reply(reply_id)
    article = shelf.find(found.slug)
    facts = {
        "reply": found,
        "who": sealing.who(found),
        "text": sealing.text(found),
        "original": sealing.original(found),
        "lead": lead,
        "title": article.title if article else found.slug,
        "doubts": DOUBTS,
        "held_days": settings().retention.held_days,
    }
    return make_response(render_template("desk/replies/one.html", **facts, **more), status)


def _note(found: Reply) -> Lead | None:
    """Note the reading, for the person too when we know them; return whom we know."""
    lead = inbox.lead_of(found)
    about = About(lead.id if lead else NOBODY, None, f"/desk/replies/{found.id}")
    readings.log(about, staff=current_staff(), at=now())
    return lead
