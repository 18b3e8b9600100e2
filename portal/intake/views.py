"""The health check over HTTP: one page at a time, by a link that is the person's own."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, redirect

from portal import opening
from portal.clock import now
from portal.extensions import settings
from portal.htmx import leave_for, wants_fragment
from portal.intake import actions, comeback, road, screens, sheet
from portal.intake.forms import HEARD, PressForm, StartForm, SureForm, submitted
from portal.intake.handover import panel_on, way_back, way_on
from portal.intake.look import look
from portal.intake.models import Decision
from portal.intake.outcome import outcome
from portal.intake.reasons import read
from portal.intake.visit import Visit, begun, lead_on, visit
from portal.leads.kinds import ALARMS
from portal.leads.models import Disposition, Kind
from portal.screening import questionnaire, ruleset
from portal.tokens import DeadLinkError

bp = Blueprint("intake", __name__, url_prefix="/health-check/<token>")
bp.add_url_rule("/later", view_func=comeback.later)
bp.add_url_rule("/later", view_func=comeback.save, methods=["POST"])
bp.add_url_rule("/fresh", view_func=comeback.fresh)
bp.add_url_rule("/fresh", view_func=comeback.renew, methods=["POST"])
bp.register_error_handler(DeadLinkError, comeback.ended)

CONSENT = "I agree that {studio} can use my health answers to decide how to start with me"
NO_CONSENT = "Select the box to agree, or call us on {phone} to talk instead"

GOES_ON = frozenset({"clear", "caution"})
"""The layouts that may draw the next step; every other outcome has something else to do first."""

Problems = Mapping[str, str]


@bp.get("/")
def start(token: str) -> Any:
    """Show the first page: what this is, the agreement, and the first question."""
    return _start(visit(token))


@bp.post("/")
def begin(token: str) -> Any:
    """Take the agreement and the first answer together."""
    found, typed = visit(token), submitted()
    form = StartForm(meta=found.meta)
    form.validate()
    _, wrong = road.take(questionnaire().pages[0], found.answers, typed, at=now())
    problems = {**form.problems, **wrong, **_disagreement(found, form)}
    if problems:
        return _start(found, typed, problems, agreed=form.consent.data), 422
    wording = CONSENT.format(studio=settings().studio.name)
    step = actions.begin(found.enquiry.public_id, wording=wording, submitted=typed, at=now())
    return lead_on(found, step.place)


def _disagreement(found: Visit, form: StartForm) -> dict[str, str]:
    if found.intake is not None or form.consent.data:
        return {}
    return {"consent": NO_CONSENT.format(phone=settings().studio.phone)}


def _start(
    found: Visit, typed: Any = None, problems: Problems | None = None, *, agreed: bool = False
) -> Response:
    return found.draw(
        "start",
        screen=screens.screen(questionnaire().pages[0], found.answers, typed),
        scope=ruleset().words.scope,
        consent=CONSENT.format(studio=settings().studio.name),
        agreed=agreed,
        go_on=found.url(road.RESULT) if found.decision else found.next_url(),
        problems=problems or {},
    )


@bp.get("/<slug>")
def page(token: str, slug: str) -> Any:
    """Show one page; one that is not on this person's way leads to the one that is next."""
    found = begun(token)
    wanted, path = road.find_page(found.answers, slug), questionnaire().path(found.answers)
    if wanted == path[0]:
        return redirect(found.url(slug))
    return _ask(found, slug) if wanted in path else redirect(found.next_url())


@bp.post("/<slug>")
def answer(token: str, slug: str) -> Any:
    """Take the answers of one page."""
    found, typed = begun(token), submitted()
    form = PressForm(meta=found.meta)
    if not form.validate():
        return _ask(found, slug, typed, form.problems), 422
    step = actions.answer(found.enquiry.public_id, slug=slug, submitted=typed, at=now())
    if step.problems:
        return _ask(found, slug, typed, step.problems), 422
    return lead_on(found, step.place)


