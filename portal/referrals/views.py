"""A referral over HTTP, by the person's own link: where it stands, the letter, the OK they got.

The link opens a page without a single answer on it; the letter stands behind a press, and opening
it is noted. Nothing here may be kept by a cache or named to another site.
"""

from collections.abc import Callable
from typing import Any, cast

from flask import Blueprint, Flask, Response, make_response, redirect, render_template, request
from flask import url_for as address
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import RequestEntityTooLarge

from portal import tokens
from portal.clock import now
from portal.htmx import leave_for
from portal.intake import handover
from portal.intake.look import Look, refer
from portal.intake.queries import latest_decision
from portal.leads.kinds import ALARMS
from portal.leads.models import Enquiry
from portal.leads.notices import first_name
from portal.qr import qr_svg
from portal.referrals import actions, evidence, links, news, notices, queries, returning
from portal.referrals.document import pdf
from portal.referrals.evidence import Evidence, NotEvidenceError
from portal.referrals.forms import PressForm, ToldForm, context
from portal.referrals.letter import letter as letter_of
from portal.referrals.models import ASKS_AGAIN, Referral, ReturnLink, State
from portal.screening import ruleset

Act = Callable[..., object]
LARGEST_UPLOAD = evidence.LARGEST + 256 * 1024
UNPROCESSABLE = 422

bp = Blueprint("referrals", __name__)
bp.add_url_rule("/return/<token>", "answer_page", returning.answer_page)
bp.add_url_rule("/return/<token>", "answer", returning.answer, methods=["POST"])


@bp.record_once
def _take_over(state: BlueprintSetupState) -> None:
    app = cast("Flask", state.app)
    handover.listen(app, news.follow_decision)
    handover.listen_for_withdrawal(app, news.forget)
    refer(app, _look)


@bp.after_request
def _tell_nobody(answer: Response) -> Response:
    """Keep the link to ourselves: the address of these pages is the key to them."""
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _look(enquiry: Enquiry) -> Look | None:
    """Return what an outcome page offers; nothing when the referral rests on other answers."""
    referral = queries.of_lead(enquiry.lead_id)
    if referral is None or queries.enquiry_of(referral).id != enquiry.id:
        return None
    token = links.referral_token(referral, at=now())
    return Look(
        standing=address("referrals.standing", token=token),
        told=address("referrals.told", token=token),
        released=referral.releases(today=queries.today(now())),
    )


@bp.get("/referral/<token>")
def standing(token: str) -> Any:
    """Show where things stand, and the next step; no answer of the health check."""
    return _draw("standing", token, _whose(token))


@bp.get("/referral/<token>/go")
def go(token: str) -> Any:
    """Lead to where a time is picked or a pass is claimed, as soon as nothing is in the way."""
    referral = _whose(token)
    way = handover.way_on(queries.enquiry_of(referral)) if _is_free(referral) else None
    return redirect(way or address("referrals.standing", token=token))


@bp.post("/referral/<token>/letter")
def take_letter(token: str) -> Any:
    """Give the person their letter."""
    return _pressed(token, actions.take_letter, leads_to="referrals.letter")


@bp.get("/referral/<token>/letter")
def letter(token: str) -> Any:
    """Show the letter, once it was taken; each look is noted."""
    referral = _whose(token)
    link = queries.live_link(referral, at=now())
    if link is None:
        return redirect(address("referrals.standing", token=token))
    actions.note_reading(referral.id, through="page", at=now())
    found = letter_of(referral, link, at=now())
    code = qr_svg(found.url, label="Code of the answer page")
    return _draw("letter", token, referral, letter=found, code=code)


@bp.get("/referral/<token>/letter.pdf")
def letter_pdf(token: str) -> Any:
    """Hand over the letter as a document to keep; each time is noted."""
    referral = _whose(token)
    link = queries.live_link(referral, at=now())
    if link is None:
        return redirect(address("referrals.standing", token=token))
    actions.note_reading(referral.id, through="pdf", at=now())
    content = pdf(letter_of(referral, link, at=now()), at=now())
    answer = Response(content, mimetype="application/pdf")
    name = f"letter-{referral.lead.ref}.pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@bp.post("/referral/<token>/mail")
def mail(token: str) -> Any:
    """Mail the link to this page, because the person asked for it."""
    return _pressed(token, actions.mail_link)


