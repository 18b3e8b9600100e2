"""Booking over HTTP: pick a time by one link; see, move or call it off by another."""

from typing import Any, cast

from flask import Blueprint, Flask, Response, abort, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState

from portal import tokens
from portal.booking import actions, diary, links, queries, words
from portal.booking.forms import PICK, ManageForm, PickForm, context
from portal.booking.gate import ClosedGateError, Gate, gate
from portal.booking.invitation import google_url, invitation, outlook_url
from portal.booking.models import Booking
from portal.booking.picker import picker
from portal.booking.search import Search
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
    return _pick(enquiry, token)


@bp.post("/book/<token>")
def take(token: str) -> Any:
    """Book the time that was picked."""
    enquiry = find_enquiry(tokens.read(links.BOOK, token))
    form = PickForm(meta={"csrf_context": context(enquiry.public_id)})
    wish = form.wish()
    if not form.validate() or wish is None:
        return _pick(enquiry, token, form, problems=form.problems or {"slot": PICK}), 422
    try:
        booked = actions.book(enquiry.public_id, wish, hand=_hand())
    except ClosedGateError as closed:
        return _standing(enquiry, closed.gate), 409
    except TakenError as gone:
        problems = {"slot": TAKEN}
        return _pick(enquiry, token, form, problems=problems, taken=gone.wanted), 422
    return leave_for(url_for("booking.manage", token=links.manage_token(booked)))


@bp.get("/manage/<token>")
def manage(token: str) -> Any:
    """Show what stands for this person now, whatever the link was first made for."""
    booking = _truth(token)
    if request.args.get("step") == "move" and _may_change(booking):
        return _move(booking, token)
    return _manage(booking, token, step=request.args.get("step"))


@bp.post("/manage/<token>")
def change(token: str) -> Any:
    """Move the session or call it off."""
    booking = _truth(token)
    form = ManageForm(meta={"csrf_context": context(booking.public_id)})
    if not form.validate():
        return _manage(booking, token, problems=form.problems), 422
    try:
        return _cancel(booking, form, token) if form.do.data == "cancel" else _moved(booking, form)
    except ClosedGateError:
        return _manage(_truth(token), token), 409
    except WrongStateError:
        return _manage(_truth(token), token, news=True), 409


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
        return _move(booking, token, form, problems={"slot": PICK}), 422
    try:
        actions.move(booking.id, wish, hand=_hand(), seen=None)
    except TakenError as gone:
        return _move(booking, token, form, problems={"slot": TAKEN}, taken=gone.wanted), 422
    return leave_for(url_for("booking.manage", token=token))


def _truth(token: str) -> Booking:
    first = queries.by_public_id(tokens.read(links.MANAGE, token))
    return queries.today_s_truth(first.lead_id)


def _may_change(booking: Booking) -> bool:
    return booking.is_live and booking.starts_at > now() and gate(booking.lead) is Gate.OPEN


def _hand() -> Hand:
    return Hand(at=now(), settings=settings())


def _pick(enquiry: Enquiry, token: str, form: PickForm | None = None, **shown: Any) -> str:
    found = _picker(form, taken=shown.pop("taken", None))
    return render_template(
        "booking/pick.html",
        picker=found,
        url=lambda **changes: url_for(
            "booking.choose", token=token, **found.search.args(**changes)
        ),
        action=url_for("booking.take", token=token),
        csrf_context=context(enquiry.public_id),
        lead=enquiry.lead,
        first_name=words.first(enquiry.lead.name),
        problems=shown.get("problems", {}),
    )


def _move(booking: Booking, token: str, form: PickForm | None = None, **shown: Any) -> str:
    found = _picker(form, taken=shown.pop("taken", None), without=booking.id)
    return render_template(
        "booking/move.html",
        picker=found,
        url=lambda **changes: url_for(
            "booking.manage", token=token, step="move", **found.search.args(**changes)
        ),
        action=url_for("booking.change", token=token),
        csrf_context=context(booking.public_id),
        booking=booking,
        when=words.when(booking, settings().studio.zone),
        back=url_for("booking.manage", token=token),
        problems=shown.get("problems", {}),
    )


def _picker(form: PickForm | None, **more: Any) -> Any:
    asked = {**request.args}
    if form is not None:
        sent = {"place": form.place.data, "zone": form.zone.data, "coach": form.coach.data}
        asked |= {name: text for name, text in sent.items() if text}
    search = Search.read(asked, studio=settings().studio.zone)
    return picker(search, settings=settings(), at=now(), **more)


def _manage(
    booking: Booking,
    token: str,
    *,
    step: str | None = None,
    problems: Any = None,
    news: bool = False,
) -> str:
    studio, url = settings().studio, links.manage_url(booking)
    allowed = gate(booking.lead)
    return render_template(
        "booking/manage.html",
        booking=booking,
        token=token,
        when=words.when(booking, studio.zone),
        is_over=booking.ends_at <= now(),
        held=booking.is_live and allowed not in {Gate.OPEN, Gate.UNFINISHED},
        may_change=_may_change(booking),
        may_cancel=booking.is_live and booking.starts_at > now(),
        asks_to_cancel=step == "cancel",
        again=_again(booking, allowed),
        csrf_context=context(booking.public_id),
        first_name=words.first(booking.lead.name),
        google=google_url(booking, studio=studio, url=url),
        outlook=outlook_url(booking, studio=studio, url=url),
        news=news,
        problems=problems or {},
    )


def _again(booking: Booking, allowed: Gate) -> str | None:
    """Return where another time is picked, for somebody who has none and may have one."""
    if booking.is_live or booking.enquiry is None or allowed is not Gate.OPEN:
        return None
    return url_for("booking.choose", token=links.book_token(booking.enquiry))


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
