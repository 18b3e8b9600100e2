"""The desk's side of a referral over HTTP: its state for everybody, its answers for coaches."""

import json
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask_wtf import FlaskForm
from sqlalchemy.exc import NoResultFound
from wtforms import StringField, ValidationError
from wtforms.validators import AnyOf

from portal.clock import now
from portal.desk import presses
from portal.extensions import vault
from portal.intake.actions import read_reasons
from portal.leads.hygiene import one_line
from portal.leads.kinds import ALARMS
from portal.leads.models import Lead
from portal.leads.queries import lead as find_lead
from portal.referrals import answer as answers
from portal.referrals import evidence, queries, verifying
from portal.referrals.answer import LIMITS, NOT_NOW, OK, Answer, Limits
from portal.referrals.forms import NO_LIMIT, RANGE_CHOICES, LimitFields
from portal.referrals.models import Referral, State
from portal.referrals.verifying import Word
from portal.staff.guard import current_staff, requires
from portal.staff.models import Role

UNPROCESSABLE = 422
LONGEST_WHERE = 120
VERDICTS = (
    (State.CLEARED.value, "OK to start"),
    (State.LIMITED.value, "OK, within these limits"),
    (State.NOT_CLEARED.value, "Not yet"),
)
FIRST_GUESS = {OK: State.CLEARED.value, LIMITS: State.LIMITED.value, NOT_NOW: "not_cleared"}


def register(bp: Blueprint) -> None:
    """Give the referral its addresses below a lead's own."""
    one = "/desk/leads/<int:lead_id>/clearance"
    bp.add_url_rule(one, "clearance", clearance)
    bp.add_url_rule(f"{one}/<int:clearance_id>", "verify", verify, methods=["POST"])
    bp.add_url_rule(f"{one}/<int:clearance_id>/note", "clearance_note", clearance_note)
    bp.add_url_rule(f"{one}/seen", "record_seen", record_seen, methods=["POST"])
    bp.add_url_rule(f"{one}/again", "look_again", look_again, methods=["POST"])
    bp.add_url_rule(f"{one}/link", "revoke_link", revoke_link, methods=["POST"])


class _StaffForm(FlaskForm):
    """A form of the desk: the guard has checked its token."""

    class Meta(FlaskForm.Meta):
        """No token of its own."""

        csrf = False


class VerifyForm(LimitFields, _StaffForm):
    """A coach's word on one answer."""

    verdict = StringField(
        validators=[AnyOf([each[0] for each in VERDICTS], message="Select what holds")]
    )

    def validate_no_impact(self, field: Any) -> None:  # noqa: ARG002
        """Ask for a limit where there are said to be some."""
        named = (self.no_impact.data, self.max_load_kg.data, self.other.data)
        limited = self.verdict.data == State.LIMITED.value
        if limited and not any(named) and self.range.data in {"full", None}:
            raise ValidationError(NO_LIMIT)

    @property
    def word(self) -> Word:
        """Return the word, once the form is valid."""
        state = State(str(self.verdict.data))
        limits = self.read_limits() if state is State.LIMITED else Limits()
        return Word(state, limits, None if state is State.NOT_CLEARED else self.last_day)


class SeenForm(_StaffForm):
    """When, and by whom, somebody was seen."""

    on = StringField(filters=[lambda text: (text or "").strip()])
    where = StringField(filters=[lambda text: one_line(text or "")])

    def validate_on(self, field: StringField) -> None:
        """Take a day that is not ahead of us."""
        try:
            day = date.fromisoformat(field.data or "")
        except ValueError as error:
            raise ValidationError("Enter the day they were seen") from error
        if day > queries.today(now()):
            raise ValidationError("The day must be today or earlier")

    def validate_where(self, field: StringField) -> None:
        """Ask who saw them, in a few words."""
        if not field.data:
            raise ValidationError("Enter who saw them, like the hospital or their own doctor")
        if len(field.data) > LONGEST_WHERE:
            raise ValidationError(f"Who saw them must be {LONGEST_WHERE} characters or fewer")


