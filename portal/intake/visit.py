"""Whose health check a link opens, what they have answered, and what every page of it shares."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Response, abort, make_response, redirect, render_template, request, url_for

from portal.htmx import leave_for, vary, wants_fragment
from portal.intake import queries, road, sheet
from portal.intake.forms import context
from portal.intake.models import Decision, Intake
from portal.intake.recording import stands
from portal.leads.links import read_health_check_token
from portal.leads.models import Enquiry
from portal.leads.notices import first_name
from portal.screening import questionnaire


@dataclass(frozen=True)
class Visit:
    """One request to one person's health check; `intake` is None before they agreed to it."""

    token: str
    enquiry: Enquiry
    intake: Intake | None
    answers: Mapping[str, Any]

    @property
    def meta(self) -> dict[str, str]:
        """Return what binds a form on these pages to this person."""
        return {"csrf_context": context(self.enquiry.public_id)}

    @cached_property
    def decision(self) -> Decision | None:
        """Return the decision that stands: made on these very answers and no others."""
        found = queries.decision_on(self.intake.id) if self.intake else None
        return found if stands(found, self.answers) else None

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """Return the questions that still need an answer."""
        return questionnaire().missing(self.answers)

    def url(self, place: str) -> str:
        """Return the address of a page, by its slug or by the name of a place on the road."""
        if place == questionnaire().pages[0].slug:
            return url_for("intake.start", token=self.token)
        return url_for("intake.page", token=self.token, slug=place)

    def next_url(self) -> str:
        """Return where someone goes on who has answered so far."""
        following = questionnaire().first_unanswered(self.answers)
        return self.url(following.slug if following else road.CHECK)

    def draw(self, template: str, **facts: Any) -> Response:
        """Render a page of the health check: the whole of it, or its main part for htmx."""
        page = render_template(
            f"intake/{template}.html",
            **{
                "visit": self,
                "token": self.token,
                "csrf_context": context(self.enquiry.public_id),
                "first_name": first_name(self.enquiry),
                "problems": {},
                "frame": "intake/_part.html" if wants_fragment() else "focus.html",
                **facts,
            },
        )
        response = make_response(page)
        if wants_fragment() and request.method == "GET":
            response.headers["HX-Push-Url"] = request.path
        return vary(response)


def lead_on(found: Visit, place: str) -> Any:
    """Send the browser on from a form; a result has another frame, so it is loaded whole."""
    url = found.url(place)
    return leave_for(url) if place == road.RESULT else redirect(url, 303)


def visit(token: str) -> Visit:
    """Return whose link this is; raise DeadLinkError or NoResultFound when it is nobody's."""
    enquiry = queries.enquiry(read_health_check_token(token))
    intake = queries.intake_of(enquiry.id)
    return Visit(token, enquiry, intake, sheet.read(intake).answers if intake else {})


def begun(token: str) -> Visit:
    """Return the visit, or send someone to the first page who has not agreed to anything yet."""
    found = visit(token)
    if found.intake is None:
        abort(redirect(url_for("intake.start", token=token)))
    return found