@bp.post("/referral/<token>/revoke")
def revoke(token: str) -> Any:
    """Take back the link on the letter."""
    return _pressed(token, actions.revoke)


@bp.get("/referral/<token>/ok")
def told(token: str) -> Any:
    """Ask what the person was told, and for the note if they have one."""
    referral = _whose(token)
    if referral.state not in ASKS_AGAIN | {State.RECEIVED}:
        return redirect(address("referrals.standing", token=token))
    return _draw("told", token, referral, typed={})


@bp.post("/referral/<token>/ok")
def tell(token: str) -> Any:
    """Take in the person's word; it counts once a coach has verified it."""
    request.max_content_length = LARGEST_UPLOAD
    referral = _whose(token)
    try:
        found = _evidence()
    except RequestEntityTooLarge:
        problems = {"evidence": evidence.TOO_LARGE}
        return _draw("told", token, referral, typed={}, problems=problems), UNPROCESSABLE
    except NotEvidenceError as wrong:
        form = _told_form(referral, has_file=True)
        form.validate()
        problems = {**form.problems, "evidence": str(wrong)}
        return _draw("told", token, referral, typed=form.data, problems=problems), UNPROCESSABLE
    return _hear(token, referral, found)


def _hear(token: str, referral: Referral, found: Evidence | None) -> Any:
    form = _told_form(referral, has_file=found is not None)
    if not form.validate():
        return _draw(
            "told", token, referral, typed=form.data, problems=form.problems
        ), UNPROCESSABLE
    actions.hear_the_person(referral.id, answer=form.answer, evidence=found, at=now())
    return leave_for(address("referrals.standing", token=token))


def _told_form(referral: Referral, *, has_file: bool) -> ToldForm:
    return ToldForm(has_file=has_file, meta={"csrf_context": context(referral.public_id)})


def _evidence() -> Evidence | None:
    """Return the file that came with the form, None without one; raise NotEvidenceError."""
    sent = request.files.get("evidence")
    if sent is None or not sent.filename:
        return None
    try:
        return evidence.inspect(sent.read(evidence.LARGEST + 1))
    finally:
        sent.close()


def _whose(token: str) -> Referral:
    """Return the referral behind a person's link; raise DeadLinkError or NoResultFound."""
    return queries.by_public_id(tokens.read(links.REFERRAL, token))


def _pressed(token: str, act: Act, *, leads_to: str = "referrals.standing") -> Any:
    """Do what a button of the person's page asks for, and lead on."""
    referral = _whose(token)
    form = PressForm(meta={"csrf_context": context(referral.public_id)})
    if not form.validate():
        return _draw("standing", token, referral, problems=form.problems), UNPROCESSABLE
    act(referral.id, at=now())
    return leave_for(address(leads_to, token=token))


def _is_free(referral: Referral) -> bool:
    """Say whether nothing keeps the person from picking a time just now."""
    newest = latest_decision(referral.lead_id)
    if newest is None or referral.lead.is_held_back:
        return False
    return newest.id != referral.decision_id or queries.is_released(newest) or newest.hold == "none"


def _draw(template: str, token: str, referral: Referral, **facts: Any) -> Response:
    enquiry, words = queries.enquiry_of(referral), ruleset().words
    link: ReturnLink | None = queries.live_link(referral, at=now())
    newest = latest_decision(referral.lead_id)
    page = render_template(
        f"referrals/{template}.html",
        **{
            "token": token,
            "referral": referral,
            "state": _state(referral),
            "alarm": referral.decision.disposition in ALARMS,
            "disposition": referral.decision.disposition.value,
            "timeframe": words.timeframe[referral.decision.timeframe],
            "until_then": words.hold[referral.decision.hold],
            "first_name": first_name(enquiry),
            "is_pass": enquiry.kind.value == "day_pass",
            "lead": referral.lead,
            "link": link,
            "may_ask": referral.state in ASKS_AGAIN,
            "is_free": _is_free(referral),
            "is_current": newest is not None and newest.id == referral.decision_id,
            "on_its_way": queries.mail_exists(notices.link_uid(referral, at=now())),
            "csrf_context": context(referral.public_id),
            "problems": {},
            **facts,
        },
    )
    return make_response(page)


def _state(referral: Referral) -> str:
    """Return the state as the page tells it: a clearance past its last day is over already."""
    if referral.state in {State.CLEARED, State.LIMITED}:
        return "released" if referral.releases(today=queries.today(now())) else "expired"
    return referral.state.value
