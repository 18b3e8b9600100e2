"""Leaving and coming back: a link to go on with, and a fresh one for a link that has ended."""

from typing import Any

from flask import render_template, request, url_for

from portal.clock import now
from portal.htmx import leave_for, wants_fragment
from portal.intake import actions, queries
from portal.intake.forms import PressForm
from portal.intake.visit import visit
from portal.leads.links import read_health_check_token
from portal.tokens import DeadLinkError


def later(token: str) -> Any:
    """Say that the answers are kept and a link is on its way, or offer to send one."""
    found = visit(token)
    on_its_way = queries.link_is_queued(found.enquiry, at=now())
    return found.draw("later", on_its_way=on_its_way)


def save(token: str) -> Any:
    """Mail a link to go on with; the answers are kept already."""
    found = visit(token)
    form = PressForm(meta=found.meta)
    if not form.validate():
        return found.draw("later", on_its_way=False, problems=form.problems), 422
    actions.mail_link(found.enquiry.public_id, at=now())
    return leave_for(url_for("intake.later", token=token))


def fresh(token: str) -> Any:
    """Say what was done about a link that has ended, in the same words for every link."""
    return render_template("intake/fresh.html", token=token)


def renew(token: str) -> Any:
    """Mail a new link to the address on file, if this link was ever one of ours."""
    if not PressForm().validate():
        return render_template("intake/ended.html", token=token), 422
    try:
        public_id = read_health_check_token(token)
    except DeadLinkError as dead:
        public_id = dead.subject or ""
    if queries.enquiry_exists(public_id):
        actions.mail_link(public_id, at=now())
    return leave_for(url_for("intake.fresh", token=token))


def ended(dead: DeadLinkError) -> Any:
    """Offer a new link in place of one that has ended."""
    if not dead.expired:
        return render_template("errors/link.html", expired=False), 404
    if wants_fragment():
        return leave_for(request.path)
    token = (request.view_args or {})["token"]
    return render_template("intake/ended.html", token=token), 410
