"""The door over HTTP: a code typed, scanned or filmed, its verdict, and one press to let in."""

import secrets
from datetime import date
from typing import Any

from flask import Blueprint, abort, make_response, render_template, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy.exc import NoResultFound
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from portal.clock import now
from portal.desk import door_words
from portal.errors import WrongStateError
from portal.extensions import settings
from portal.htmx import leave_for
from portal.ids import row_id
from portal.passes import actions, days, entry, queries, signing
from portal.passes.actions import ClosedDayError, NotAllowedError
from portal.passes.codes import spoken
from portal.passes.entry import StoppedError
from portal.passes.identity import AlreadyHadOneError
from portal.passes.models import DayPass
from portal.passes.verdict import UNKNOWN, Verdict, Why
from portal.staff.guard import current_staff, requires
from portal.staff.models import Role
from portal.words import read_day

CONFLICT, UNPROCESSABLE = 409, 422
LONGEST_CODE = 300
LONGEST_REASON = 200
PRESS_BYTES = 16
NOBODY = "Nobody has this reference or code"
NO_REASON = "Say why, in a few words"
HELD_BACK = "Their health check does not allow a visit now. Fetch a coach."
NOT_OPEN = "The studio is closed then, or the day is nearly over"
NOT_MOVED = {
    ClosedDayError: NOT_OPEN,
    AlreadyHadOneError: "They have another day pass by now",
    WrongStateError: "It was used or given back meanwhile",
}


def register(bp: Blueprint) -> None:
    """Give the door its addresses."""
    one = "/desk/passes/<int:pass_id>"
    bp.add_url_rule("/desk/passes", "passes", passes)
    bp.add_url_rule("/desk/passes", "check_pass", check_pass, methods=["POST"])
    bp.add_url_rule("/desk/passes/today", "arrivals", arrivals)
    bp.add_url_rule("/desk/passes/give", "give_pass", give_pass, methods=["POST"])
    bp.add_url_rule(one, "pass_verdict", pass_verdict)
    bp.add_url_rule(f"{one}/let-in", "let_in", let_in, methods=["POST"])
    bp.add_url_rule(f"{one}/undo", "undo_let_in", undo_let_in, methods=["POST"])
    bp.add_url_rule(f"{one}/today", "move_to_today", move_to_today, methods=["POST"])
    bp.add_url_rule(f"{one}/waiver.pdf", "signed_waiver", signed_waiver)


class CodeForm(FlaskForm):
    """What a person types, a scanner sends, or a camera sees."""

    class Meta(FlaskForm.Meta):
        """The guard has checked the form's token."""

        csrf = False

    code = StringField(filters=[lambda text: (text or "").strip()[:LONGEST_CODE]])


class PressForm(CodeForm):
    """One press: `press` was made with the page, so that sending it twice is one press.

    It also names the use that an undo takes back.
    """

    press = StringField(validators=[InputRequired(), Length(max=64)])


class GiveForm(CodeForm):
    """Another pass for somebody who had one: who, when, and why."""

    ref = StringField(filters=[lambda text: (text or "").strip()])
    day = StringField()
    because = StringField(filters=[lambda text: (text or "").strip()])


@requires()
def passes() -> Any:
    """Wait for a code, with everybody who is expected today."""
    return _page()


@requires()
def check_pass() -> Any:
    """Look a code up; nothing is written."""
    code = CodeForm().code.data or ""
    if not code:
        return _page(problems={"code": "Type or scan a code"}, status=UNPROCESSABLE)
    found = queries.find(code, today=days.today(now()))
    if found is None:
        return _page(verdict=UNKNOWN, typed=code, status=UNPROCESSABLE)
    return leave_for(url_for("desk.pass_verdict", pass_id=found.id))


@requires()
def pass_verdict(pass_id: int) -> Any:
    """Say what the door says to one pass."""
    return _verdict(_find(pass_id))


@requires()
def let_in(pass_id: int) -> Any:
    """Redeem a pass, or say why not."""
    form = PressForm()
    if not form.validate():
        abort(400)
    press = str(form.press.data)
    try:
        redemption = entry.redeem(pass_id, staff=current_staff(), press=press, at=now())
    except StoppedError as stopped:
        return _verdict(_find(pass_id), stopped.verdict, status=CONFLICT)
    return leave_for(url_for("desk.pass_verdict", pass_id=pass_id, said=redemption.id))


