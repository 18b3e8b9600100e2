"""The consult and day-pass forms over HTTP."""

from typing import Any

from flask import Blueprint, make_response, request, url_for
from sqlalchemy.exc import OperationalError

from portal.htmx import leave_for, vary
from portal.leads import blank, display, pace, picked, prefill, queries, touch
from portal.leads.actions import open_lead
from portal.leads.asked import KeyTakenError
from portal.leads.forms import LeadForm
from portal.leads.links import health_check_token
from portal.leads.models import Kind

UNPROCESSABLE, CONFLICT, TOO_OFTEN, AWAY = 422, 409, 429, 503

bp = Blueprint("leads", __name__)
bp.add_app_template_global(blank.lead_form, "lead_form")


@bp.route("/consult", methods=["GET", "POST"])
def consult() -> Any:
    """Ask for a free consult."""
    return _ask(Kind.CONSULT) if request.method == "POST" else _empty(Kind.CONSULT)


@bp.route("/day-pass", methods=["GET", "POST"])
def day_pass() -> Any:
    """Ask for a free day pass."""
    return _ask(Kind.DAY_PASS) if request.method == "POST" else _empty(Kind.DAY_PASS)


def _empty(kind: Kind) -> Any:
    token = request.args.get(picked.NAME, "") if kind is Kind.CONSULT else ""
    told = prefill.known()
    if picked.read(token):
        return vary(make_response(blank.page_after(token, told)))
    if told is not None:
        return display.filled(kind, told)
    return vary(make_response(blank.page("leads/page.html", own_form=display.SLUGS[kind])))


def _ask(kind: Kind) -> Any:
    form = LeadForm(kind)
    try:
        earlier = form.has_key and queries.answered(key=form.key.data, body_hash=form.body_hash)
        return _go_on(health_check_token(earlier)) if earlier else _take(form)
    except KeyTakenError:
        return display.given_back(form, CONFLICT, display.SENT_OTHERWISE, fresh_key=True)
    except OperationalError:
        return display.given_back(form, AWAY, display.NOT_SENT)


def _take(form: LeadForm) -> Any:
    good = form.validate()
    if not pace.allows(form.kind, request.remote_addr, good=good):
        return display.given_back(form, TOO_OFTEN, display.TOO_MANY)
    if not good:
        return display.given_back(form, UNPROCESSABLE)
    return _go_on(open_lead(form.asked(page=_sent_from())))


def _go_on(token: str) -> Any:
    return leave_for(url_for("intake.start", token=token))


def _sent_from() -> str:
    """Return the page of ours that the form stood on, as far as the browser says."""
    return touch.inside(request.referrer or "", host=request.host) or ""
