"""How a form looks, and how it is given back: with all that was typed, and a token that works."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Response, make_response, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.exc import OperationalError

from portal import opening
from portal.clock import now
from portal.extensions import db, settings
from portal.hours import OpeningHours
from portal.htmx import vary, wants_fragment
from portal.leads import days, picked, proof, wording
from portal.leads.forms import LeadForm
from portal.leads.keyed import WHOLE_FORM
from portal.leads.models import ContactBy, Kind
from portal.leads.prefill import Known
from portal.screening import ruleset
from portal.words import day_words

SLUGS = {Kind.CONSULT: "consult", Kind.DAY_PASS: "day-pass"}
PLACES = ("page", "dialog")
SENT_OTHERWISE = (
    "You already sent this form with other details. Press Continue again to send these as well."
)
TOO_MANY = "You have sent this several times. Wait 10 minutes, or call {phone}."
NOT_SENT = "That did not send. Your answers are still on this page. Try again, or call {phone}."


@dataclass(frozen=True)
class Filled:
    """What differs between two times that a form is shown."""

    kind: Kind
    place: str
    typed: Mapping[str, Any]
    problems: Mapping[str, str]
    token: str
    key: str

    @property
    def facts(self) -> dict[str, Any]:
        """Return what the form's template needs."""
        slug = SLUGS[self.kind]
        return {
            **vars(self),
            "slug": slug,
            "place": self.place if self.place in PLACES else PLACES[0],
            "action": url_for(f"leads.{self.kind.value}"),
            "days": _days() if self.kind is Kind.DAY_PASS else (),
            "signs": ruleset().words.safety_net["emergency"],
            "wording": wording,
            "picked": picked.read(self.typed.get(picked.NAME, "")),
        }


def given_back(
    form: LeadForm, status: int, problem: str | None = None, *, fresh_key: bool = False
) -> Response:
    """Return the form with all that was typed, and a token that the next press can use."""
    words = (problem or "").format(phone=settings().studio.phone)
    problems = {WHOLE_FORM: words} if words else form.problems
    key, token = form.renewed(fresh_key=fresh_key)
    filled = Filled(form.kind, form.place.data, form.typed, problems, token, key)
    response = make_response(around(filled.facts), status)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        response.headers["Retry-After"] = str(settings().lead_rate_limit.get_expiry())
    return vary(response)


def filled(kind: Kind, told: Known) -> Response:
    """Return a form with what its person has told an earlier step."""
    key = proof.new_key()
    shown = Filled(kind, "page", typed_by(told), {}, proof.token(key), key)
    return vary(make_response(around(shown.facts)))


def typed_by(told: Known) -> dict[str, Any]:
    """Return what stands in a form for its person; its address, which names them, is not kept."""
    return {
        "contact_by": ContactBy.EMAIL if told.email or not told.phone else ContactBy.PHONE,
        "landing": request.path,
        **vars(told),
    }


def around(facts: dict[str, Any]) -> str:
    """Return the form alone for htmx, else within its page."""
    if wants_fragment():
        return render_template("leads/_part.html", **facts)
    form = Markup(render_template("leads/_form.html", **facts))  # noqa: S704 - our own template
    return render_template(
        "leads/page.html", own_form=facts["slug"], form_html=form, problems=facts["problems"]
    )


def _days() -> list[tuple[str, str]]:
    open_days = days.offered(_hours(), at=now())
    return [("", "Choose a day"), *((day.isoformat(), day_words(day)) for day in open_days)]


def _hours() -> OpeningHours:
    """Return when the studio is open; without a database a form goes by the week alone."""
    try:
        return opening.hours(at=now(), settings=settings())
    except OperationalError:
        db.session.rollback()
        return opening.to_show(settings())