@requires()
def undo_let_in(pass_id: int) -> Any:
    """Take a use back."""
    form = PressForm()
    if not form.validate():
        abort(400)
    entry.undo(pass_id, str(form.press.data), staff=current_staff(), at=now())
    return leave_for(url_for("desk.pass_verdict", pass_id=pass_id))


@requires()
def move_to_today(pass_id: int) -> Any:
    """Let an unused pass count for today."""
    at = now()
    try:
        actions.move(pass_id, day=days.today(at), at=at, staff=current_staff())
    except NotAllowedError:
        return _verdict(_find(pass_id), Verdict.stop(Why.HELD), status=CONFLICT)
    except tuple(NOT_MOVED) as refused:
        return _verdict(_find(pass_id), status=CONFLICT, note=NOT_MOVED[type(refused)])
    return leave_for(url_for("desk.pass_verdict", pass_id=pass_id))


@requires()
def arrivals() -> Any:
    """Show who comes on a day, to print and to lay on the counter."""
    day = read_day(request.args.get("day", "")) or days.today(now())
    return render_template("desk/door/arrivals.html", **_expected(day))


@requires()
def give_pass() -> Any:
    """Give somebody another pass than the one a year, with a reason that stays."""
    form = GiveForm()
    typed = {name: str(form[name].data or "") for name in ("ref", "day", "because")}
    lead = queries.lead_called(typed["ref"])
    problems = {} if lead else {"ref": NOBODY}
    if not typed["because"] or len(typed["because"]) > LONGEST_REASON:
        problems["because"] = NO_REASON
    try:
        day = date.fromisoformat(typed["day"])
        if lead is None or problems:
            return _page(problems=problems, given=typed, status=UNPROCESSABLE)
        given = actions.give(
            lead.id, day=day, staff=current_staff(), because=typed["because"], at=now()
        )
    except (ClosedDayError, ValueError):
        return _page(problems={**problems, "day": NOT_OPEN}, given=typed, status=UNPROCESSABLE)
    except NotAllowedError:
        return _page(problems={"ref": HELD_BACK}, given=typed, status=UNPROCESSABLE)
    return leave_for(url_for("desk.pass_verdict", pass_id=given.id))


@requires(Role.COACH, Role.MANAGER)
def signed_waiver(pass_id: int) -> Any:
    """Hand over the signed waiver of a pass."""
    signature = queries.last_signature(_find(pass_id).id)
    if signature is None:
        raise NoResultFound("Nothing is signed yet.")
    answer = make_response(signing.document(signature))
    answer.mimetype = "application/pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="waiver-{pass_id}.pdf"'
    return answer


def _find(pass_id: int) -> DayPass:
    return queries.by_id(pass_id)


def _verdict(
    day_pass: DayPass, verdict: Verdict | None = None, *, status: int = 200, note: str = ""
) -> Any:
    redemption = queries.redemption(day_pass.id)
    said = request.args.get("said", type=row_id)
    just_in = redemption is not None and redemption.id == said
    return _page(
        verdict=verdict or entry.look(day_pass, at=now()),
        day_pass=day_pass,
        redemption=redemption,
        just_in=just_in,
        signature=queries.last_signature(day_pass.id),
        spoken=spoken(day_pass.code),
        press=secrets.token_urlsafe(PRESS_BYTES),
        note=note,
        status=status,
    )


def _page(*, status: int = 200, **found: Any) -> Any:
    at, zone = now(), settings().studio.zone
    facts: dict[str, Any] = {"problems": {}, "given": {}, "typed": "", "just_in": False, **found}
    verdict = facts.get("verdict")
    if verdict is not None:
        facts["words"] = door_words.in_words(
            verdict,
            facts.get("day_pass"),
            redemption=facts.get("redemption"),
            zone=zone,
            signed_before=facts.get("signature") is not None,
        )
    page = render_template(
        "desk/door/page.html",
        **_expected(days.today(at)),
        **facts,
        offered=days.offered(at=at),
        today=days.today(at),
    )
    return make_response(page, status)


def _expected(day: date) -> dict[str, Any]:
    zone = settings().studio.zone
    return {
        "day": day,
        "arrivals": queries.arrivals(day),
        "checked_in": lambda redemption: door_words.checked_in(redemption, zone),
    }
