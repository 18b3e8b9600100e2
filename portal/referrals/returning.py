"""The return link over HTTP: a professional without an account says OK, within limits, or not now.

The page holds a first name, a reference and the question: nothing else of the person. The link
takes one answer; how often it may be tried is counted by link and by address.
"""

from typing import Any

from flask import Response, make_response, render_template, request
from flask import url_for as address
from limits import parse
from sqlalchemy.exc import IntegrityError

from portal import tokens
from portal.clock import now
from portal.errors import WrongStateError
from portal.htmx import leave_for
from portal.leads import pace
from portal.leads.models import Kind
from portal.leads.notices import first_name
from portal.referrals import actions, links, queries
from portal.referrals.forms import CHOICES, RANGE_CHOICES, ReturnForm, context
from portal.referrals.models import ReturnLink

UNPROCESSABLE, GONE = 422, 410
LOOKS, PER_LINK, PER_ADDRESS = (
    parse("120 per 10 minutes"),
    parse("20 per 10 minutes"),
    parse("60 per 10 minutes"),
)


def answer_page(token: str) -> Any:
    """Ask the question, or say in what way the link is over."""
    pace.refuse_beyond(LOOKS, "look", request.remote_addr or "")
    link = _whose(token)
    if not link.is_live(at=now()):
        return _over(link)
    return _ask(link, token)


def answer(token: str) -> Any:
    """Take the answer; who comes second learns that one is in."""
    pace.refuse_beyond(PER_ADDRESS, "return", request.remote_addr or "")
    link = _whose(token)
    pace.refuse_beyond(PER_LINK, "return-link", link.public_id)
    if not link.is_live(at=now()):
        return _over(link)
    form = ReturnForm(meta={"csrf_context": context(link.public_id)})
    if not form.validate():
        return _ask(link, token, form), UNPROCESSABLE
    try:
        actions.hear_the_professional(link.public_id, answer=form.answer, at=now())
    except (WrongStateError, IntegrityError):
        return _over(queries.link_by_public_id(link.public_id))
    return leave_for(address("referrals.answer_page", token=token))


def _ask(link: ReturnLink, token: str, form: ReturnForm | None = None) -> Response:
    enquiry = queries.enquiry_of(link.referral)
    page = render_template(
        "referrals/answer.html",
        token=token,
        link=link,
        first_name=first_name(enquiry),
        reference=link.referral.lead.ref,
        is_pass=enquiry.kind is Kind.DAY_PASS,
        choices=CHOICES,
        ranges=RANGE_CHOICES,
        typed=form.data if form else {},
        problems=form.problems if form else {},
        csrf_context=context(link.public_id),
    )
    return make_response(page)


def _over(link: ReturnLink) -> Any:
    """Say what became of the link: answered, with thanks, or over, and whom to call."""
    page = render_template("referrals/answered.html", answered=link.used_at is not None, link=link)
    return page, 200 if link.used_at is not None else GONE


def _whose(token: str) -> ReturnLink:
    return queries.link_by_public_id(tokens.read(links.RETURN, token))
