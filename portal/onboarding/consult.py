"""The consult over HTTP: the coach's tablet, one page to a block, saved with every touch."""

from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)

from portal.booking.gate import ClosedGateError, Gate, gate
from portal.clock import now
from portal.errors import WrongStateError
from portal.htmx import leave_for, vary, wants_fragment
from portal.intake import actions as intakes
from portal.intake import queries as health
from portal.leads.models import Lead
from portal.leads.queries import enquiries
from portal.leads.queries import lead as find_lead
from portal.onboarding import actions, queries, retelling, telling
from portal.onboarding.blocks import Block, Submitted, book
from portal.onboarding.models import Assessment
from portal.onboarding.picture import picture
from portal.onboarding.signs import Sign, signs
from portal.staff.guard import current_staff, requires
from portal.staff.models import Role

UNPROCESSABLE, CONFLICT = 422, 409
WARNINGS = "today"
SIGNS = "signs"
NOTHING_TICKED = "Select what is new. If nothing is, go on below"
Problems = dict[str, str]


def register(bp: Blueprint) -> None:
    """Give the consult its addresses."""
    begins = "/desk/leads/<int:lead_id>/assessment"
    bp.add_url_rule(begins, "opening", opening)
    bp.add_url_rule(begins, "begin", begin, methods=["POST"])
    one = "/desk/assessments/<int:assessment_id>"
    bp.add_url_rule(one, "assessment", summary)
    bp.add_url_rule(f"{one}/finish", "finish", finish, methods=["POST"])
    bp.add_url_rule(f"{one}/signs", "hear", hear, methods=["POST"])
    bp.add_url_rule(f"{one}/<slug>", "block", show)
    bp.add_url_rule(f"{one}/<slug>", "save", save, methods=["POST"])
    bp.add_url_rule(f"{one}/told/<slug>", "told", told)
    bp.add_url_rule(f"{one}/told/<slug>", "retell", retell, methods=["POST"])


@requires(Role.COACH, Role.MANAGER)
def opening(lead_id: int) -> Any:
    """Show where an assessment starts: what this is, and whether the health check is there."""
    return _opening(find_lead(lead_id))


@requires(Role.COACH, Role.MANAGER)
def begin(lead_id: int) -> Any:
    """Open the assessment, or go on with the one that is open."""
    lead, staff = find_lead(lead_id), current_staff()
    decision = health.latest_decision(lead.id)
    if decision is None or gate(lead) is not Gate.OPEN:
        return _opening(lead), CONFLICT
    reasons = intakes.read_reasons(decision, staff=staff, page=request.path)
    opened = actions.begin(lead.id, coach=staff, told=reasons.answers, at=now())
    return leave_for(_url(opened, book().blocks[0]))


def _opening(lead: Lead) -> str:
    asked = enquiries(lead.id)
    return render_template(
        "onboarding/assessment/open.html",
        person=lead,
        gate=gate(lead).value,
        last=queries.last_assessment(lead.id),
        scope=telling.SCOPE,
        health_check=retelling.own_pages(asked[0]) if asked else None,
    )


@requires(Role.COACH, Role.MANAGER)
def show(assessment_id: int, slug: str) -> Any:
    """Show one page, with what stands on it."""
    opened, block = queries.assessment(assessment_id), _block(slug)
    if opened.is_finished:
        return redirect(url_for("onboarding.assessment", assessment_id=assessment_id))
    _note(opened)
    return _page(opened, block, queries.values_of(opened))


@requires(Role.COACH, Role.MANAGER)
def save(assessment_id: int, slug: str) -> Any:
    """Keep what is on a page: after every touch, and before the next page.

    What has changed comes first: that page stays until the health check has been put right.
    """
    block, sent = _block(slug), submitted()
    values, problems = block.read(sent)
    actions.save(assessment_id, values, at=now())
    if wants_fragment():
        saved = render_template("onboarding/assessment/_saved.html", problems=problems, block=block)
        return vary(make_response(saved, UNPROCESSABLE if problems else 200))
    opened = queries.assessment(assessment_id)
    if problems:
        return _page(opened, block, values, sent, problems), UNPROCESSABLE
    following = block if values.get("still_so") == "changed" else book().after(block)
    if following is None:
        return leave_for(url_for("onboarding.assessment", assessment_id=assessment_id))
    return leave_for(_url(opened, following))