@requires(Role.COACH, Role.MANAGER)
def clearance(lead_id: int) -> Any:
    """Show what came back and ask for a word on it; each look is noted."""
    return _page(find_lead(lead_id))


@requires(Role.COACH, Role.MANAGER)
def verify(lead_id: int, clearance_id: int) -> Any:
    """Take a coach's word on an answer."""
    lead, form = find_lead(lead_id), VerifyForm()
    if not form.validate():
        return _page(lead, typed=form.data, problems=form.errors), UNPROCESSABLE
    return presses.respond(
        lead_id,
        lambda: verifying.verify(lead_id, clearance_id, form.word, staff=current_staff(), at=now()),
    )


@requires(Role.COACH, Role.MANAGER)
def record_seen(lead_id: int) -> Any:
    """Note that somebody was seen who was told to get help."""
    lead, form = find_lead(lead_id), SeenForm()
    if not form.validate():
        return _page(lead, seen=form.data, problems=form.errors), UNPROCESSABLE
    on, where = date.fromisoformat(form.on.data), str(form.where.data)
    return presses.respond(
        lead_id,
        lambda: verifying.record_seen(lead_id, on=on, where=where, staff=current_staff(), at=now()),
    )


@requires(Role.COACH, Role.MANAGER)
def look_again(lead_id: int) -> Any:
    """Take a verification back."""
    return presses.respond(
        lead_id, lambda: verifying.look_again(lead_id, staff=current_staff(), at=now())
    )


@requires()
def revoke_link(lead_id: int) -> Any:
    """Take back the link on the letter."""
    return presses.respond(
        lead_id, lambda: verifying.revoke_link(lead_id, staff=current_staff(), at=now())
    )


@requires(Role.COACH, Role.MANAGER)
def clearance_note(lead_id: int, clearance_id: int) -> Any:
    """Hand out an uploaded note, to keep and never to show inside a page of ours."""
    lead = find_lead(lead_id)
    found = queries.clearance(clearance_id, lead_id=lead_id)
    file = queries.file_of(found.id)
    if file is None:
        abort(404)
    read_reasons(_referral(lead).decision, staff=current_staff(), page=request.path)
    note = evidence.take_out(file)
    response = Response(note.content, mimetype=evidence.TYPES[note.kind])
    name = f"note-{lead.ref}.{note.kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _page(lead: Lead, *, problems: Any = None, typed: Any = None, seen: Any = None) -> Response:
    referral = _referral(lead)
    reasons = read_reasons(referral.decision, staff=current_staff(), page=request.path)
    came = [
        (each, answers.read(each), queries.file_of(each.id) is not None)
        for each in queries.clearances(referral)
    ]
    newest = came[0][1] if came else None
    page = render_template(
        "desk/clearance.html",
        person=lead,
        referral=referral,
        said=reasons.said,
        alarm=referral.decision.disposition in ALARMS,
        came=came,
        agreed=answers.read_agreed(came[0][0]) if came else Limits(),
        verdicts=VERDICTS,
        ranges=RANGE_CHOICES,
        typed=typed or _proposed(newest),
        seen=seen or {},
        seen_where=json.loads(vault().open(referral.place, referral.seen_where))
        if referral.seen_where
        else "",
        today=queries.today(now()),
        problems={name: words[0] for name, words in (problems or {}).items() if words},
    )
    return make_response(page)


def _proposed(answer: Answer | None) -> dict[str, Any]:
    """Return a professional's answer as the form's first values; a coach may change each."""
    if answer is None:
        return {}
    limits = answer.limits
    return {
        "verdict": FIRST_GUESS.get(answer.says, ""),
        "no_impact": limits.no_impact,
        "max_load_kg": "" if limits.max_load_kg is None else limits.max_load_kg,
        "range": limits.range,
        "other": limits.other,
        "until": answer.until.isoformat() if answer.until else "",
    }


def _referral(lead: Lead) -> Referral:
    referral = queries.of_lead(lead.id)
    if referral is None:
        raise NoResultFound("Nobody has to look at this person first.")
    return referral
