"""Booking over HTTP: pick a time by one link; see, move or call it off by another."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from flask import Blueprint, Flask, Response, abort, render_template, request, url_for
from flask.blueprints import BlueprintSetupState

from portal import opening, tokens
from portal.booking import actions, diary, links, queries, screens, times, words
from portal.booking.forms import PICK, ManageForm, PickForm, context, number_words
from portal.booking.gate import ClosedGateError, Gate, gate, must_be_open
from portal.booking.invitation import invitation
from portal.booking.models import Booking
from portal.booking.wishes import Hand, NoNumberError, TakenError
from portal.chat import ways
from portal.clock import now
from portal.errors import WrongStateError
from portal.extensions import settings
from portal.htmx import leave_for
from portal.intake import handover
from portal.intake.queries import enquiry as find_enquiry
from portal.intake.queries import intake_of, latest_decision
from portal.leads import pace
from portal.leads.links import health_check_token
from portal.leads.models import Enquiry, Kind, Lead
from portal.leads.queries import enquiries

ICALENDAR = "text/calendar; charset=utf-8"

bp = Blueprint("booking", __name__)
bp.add_app_template_filter(words.first, "first_word")
times.register(bp)


@bp.record_once
def _take_over(state: BlueprintSetupState) -> None:
    app = cast("Flask", state.app)
    handover.offer(app, Kind.CONSULT, _way)
    handover.draw(app, Kind.CONSULT, screens.panel)
    handover.listen(app, actions.follow_decision)
    ways.offer(app, _way_from_chat)
    opening.offer(app, opening.Kept(week=diary.studio_week, closed=diary.closed_from))


def _way(enquiry: Enquiry) -> str | None:
    """Return where a time is picked, None for a studio without coaches' hours."""
    if not diary.is_open_for_booking():
        return None
    return url_for("booking.choose", token=links.book_token(enquiry))


def _way_from_chat(lead: Lead) -> str | None:
    """Return where somebody in a chat sees their time, or picks one; None while they may not."""
    booked = queries.live(lead.id)
    if booked is not None:
        return url_for("booking.manage", token=links.manage_token(booked))
    enquiry = next(iter(enquiries(lead.id)), None)
    if enquiry is None or gate(lead) is not Gate.OPEN:
        return None
    return _way(enquiry)


@bp.get("/book/<token>")
def choose(token: str) -> Any:
    """Show the times to pick from, or where somebody stands who has one or may not have one."""
    enquiry = find_enquiry(tokens.read(links.BOOK, token))
    booked = queries.live(enquiry.lead_id)
    if booked is not None:
        return _stands(booked, enquiry)
    found = gate(enquiry.lead)
    if found is not Gate.OPEN:
        return _standing(enquiry, found), 403
    return screens.pick(enquiry, token)


@bp.post("/book/<token>")
def take(token: str) -> Any:
    """Book the time that was picked."""
    public_id = tokens.read(links.BOOK, token)
    form = PickForm(meta={"csrf_context": context(public_id)})
    good, wish = form.validate(), form.wish()
    try:
        if not good or wish is None:
            return _refused(public_id, token, form, form.problems or {"slot": PICK})
        booked = actions.book(public_id, wish, hand=_hand())
    except ClosedGateError as closed:
        return _standing(find_enquiry(public_id), closed.gate), 409
    except NoNumberError:
        return _refused(public_id, token, form, {"phone": number_words()})
    except TakenError as gone:
        return _refused(public_id, token, form, {"slot": screens.TAKEN}, taken=gone.wanted)
    step = None if booked.starts_at == wish.starts_at else screens.HAD_ONE
    return _stands(booked, find_enquiry(public_id), step=step)


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
        return _again(booking, form, token), 422
    pace.count_change(booking.lead_id)
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


def _refused(
    public_id: str,
    token: str,
    form: PickForm,
    problems: Mapping[str, str],
    *,
    taken: datetime | None = None,
) -> Any:
    """Return the times again, with what is wrong, to whoever may still see any."""
    enquiry = find_enquiry(public_id)
    must_be_open(enquiry.lead)
    return screens.pick(enquiry, token, form, problems=problems, taken=taken), 422


def _again(booking: Booking, form: ManageForm, token: str) -> str:
    """Return the page that the form stood on, with what is wrong."""
    if "phone" in form.problems and screens.may_change(booking):
        return screens.move(booking, token, form, problems=form.problems)
    return screens.manage(booking, token, problems=form.problems)


def _cancel(booking: Booking, form: ManageForm, token: str) -> Any:
    actions.cancel(booking.id, hand=_hand(), seen=form.seen() if booking.is_live else None)
    return leave_for(url_for("booking.manage", token=token))


def _moved(booking: Booking, form: ManageForm) -> Any:
    wish, token = form.wish(), links.manage_token(booking)
    must_be_open(booking.lead)
    if not screens.may_change(booking):
        raise WrongStateError("This session is not to come any more.")
    if wish is None:
        return screens.move(booking, token, form, problems={"slot": PICK}), 422
    try:
        actions.move(booking.id, wish, hand=_hand(), seen=None)
    except NoNumberError:
        return screens.move(booking, token, form, problems={"phone": number_words()}), 422
    except TakenError as gone:
        return screens.move(
            booking, token, form, problems={"slot": screens.TAKEN}, taken=gone.wanted
        ), 422
    return leave_for(url_for("booking.manage", token=token))


def _stands(booked: Booking, enquiry: Enquiry, *, step: str | None = None) -> Any:
    """Lead to the session that stands, or say only that one does to who may be somebody else."""
    if not booked.came_of(enquiry):
        return render_template("booking/standing.html", gate=screens.ELSEWHERE, lead=None), 409
    return leave_for(url_for("booking.manage", token=links.manage_token(booked), step=step))


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
        gate=screens.ANOTHER if _is_in_order(enquiry, found) else found.value,
        lead=enquiry.lead,
        first_name=words.first(enquiry.lead.name),
        health_check=url_for("intake.page", token=token, slug=slug),
    )


def _is_in_order(enquiry: Enquiry, found: Gate) -> bool:
    """Say whether another health check closes the gate, so that nothing is left to do on this."""
    newest, own = latest_decision(enquiry.lead_id), intake_of(enquiry.id)
    elsewhere = newest is not None and newest.intake.enquiry_id != enquiry.id
    is_sent = own is not None and own.finished_at is not None
    return elsewhere and (is_sent or found is not Gate.UNFINISHED)