def _page(
    opened: Assessment,
    block: Block,
    values: Any,
    sent: Submitted | None = None,
    problems: Problems | None = None,
) -> Response:
    pages, place = book().blocks, book().blocks.index(block)
    before = book().before(block)
    page = render_template(
        "onboarding/assessment/block.html",
        opened=opened,
        person=opened.lead,
        block=block,
        values=values,
        sent=sent,
        number=place + 1,
        total=len(pages),
        back=_url(opened, before) if before else None,
        told=telling.told(opened.lead_id, block.slug),
        scope=telling.SCOPE if place == 0 else None,
        to_read=_to_read(opened) if block.slug == WARNINGS else (),
        problems=problems or {},
    )
    return make_response(page)


def _to_read(opened: Assessment) -> list[Sign]:
    """Return the warning signs that can come up for this person, to be read out."""
    answers = picture(opened).answers
    return [sign for sign in signs() if sign.concerns(answers)]


@requires(Role.COACH, Role.MANAGER)
def hear(assessment_id: int) -> Any:
    """Take over the signs that are new: the health check decides at once, and its page says so."""
    opened, ticked = queries.assessment(assessment_id), request.form.getlist(SIGNS)
    told = [sign.key for sign in _to_read(opened) if sign.key in ticked]
    if not told:
        values, problems = queries.values_of(opened), {SIGNS: NOTHING_TICKED}
        return _page(opened, _block(WARNINGS), values, problems=problems), UNPROCESSABLE
    outcome = retelling.hear(opened.lead_id, told, at=now())
    if not opened.is_finished:
        actions.save(assessment_id, {"still_so": "changed"}, at=now())
    return leave_for(outcome)


@requires(Role.COACH, Role.MANAGER)
def summary(assessment_id: int) -> Any:
    """Show all that was gone through, to read once more, to finish and to print."""
    opened = queries.assessment(assessment_id)
    _note(opened)
    return _summary(opened)


@requires(Role.COACH, Role.MANAGER)
def finish(assessment_id: int) -> Any:
    """Close the assessment."""
    try:
        actions.finish(assessment_id, staff=current_staff(), at=now())
    except ClosedGateError:
        words = "The health check holds this person back, so nothing is planned yet."
        return _summary(queries.assessment(assessment_id), words), CONFLICT
    except WrongStateError as early:
        return _summary(queries.assessment(assessment_id), str(early)), CONFLICT
    return leave_for(url_for("onboarding.assessment", assessment_id=assessment_id))


def _summary(opened: Assessment, refused: str = "") -> str:
    values = queries.values_of(opened)
    return render_template(
        "onboarding/assessment/summary.html",
        opened=opened,
        person=opened.lead,
        pages=[
            (block, _url(opened, block), telling.rows(block, values)) for block in book().blocks
        ],
        told=telling.told(opened.lead_id),
        gate=gate(opened.lead).value,
        has_plan=queries.live_plan(opened.lead_id) is not None,
        scope=telling.SCOPE,
        refused=refused,
    )


@requires(Role.COACH, Role.MANAGER)
def told(assessment_id: int, slug: str) -> Any:
    """Show one page of the health check with what was answered, to put it right together."""
    opened = queries.assessment(assessment_id)
    _note(opened)
    return _told(opened, slug)


@requires(Role.COACH, Role.MANAGER)
def retell(assessment_id: int, slug: str) -> Any:
    """Take the answers of that page: the health check decides, and its own page says so."""
    opened, sent = queries.assessment(assessment_id), submitted()
    intake = retelling.intake_of(opened.lead_id)
    step = retelling.retell(intake, slug, sent, at=now())
    if step.problems:
        return _told(opened, slug, sent, dict(step.problems)), UNPROCESSABLE
    if step.leaves:
        return leave_for(step.url)
    if step.slug:
        return leave_for(url_for("onboarding.told", assessment_id=assessment_id, slug=step.slug))
    return leave_for(_url(opened, book().blocks[0]))


def _told(
    opened: Assessment, slug: str, sent: Submitted | None = None, problems: Problems | None = None
) -> str:
    intake = retelling.intake_of(opened.lead_id)
    return render_template(
        "onboarding/assessment/told.html",
        opened=opened,
        person=opened.lead,
        screen=retelling.screen(intake, slug, sent),
        back=_url(opened, book().blocks[0]),
        problems=problems or {},
    )


def submitted() -> Submitted:
    """Return every control of the page just sent, with all its values."""
    return {name: request.form.getlist(name) for name in request.form if name != "csrf_token"}


def _block(slug: str) -> Block:
    return book().block(slug) or abort(404)


def _url(opened: Assessment, block: Block) -> str:
    return url_for("onboarding.block", assessment_id=opened.id, slug=block.slug)


def _note(opened: Assessment) -> None:
    actions.note_reading(opened.lead_id, staff=current_staff(), page=request.path, at=now())