def _ask(found: Visit, slug: str, typed: Any = None, problems: Problems | None = None) -> Response:
    wanted = road.find_page(found.answers, slug)
    behind = screens.before(wanted, found.answers)
    return found.draw(
        "page",
        screen=screens.screen(wanted, found.answers, typed),
        back=found.url(behind.slug) if behind else None,
        problems=problems or {},
    )


@bp.get("/check")
def check(token: str) -> Any:
    """Show every answer with its way back, or by name the ones that are missing."""
    return _check(begun(token))


@bp.post("/check")
def send(token: str) -> Any:
    """Send everything that was answered."""
    found = begun(token)
    form = PressForm(meta=found.meta)
    if not form.validate():
        return _check(found, form.problems), 422
    step = actions.send(found.enquiry.public_id, at=now())
    return lead_on(found, step.place)


def _check(found: Visit, problems: Problems | None = None) -> Any:
    if found.missing and found.decision and found.decision.disposition in ALARMS:
        return redirect(found.url(road.RESULT))
    if found.missing:
        return _incomplete(found, problems)
    last = questionnaire().path(found.answers)[-1]
    return found.draw(
        "check",
        rows=[(row, found.url(row.slug)) for row in screens.rows(found.answers)],
        back=found.url(last.slug),
        problems=problems or {},
    )


def _incomplete(found: Visit, problems: Problems | None = None) -> Response:
    return found.draw(
        "incomplete",
        still_open=screens.still_open(found.answers),
        sent=found.decision is not None,
        problems=problems or {},
    )


@bp.get("/result")
def result(token: str) -> Any:
    """Show what was decided on these answers, as it was decided."""
    found = begun(token)
    if wants_fragment():
        return leave_for(found.url(road.RESULT))
    if found.decision and found.decision.disposition is not Disposition.INCOMPLETE:
        return _outcome(found, found.decision)
    return _incomplete(found) if found.missing else redirect(found.url(road.CHECK))


def _outcome(found: Visit, decision: Decision) -> Response:
    shown, seen_first = outcome(decision), look(found.enquiry)
    held = shown.held and not (seen_first and seen_first.released)
    goes_on = shown.layout in GOES_ON and not shown.held
    back = way_back(found.enquiry)
    return found.draw(
        f"result/{shown.layout}",
        outcome=shown,
        safety_net=ruleset().words.safety_net,
        lead=found.enquiry.lead,
        is_pass=found.enquiry.kind is Kind.DAY_PASS,
        change=found.url(shown.change or road.CHECK),
        booking=None if held else _way_on(found, Kind.CONSULT),
        claim=None if held else _way_on(found, Kind.DAY_PASS),
        look=seen_first,
        panel=panel_on(found.enquiry) if goes_on and not back else None,
        back=back,
        staffed=opening.hours(at=now(), settings=settings()).is_open(now()),
    )


def _way_on(found: Visit, kind: Kind) -> str | None:
    """Return where this kind of enquiry goes next, None for the other kind or for nowhere yet."""
    return way_on(found.enquiry) if found.enquiry.kind is kind else None


@bp.get("/sure")
def sure(token: str) -> Any:
    """Ask for one word before an emergency answer is taken back."""
    return _sure(begun(token))


@bp.post("/sure")
def confirm(token: str) -> Any:
    """Take that word."""
    found = begun(token)
    form = SureForm(meta=found.meta)
    if not form.validate():
        return _sure(found, form.problems), 422
    mistake = form.sure.data == "mistake"
    step = actions.confirm(found.enquiry.public_id, mistake=mistake, at=now())
    return lead_on(found, step.place)


def _sure(found: Visit, problems: Problems | None = None) -> Any:
    pending = sheet.read(found.intake).pending if found.intake else None
    if pending is None or found.decision is None:
        return redirect(found.url(road.RESULT))
    return found.draw("sure", said=read(found.decision).said, heard=HEARD, problems=problems or {})
