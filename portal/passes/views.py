"""The day pass over HTTP: claimed once, then its own page, by a link that is the holder's."""

from typing import Any, cast

from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from sqlalchemy.exc import NoResultFound

from portal.clock import now
from portal.errors import WrongStateError
from portal.htmx import leave_for
from portal.intake import handover
from portal.intake import queries as intakes
from portal.intake.forms import context as claim_context
from portal.leads import pace
from portal.leads.kinds import Kind
from portal.leads.links import health_check_token, read_health_check_token
from portal.leads.models import Enquiry
from portal.passes import actions, days, invitation, queries, screens, signing, standing
from portal.passes.actions import ClosedDayError, NotAllowedError
from portal.passes.forms import ANOTHER_DAY, DayForm, PressForm, WaiverForm, context
from portal.passes.identity import AlreadyHadOneError
from portal.passes.models import DayPass
from portal.passes.waiver import WHO, current_version
from portal.passes.waiver import check as check_waiver

UNPROCESSABLE, CONFLICT = 422, 409
OTHER_PASS = "You have another day pass already, so this one cannot be moved."  # noqa: S105 - no secret

bp = Blueprint("passes", __name__, url_prefix="/pass")


@bp.record_once
def _take_over(state: BlueprintSetupState) -> None:
    app = cast("Flask", state.app)
    check_waiver(app.extensions["settings"].waiver_file)
    handover.offer(app, Kind.DAY_PASS, _way)
    handover.listen(app, actions.follow_decision)


@bp.errorhandler(WrongStateError)
def _stands(_: WrongStateError) -> Any:
    """Show whoever pressed on a page from before where their pass stands now."""
    return leave_for(url_for("passes.show", token=(request.view_args or {})["token"]))


def _way(enquiry: Enquiry) -> str | None:
    """Return where a pass is claimed, None while the health check does not lead to one."""
    if standing.decision_for(enquiry) is None:
        return None
    return url_for("passes.claim", token=health_check_token(enquiry))


@bp.get("/claim/<token>")
def claim(token: str) -> Any:
    """Offer the pass that a health check allows; the pass itself once it is there."""
    enquiry = _asked(token)
    existing = queries.of_enquiry(enquiry.id)
    if existing is not None:
        return redirect(url_for("passes.show", token=existing.public_id))
    if standing.decision_for(enquiry) is None:
        return redirect(url_for("intake.result", token=token))
    return _offer(token, enquiry)


@bp.post("/claim/<token>")
def take(token: str) -> Any:
    """Issue the pass; sent twice, it is the same pass."""
    public_id = read_health_check_token(token)
    form = DayForm(meta={"csrf_context": claim_context(public_id)})
    if not form.validate():
        return _refused(token, form)
    try:
        day_pass = actions.claim(public_id, day=form.chosen, at=now())
    except NotAllowedError:
        return leave_for(url_for("intake.result", token=token))
    except ClosedDayError:
        form.day.errors = [ANOTHER_DAY]
        return _refused(token, form)
    except AlreadyHadOneError:
        actions.refuse(public_id, at=now())
        return render_template("passes/already.html"), CONFLICT
    return leave_for(url_for("passes.show", token=day_pass.public_id))


def _refused(token: str, form: DayForm) -> Any:
    """Return the days with what is wrong, or the pass where it is there already."""
    enquiry = _asked(token)
    existing = queries.of_enquiry(enquiry.id)
    if existing is not None:
        return leave_for(url_for("passes.show", token=existing.public_id))
    return _offer(token, enquiry, form), UNPROCESSABLE


def _asked(token: str) -> Enquiry:
    """Return the request behind a health check's link; raise unless it is for a day pass."""
    enquiry = intakes.enquiry(read_health_check_token(token))
    if enquiry.kind is not Kind.DAY_PASS:
        raise NoResultFound("Only a request for a day pass leads to one.")
    return enquiry


def _offer(token: str, enquiry: Enquiry, form: DayForm | None = None) -> str:
    offered = _offered()
    wanted = enquiry.visit_on if enquiry.visit_on in offered else None
    return render_template(
        "passes/claim.html",
        token=token,
        enquiry=enquiry,
        csrf_context=claim_context(enquiry.public_id),
        offered=offered,
        wanted=wanted,
        typed=form.day.data if form else wanted and wanted.isoformat(),
        problems=form.problems if form else {},
    )


