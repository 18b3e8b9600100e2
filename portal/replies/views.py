"""The writer's own page over HTTP: how far their reply is, no more mail, and erasing it."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from portal.csrf import SignedForm
from portal.extensions import settings
from portal.htmx import leave_for
from portal.replies import actions, links, queries
from portal.replies.models import Reply
from portal.screening import ruleset
from portal.tokens import DeadLinkError

UNPROCESSABLE = 422

bp = Blueprint("replies", __name__, url_prefix="/replies")


@bp.after_request
def _keep_the_address_here(response: Response) -> Response:
    """Tell no other page the address that somebody came from: it erases what they wrote."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.errorhandler(DeadLinkError)
def _ended(_dead: DeadLinkError) -> Any:
    return render_template("replies/ended.html"), 410


@bp.get("/<token>")
def mine(token: str) -> Any:
    """Say how far a reply is, and no word of it; first of all whether its writer needs help."""
    return _page("replies/mine.html", token, _found(token))


@bp.route("/<token>/erase", methods=["GET", "POST"])
def erase(token: str) -> Any:
    """Ask before erasing, since whoever scans a mail opens this address too; then erase."""
    return _once_sure("replies/erase.html", token, actions.erase, url_for("replies.erased"))


@bp.route("/<token>/stop", methods=["GET", "POST"])
def stop(token: str) -> Any:
    """Offer to stop the mail, in one press; then stop it."""
    mine_ = url_for("replies.mine", token=token)
    return _once_sure("replies/stop.html", token, actions.stop_mail, mine_)


@bp.get("/erased")
def erased() -> Any:
    """Say that it is gone."""
    return render_template("replies/erased.html")


def _once_sure(template: str, token: str, act: Callable[[str], None], to: str) -> Any:
    """Ask; act on the press of a form of ours, and go on to an address."""
    public_id = links.whose(token)
    if request.method != "POST":
        return _page(template, token, _found(token))
    if not _form(public_id).validate():
        return _page(template, token, _found(token)), UNPROCESSABLE
    act(public_id)
    return leave_for(to)


def _found(token: str) -> Reply:
    """Return the reply behind a link; raise DeadLinkError, also for one that was erased."""
    reply = queries.by_public_id(links.whose(token))
    if reply is None:
        raise DeadLinkError("This reply was erased.")
    return reply


def _form(public_id: str) -> SignedForm:
    return SignedForm(meta={"csrf_context": _context(public_id)})


def _context(public_id: str) -> str:
    return f"reply:{public_id}"


def _page(template: str, token: str, reply: Reply) -> str:
    return render_template(
        template,
        token=token,
        reply=reply,
        csrf_context=_context(reply.public_id),
        safety_net=ruleset().words.safety_net,
        held_days=settings().retention.held_days,
    )
