"""Booking over HTTP: pick a time by one link; see, move or call it off by another."""

from typing import Any, cast

from flask import Blueprint, Flask, Response, abort, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState

from portal import tokens
from portal.booking import actions, diary, links, queries, screens, words
from portal.booking.forms import PICK, ManageForm, PickForm, context
from portal.booking.gate import ClosedGateError, Gate, gate
from portal.booking.invitation import invitation
from portal.booking.models import Booking
from portal.booking.wishes import Hand, TakenError
from portal.clock import now
from portal.errors import WrongStateError
from portal.extensions import settings
from portal.htmx import leave_for
from portal.intake import handover
from portal.intake.queries import enquiry as find_enquiry
from portal.leads.links import health_check_token
from portal.leads.models import Enquiry, Kind

TAKEN = "That time has just been taken. Here are the nearest ones."
ICALENDAR = "text/calendar; charset=utf-8"

bp = Blueprint("booking", __name__)
bp.add_app_template_filter(words.first, "first_word")


@bp.record_once
def _take_over(state: BlueprintSetupState) -> None:
    app = cast("Flask", state.app)
    handover.offer(app, Kind.CONSULT, _way)
    handover.draw(app, Kind.CONSULT, screens.panel)
    handover.listen(app, actions.follow_decision)


def _way(enquiry: Enquiry) -> str | None:
    """Return where a time is picked, None for a studio without coaches' hours."""
    if not diary.is_open_for_booking():
        return None
    return url_for("booking.choose", token=links.book_token(enquiry))


@bp.get("/book/<token>")
def choose(token: str) -> Any:
    """Show the times to pick from, or where somebody stands who has one or may not have one."""
    enquiry = find_enquiry(tokens.read(links.BOOK, token))
    booked = queries.live(enquiry.lead_id)
    if booked is not None:
        return redirect(url_for("booking.manage", token=links.manage_token(booked)))
    found = gate(enquiry.lead)
    if found is not Gate.OPEN:
        return _standing(enquiry, found), 403
    if not diary.is_open_for_booking():
        return render_template("booking/later.html", enquiry=enquiry)
    return screens.pick(enquiry, token)


@bp.post("/book/<token>")
def take(token: str) -> Any:
    """Book the time that was picked."""
    enquiry = find_enquiry(tokens.read(links.BOOK, token))
    form = PickForm(meta={"csrf_context": context(enquiry.public_id)})
    wish = form.wish()
    if not form.validate() or wish is None:
        return screens.pick(enquiry, token, form, problems=form.problems or {"slot": PICK}), 422
    try:
        booked = actions.book(enquiry.public_id, wish, hand=_hand())
    except ClosedGateError as closed:
        return _standing(enquiry, closed.gate), 409
    except TakenError as gone:
        problems = {"slot": TAKEN}
        return screens.pick(enquiry, token, form, problems=problems, taken=gone.wanted), 422
    return leave_for(url_for("booking.manage", token=links.manage_token(booked)))


@bp.get("/manage/<token>")
def manage(token: str) -> Any:
    """Show what stands for this person now, whatever the link was first made for."""
    booking = _truth(token)
    if request.args.get("step") == "move" and screens.may_change(booking):
        return screens.move(booking, token)
    return screens.manage(booking, token, step=request.args.get("step"))


@bp.post("/manage/<token>")
def change(token: str) -> Any:
    """Move the session or call it off."""
    booking = _truth(token)
    form = ManageForm(meta={"csrf_context": context(booking.public_id)})
    if not form.validate():
        return screens.manage(booking, token, problems=form.problems), 422
    try:
        return _cancel(booking, form, token) if form.do.data == "cancel" else _moved(booking, form)
    except ClosedGateError:
        return screens.manage(_truth(token), token), 409
    except WrongStateError:
        return screens.manage(_truth(token), token, news=True), 409


@bp.get("/manage/<token>/consult.ics")
def calendar(token: str) -> Any:
    """Return the session as it stands, for any calendar."""
    booking = _truth(token)
    method = None if not booking.is_live else "PUBLISH"
    text = invitation(
        booking, studio=settings().studio, url=links.manage_url(booking), method=method
    )
    headers = {"Content-Disposition": 'attachment; filename="consult.ics"'}
    return Response(text, content_type=ICALENDAR, headers=headers)


def _cancel(booking: Booking, form: ManageForm, token: str) -> Any:
    actions.cancel(booking.id, hand=_hand(), seen=form.seen() if booking.is_live else None)
    return leave_for(url_for("booking.manage", token=token))


def _moved(booking: Booking, form: ManageForm) -> Any:
    wish, token = form.wish(), links.manage_token(booking)
    if wish is None:
        return screens.move(booking, token, form, problems={"slot": PICK}), 422
    try:
        actions.move(booking.id, wish, hand=_hand(), seen=None)
    except TakenError as gone:
        return screens.move(booking, token, form, problems={"slot": TAKEN}, taken=gone.wanted), 422
    return leave_for(url_for("booking.manage", token=token))


def _truth(token: str) -> Booking:
    first = queries.by_public_id(tokens.read(links.MANAGE, token))
    return queries.today_s_truth(first.lead_id)


def _hand() -> Hand:
    return Hand(at=now(), settings=settings())


def _standing(enquiry: Enquiry, found: Gate) -> str:
    if found is Gate.OPEN:
        abort(409)
    token = health_check_token(enquiry)
    slug = "check" if found is Gate.UNFINISHED else "result"
    return render_template(
        "booking/standing.html",
        gate=found.value,
        lead=enquiry.lead,
        first_name=words.first(enquiry.lead.name),
        health_check=url_for("intake.page", token=token, slug=slug),
    )