@bp.get("/<token>")
def show(token: str) -> Any:
    """Show the pass as it stands now."""
    found = screens.facts(queries.by_link(token))
    return render_template("passes/over.html" if found["is_over"] else "passes/show.html", **found)


@bp.get("/<token>/day")
def day(token: str) -> Any:
    """Show the days the visit can be moved to, and the way to give the pass back."""
    return _days(queries.by_link(token))


@bp.post("/<token>/day")
def move(token: str) -> Any:
    """Put the visit on another day."""
    day_pass = queries.by_link(token)
    form = DayForm(meta={"csrf_context": context(day_pass)})
    if not form.validate():
        return _days(day_pass, form), UNPROCESSABLE
    pace.count_change(day_pass.lead_id)
    try:
        actions.move(day_pass.id, day=form.chosen, at=now())
    except ClosedDayError:
        form.day.errors = [ANOTHER_DAY]
    except NotAllowedError:
        return leave_for(url_for("passes.show", token=token))
    except AlreadyHadOneError:
        form.day.errors = [OTHER_PASS]
    if form.day.errors:
        return _days(queries.by_link(token), form), UNPROCESSABLE
    return leave_for(url_for("passes.show", token=token))


def _days(day_pass: DayPass, form: DayForm | None = None) -> Any:
    return render_template(
        "passes/day.html",
        **screens.facts(day_pass),
        offered=_offered(),
        typed=form.day.data if form else "",
        problems=form.problems if form else {},
    )


@bp.post("/<token>/give-back")
def give_back(token: str) -> Any:
    """Give the pass back."""
    day_pass = queries.by_link(token)
    form = PressForm(meta={"csrf_context": context(day_pass)})
    if not form.validate():
        return render_template(
            "passes/day.html",
            **screens.facts(day_pass),
            offered=_offered(),
            typed="",
            problems=form.problems,
        ), UNPROCESSABLE
    actions.give_back(day_pass.id, at=now())
    return leave_for(url_for("passes.show", token=token))


@bp.get("/<token>/waiver")
def waiver(token: str) -> Any:
    """Show the waiver to read and sign."""
    return _waiver(queries.by_link(token))


@bp.post("/<token>/waiver")
def sign(token: str) -> Any:
    """Take the signature."""
    day_pass = queries.by_link(token)
    form = WaiverForm(
        under_18=day_pass.under_18,
        version=current_version(),
        meta={"csrf_context": context(day_pass)},
    )
    if not form.validate():
        return _waiver(day_pass, form), UNPROCESSABLE
    signing.sign(day_pass.id, signer=form.signer, at=now())
    return leave_for(url_for("passes.show", token=token))


def _waiver(day_pass: DayPass, form: WaiverForm | None = None) -> Any:
    found = screens.facts(day_pass)
    if found["is_over"] or found["signed"]:
        return redirect(url_for("passes.show", token=day_pass.public_id))
    problems = dict(form.problems) if form else {}
    if "version" in problems:
        problems = {"csrf_token": problems.pop("version"), **problems}
    return render_template(
        "passes/waiver.html",
        **found,
        choices=WHO.items(),
        typed=form.data if form else {},
        problems=problems,
    )


@bp.get("/<token>/waiver.pdf")
def waiver_pdf(token: str) -> Any:
    """Hand the signed document to the one who holds the pass."""
    day_pass = queries.by_link(token)
    signature = queries.last_signature(day_pass.id)
    if signature is None:
        raise NoResultFound("Nothing is signed yet.")
    return document(signing.document(signature), f"waiver-{day_pass.code}.pdf")


@bp.get("/<token>/calendar.ics")
def calendar(token: str) -> Any:
    """Hand over the day as a calendar entry."""
    answer = Response(invitation.ics(queries.by_link(token)), mimetype="text/calendar")
    answer.headers["Content-Disposition"] = 'attachment; filename="day-pass.ics"'
    return answer


def document(content: bytes, name: str) -> Response:
    """Return a PDF as a file to keep."""
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _offered() -> Any:
    return days.offered(at=now())
