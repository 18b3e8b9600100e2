"""Coming back to a plan: a link for one that has ended or is lost, and from the health check."""

from contextlib import suppress
from typing import Any

from flask import render_template, request, url_for
from sqlalchemy.exc import NoResultFound

from portal import tokens
from portal.clock import now
from portal.extensions import settings
from portal.htmx import leave_for
from portal.leads import pace
from portal.leads.address import AddressForm
from portal.leads.models import Enquiry
from portal.onboarding import client_forms as forms
from portal.onboarding import linking, links, queries
from portal.onboarding.models import PlanState
from portal.tokens import DeadLinkError

TOO_MANY = "You have sent this several times. Wait an hour, or call {phone}."


def link(token: str) -> Any:
    """Say what was done about a link that has ended, in the same words for every link."""
    return render_template("onboarding/client/link.html", token=token, sent=True)


def mail_link(token: str) -> Any:
    """Mail a new link to the address on file, if this one was ever ours."""
    if not forms.PressForm().validate():
        return render_template("onboarding/client/link.html", token=token, sent=False), 422
    try:
        public_id = tokens.read(links.PLAN, token)
    except DeadLinkError as dead:
        public_id = dead.subject or ""
    with suppress(NoResultFound):
        linking.mail_link(queries.plan_to_open(public_id).id, at=now())
    return leave_for(url_for("plan.link", token=token))


def lost() -> Any:
    """Ask for the link by one's address; the answer never says whether we know it."""
    form = AddressForm()
    if request.method == "GET":
        return _lost({})
    if not form.validate():
        return _lost(dict(form.problems)), 422
    if not pace.within(settings().privacy_rate_limit, "plan link", request.remote_addr):
        return _lost({"csrf_token": TOO_MANY.format(phone=settings().studio.phone)}), 429
    linking.mail_link_to(str(form.email.data), at=now())
    return leave_for(url_for("onboarding.link_sent"))


def _lost(problems: dict[str, Any]) -> str:
    typed = request.form.get("email", "")
    return render_template("onboarding/client/lost.html", typed=typed, problems=problems)


def link_sent() -> Any:
    """Say what was done, in the same words for every address."""
    return render_template("onboarding/client/link.html", token="", sent=True)


def ended(dead: DeadLinkError) -> Any:
    """Offer a new link in place of one that has ended."""
    if not dead.expired:
        return render_template("errors/link.html", expired=False), 404
    token = (request.view_args or {})["token"]
    return render_template("onboarding/client/link.html", token=token, sent=False), 410


def way_back(enquiry: Enquiry) -> str | None:
    """Return the page of somebody whose plan came of this enquiry, None for anybody else.

    Who asks anew has another enquiry, and is led on from that one as everybody is.
    """
    plan = queries.live_plan(enquiry.lead_id)
    if plan is None or plan.state is PlanState.DRAFT or plan.created_at < enquiry.created_at:
        return None
    return url_for("plan.home", token=links.plan_token(plan, at=now()))
