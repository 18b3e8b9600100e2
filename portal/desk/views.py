"""The desk over HTTP: the queue, one lead beside it, its answers, and the outbox."""

import json
from contextlib import suppress
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from sqlalchemy.exc import IntegrityError, OperationalError

from portal.clock import now
from portal.desk import (
    actions,
    booking,
    calendar,
    campaigns,
    chats,
    clearing,
    door,
    dossier,
    hours,
    presses,
    replies,
    rights,
    screens,
)
from portal.desk.guide import first_name
from portal.desk.queues import Selection
from portal.desk.rows import initials
from portal.extensions import settings
from portal.htmx import leave_for, vary, wants_fragment
from portal.ids import row_id
from portal.intake.actions import read_reasons
from portal.intake.queries import latest_decision
from portal.leads.queries import lead as find_lead
from portal.mail import queries as mails
from portal.mail.actions import lift_pause, send_again
from portal.referrals.queries import agreed_limits
from portal.screening import fhir
from portal.staff.guard import current_staff, requires
from portal.staff.models import Role
from portal.words import length_words

bp = Blueprint("desk", __name__)
bp.add_app_template_filter(initials, "initials")
bp.add_app_template_filter(first_name, "first_name")
bp.add_app_template_filter(length_words, "length_words")
presses.register(bp)
door.register(bp)
calendar.register(bp)
booking.register(bp)
hours.register(bp)
campaigns.register(bp)
rights.register(bp)
replies.register(bp)
clearing.register(bp)
chats.register(bp)


@bp.get("/desk/")
@requires()
def queue() -> Any:
    """Show a queue; polled with the id of the lead that is open beside it."""
    selection = Selection.read(request.args)
    if not wants_fragment():
        return screens.whole(selection)
    lead_id = request.args.get("open", type=row_id)
    if lead_id is not None:
        _be_here(lead_id)
    return screens.poll(selection, lead_id)


@bp.get("/desk/leads/<int:lead_id>")
@requires()
def lead(lead_id: int) -> Any:
    """Show one lead beside its queue."""
    find_lead(lead_id)
    _be_here(lead_id)
    selection = Selection.read(request.args)
    if wants_fragment():
        return screens.pane(selection, lead_id)
    return screens.whole(selection, lead_id, **_said(lead_id))


@bp.get("/desk/leads/<int:lead_id>/answers")
@requires(Role.COACH, Role.MANAGER)
def answers(lead_id: int) -> Any:
    """Show the answers of the health check and why they led where they did; each look is kept."""
    decision = latest_decision(find_lead(lead_id).id)
    if decision is None:
        abort(404)
    reasons = read_reasons(decision, staff=current_staff(), page=request.path)
    selection, limits = Selection.read(request.args), agreed_limits(lead_id)
    if not wants_fragment():
        _be_here(lead_id)
        return screens.whole(selection, lead_id, answers=reasons, limits=limits)
    found = latest_decision(lead_id)
    context = {
        "selection": selection,
        "lead": find_lead(lead_id),
        "decision": found,
        "limits": limits,
    }
    return vary(make_response(render_template("desk/_answers.html", answers=reasons, **context)))


@bp.get("/desk/leads/<int:lead_id>/questionnaire-response.json")
@requires(Role.COACH, Role.MANAGER)
def questionnaire_response(lead_id: int) -> Any:
    """Give the answers of the health check as a FHIR R4 resource; a look like any other."""
    lead = find_lead(lead_id)
    decision = latest_decision(lead.id)
    if decision is None:
        abort(404)
    reasons = read_reasons(decision, staff=current_staff(), page=request.path)
    sheet = fhir.Sheet(
        answers=reasons.answers,
        subject=lead.ref,
        version=reasons.questionnaire_version,
        authored=decision.decided_at.isoformat(),
        complete=decision.complete,
    )
    url = settings().public_url + url_for("site.questionnaire")
    return Response(json.dumps(fhir.response_resource(sheet, url=url)), mimetype=fhir.MEDIA_TYPE)


@bp.get("/desk/outbox")
@requires()
def outbox() -> Any:
    """Show how the mail does: what waits and why, and what was given up."""
    return render_template(
        "desk/outbox.html",
        standing=mails.standing(at=now()),
        failed=mails.failed(),
        waiting=mails.waiting(),
    )


@bp.post("/desk/outbox/<int:mail_id>/again")
@requires()
def mail_again(mail_id: int) -> Any:
    """Give a message that failed another round of tries."""
    send_again(mail_id)
    return leave_for(url_for("desk.outbox"))


@bp.post("/desk/outbox/go-on")
@requires()
def mail_on() -> Any:
    """Let the outbox move again after a pause."""
    lift_pause()
    return leave_for(url_for("desk.outbox"))


def _be_here(lead_id: int) -> None:
    """Let colleagues see who has this lead open; a page is never lost for that.

    Like a session's last use, this is written on a GET: it is telemetry, it changes no lead.
    """
    staff_id, at = current_staff().id, now()
    if dossier.beat_is_due(lead_id, staff_id=staff_id, at=at):
        with suppress(OperationalError, IntegrityError):
            actions.heartbeat(lead_id, staff_id=staff_id, at=at)


def _said(lead_id: int) -> dict[str, Any]:
    """Return the toast of the press that led here, named in the address instead of a session."""
    activity_id = request.args.get("said", type=row_id)
    line = dossier.said_by(activity_id, staff_id=current_staff().id) if activity_id else None
    if line is None or line.lead_id != lead_id:
        return {}
    return screens.toast(line, lead_id)
