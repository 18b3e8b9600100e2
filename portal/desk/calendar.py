"""The desk's calendar: who comes today and this week, and the presses on one session."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from portal.booking import actions, diary, walkin
from portal.booking.forms import NumberLine
from portal.booking.gate import ClosedGateError
from portal.booking.models import Booking, State
from portal.booking.wishes import Hand, TakenError
from portal.clock import now
from portal.desk import week
from portal.desk.booking import HELD
from portal.desk.forms import PressForm
from portal.errors import WrongStateError
from portal.extensions import settings
from portal.htmx import leave_for, wants_fragment
from portal.leads import proof
from portal.leads.keyed import LONGEST_NAME, Line
from portal.staff.guard import current_staff, requires

CONFLICT = 409
BUSY = "{coach} has somebody then. Choose another coach, or book a time."
Act = Callable[[int, Hand, "SessionForm"], Booking]


class SessionForm(PressForm):
    """A press on a session; `because` is the reason of a cancellation."""

    because = StringField(
        filters=[lambda text: (text or "").strip() or None],
        validators=[Optional(), Length(max=200)],
    )


class WalkInForm(PressForm):
    """Somebody at the counter."""

    version = None
    name = Line(
        DataRequired("Enter a name"),
        Length(max=LONGEST_NAME, message="Name must be 80 characters or fewer"),
    )
    phone = NumberLine()
    coach = SelectField(coerce=int, validators=[InputRequired("Choose a coach")])
    key = StringField(filters=[lambda text: text if proof.is_key(text) else proof.new_key()])


def register(bp: Blueprint) -> None:
    """Give the calendar its addresses."""
    bp.add_url_rule("/desk/calendar", "calendar", calendar)
    bp.add_url_rule("/desk/sessions/<int:booking_id>/<verb>", "session", press, methods=["POST"])
    bp.add_url_rule("/desk/walk-in", "walk_in", walk_in)
    bp.add_url_rule("/desk/walk-in", "walk_in_now", walk_in_now, methods=["POST"])


@requires()
def calendar() -> Any:
    """Show a day or a week, coach by coach; `said` names the session that was just pressed."""
    return week.poll() if wants_fragment() else week.whole()


@requires()
def press(booking_id: int, verb: str) -> Any:
    """Check in, note late or missing, cancel, write to who did not come, or take that back.

    The address names the days that were on the screen, and they are shown again.
    """
    act, form = ACTS.get(verb), SessionForm()
    if act is None:
        abort(404)
    if not form.validate():
        abort(400)
    try:
        booking = act(booking_id, _hand(), form)
    except (WrongStateError, TakenError, ClosedGateError) as refused:
        return week.whole(news=_refusal(refused), status=CONFLICT)
    day, span = request.args.get("day"), request.args.get("span")
    return leave_for(url_for("desk.calendar", said=booking.id, day=day, span=span))


@requires()
def walk_in() -> Any:
    """Show the form for somebody at the counter."""
    return _counter(_walk_in_form())


@requires()
def walk_in_now() -> Any:
    """Open a lead and begin a session now."""
    form = _walk_in_form()
    if not form.validate():
        return _counter(form, {name: str(words[0]) for name, words in form.errors.items()}), 422
    coach = next(each for each in diary.bookable() if each.id == form.coach.data)
    name = coach.name
    try:
        booked = walkin.walk_in(
            key=str(form.key.data),
            name=str(form.name.data),
            phone=form.phone.number,
            coach=coach,
            hand=_hand(),
        )
    except TakenError:
        return _counter(form, {"coach": BUSY.format(coach=name)}), CONFLICT
    return leave_for(url_for("desk.calendar", said=booked.id))


def _hand() -> Hand:
    return Hand(at=now(), settings=settings(), staff=current_staff())


def _show(state: State) -> Act:
    return lambda booking_id, hand, form: actions.showed(
        booking_id, state, hand=hand, seen=form.version.data
    )


ACTS: Mapping[str, Act] = {
    "came": _show(State.ARRIVED),
    "late": _show(State.ARRIVED_LATE),
    "missed": _show(State.NO_SHOW),
    "cancel": lambda booking_id, hand, form: actions.cancel(
        booking_id, hand=hand, because=form.because.data, seen=form.version.data
    ),
    "undo": lambda booking_id, hand, form: actions.undo(
        booking_id, hand=hand, seen=form.version.data
    ),
    "write": lambda booking_id, hand, _: actions.recover(booking_id, hand=hand),
}


def _refusal(refused: Exception) -> str:
    if isinstance(refused, TakenError):
        return "That time has somebody else by now, so it cannot be taken back."
    return HELD if isinstance(refused, ClosedGateError) else str(refused)


def _walk_in_form() -> WalkInForm:
    form = WalkInForm()
    form.coach.choices = [(coach.id, coach.name) for coach in diary.bookable()]
    return form


def _counter(form: WalkInForm, problems: Mapping[str, str] | None = None) -> str:
    return render_template("desk/calendar/walk_in.html", form=form, problems=problems or {})
