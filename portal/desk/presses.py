"""The buttons of the desk over HTTP: each reads its form, acts, and says what came of it."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, abort, request, url_for

from portal import opening
from portal.clock import now
from portal.desk import actions, calls, screens
from portal.desk.actions import Press, StaleError
from portal.desk.calls import NotNow, Outcome
from portal.desk.forms import EVERYBODY, CallForm, ChoiceForm, NoteForm, NotNowForm, PressForm
from portal.desk.queues import Selection
from portal.errors import WrongStateError
from portal.extensions import settings
from portal.htmx import leave_for, wants_fragment
from portal.leads.models import Activity
from portal.leads.queries import lead as find_lead
from portal.staff.guard import current_staff, requires
from portal.staff.models import Staff
from portal.staff.queries import everyone


def register(bp: Blueprint) -> None:
    """Give every button its address below a lead's own."""
    for name, view in (
        ("claim", claim),
        ("assign", assign),
        ("call", call),
        ("snooze", snooze),
        ("done", done),
        ("not-now", not_now),
        ("note", note),
        ("release", release),
    ):
        endpoint = name.replace("-", "_")
        bp.add_url_rule(f"/desk/leads/<int:lead_id>/{name}", endpoint, view, methods=["POST"])
    address = "/desk/leads/<int:lead_id>/undo/<int:activity_id>"
    bp.add_url_rule(address, "undo", undo, methods=["POST"])


@requires()
def claim(lead_id: int) -> Any:
    """Take a lead on oneself."""
    return _press(lead_id, PressForm(), actions.claim)


@requires()
def assign(lead_id: int) -> Any:
    """Hand a lead to a colleague or back to everybody."""
    to: dict[str, Staff | None] = {str(staff.id): staff for staff in everyone() if staff.active}
    form = ChoiceForm([*to, EVERYBODY])
    return _press(
        lead_id, form, lambda press: actions.assign(press, to=to.get(str(form.choice.data)))
    )


@requires()
def call(lead_id: int) -> Any:
    """Log how a call went."""
    form = CallForm()
    return _press(
        lead_id,
        form,
        lambda press: actions.log_call(
            press, outcome=Outcome(form.outcome.data), settings=settings()
        ),
    )


@requires()
def snooze(lead_id: int) -> Any:
    """Put a lead out of sight for a while."""
    at, disposition = now(), find_lead(lead_id).disposition
    hours = opening.hours(at=at, settings=settings())
    choices = {each.key: each for each in calls.snoozes(disposition, at=at, hours=hours)}
    form = ChoiceForm(choices)
    return _press(
        lead_id, form, lambda press: actions.snooze(press, choice=choices[str(form.choice.data)])
    )


@requires()
def done(lead_id: int) -> Any:
    """Take a lead off the queue."""
    return _press(lead_id, PressForm(), actions.finish)


@requires()
def not_now(lead_id: int) -> Any:
    """Put a lead away for a reason."""
    form = NotNowForm()
    return _press(
        lead_id, form, lambda press: actions.put_away(press, because=NotNow(form.because.data))
    )


@requires()
def note(lead_id: int) -> Any:
    """Add a note; one that cannot be kept comes back with everything typed."""
    form = NoteForm()
    if form.validate():
        return _press(lead_id, form, lambda press: actions.note(press, text=form.text.data))
    if form.version.errors:
        abort(400)
    show = screens.pressed if wants_fragment() else screens.whole
    return show(_selection(), find_lead(lead_id).id, status=422, note=form, problems=form.errors)


@requires()
def release(lead_id: int) -> Any:
    """Let a lead that looked like spam into the queue."""
    return _press(lead_id, PressForm(), lambda press: actions.release(press, settings=settings()))


@requires()
def undo(lead_id: int, activity_id: int) -> Any:
    """Take a step back."""
    return respond(
        lead_id,
        lambda: actions.undo(lead_id, activity_id, staff=current_staff(), at=now()),
    )


def _press(lead_id: int, form: PressForm, act: Callable[[Press], Activity]) -> Any:
    if not form.validate():
        abort(400)
    press = Press(lead_id=lead_id, staff=current_staff(), seen=form.version.data, at=now())
    return respond(lead_id, lambda: act(press))


def respond(lead_id: int, act: Callable[[], Activity]) -> Any:
    """Act; say what was done, or in words why it could not be, with the screen put right."""
    try:
        line = act()
    except StaleError as stale:
        return _refused(lead_id, screens.news(lead_id, seen=stale.seen))
    except WrongStateError as wrong:
        return _refused(lead_id, [str(wrong)])
    if wants_fragment():
        return screens.pressed(_selection(), lead_id, **screens.toast(line, lead_id))
    back = _selection().args
    return leave_for(url_for("desk.lead", lead_id=lead_id, said=line.id, **back))


def _refused(lead_id: int, why: Sequence[str]) -> Any:
    show = screens.pressed if wants_fragment() else screens.whole
    return show(
        _selection(), lead_id, status=409, news=why or ["Somebody was here a moment before you"]
    )


def _selection() -> Selection:
    return Selection.read(request.args)
