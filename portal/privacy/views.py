"""A person's own page over HTTP, by a mailed link: see, copy, take back, erase, complain."""

import secrets
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for

from portal.clock import now
from portal.extensions import settings
from portal.headers import EMPTIES
from portal.htmx import leave_for
from portal.leads import pace
from portal.leads.address import AddressForm
from portal.leads.asked import KeyTakenError
from portal.leads.models import Lead, Purpose
from portal.privacy import complaints, consents, erasing, export, facts, links, requests
from portal.privacy.complaints import Said
from portal.privacy.forms import (
    ComplaintForm,
    EraseForm,
    PressForm,
    WithdrawForm,
    context,
)
from portal.tokens import DeadLinkError

CONFLICT, UNPROCESSABLE, TOO_OFTEN = 409, 422, 429
KEY_BYTES = 16
TOO_MANY = "You have sent this several times. Wait an hour, or call {phone}."
SENT_OTHERWISE = (
    "You already sent a complaint with this form. Press Send the complaint again to send this one "
    "as well."
)
SAY_SO = "Select the box to say that this cannot be undone"

bp = Blueprint("privacy", __name__, url_prefix="/privacy")


@bp.after_request
def _keep_the_address_here(response: Response) -> Response:
    """Tell no other page the address that somebody came from: it opens their data."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.errorhandler(DeadLinkError)
def _ended(_dead: DeadLinkError) -> Any:
    return render_template("privacy/ended.html"), 410


@bp.route("/link", methods=["GET", "POST"])
def link() -> Any:
    """Ask for the link to one's own page; the answer never says whether we know the address."""
    form = AddressForm()
    if request.method == "GET":
        return render_template("privacy/link.html", typed="", problems={})
    problems = {} if form.validate() else dict(form.problems)
    status = UNPROCESSABLE
    if not problems and not _may("link"):
        problems, status = {"csrf_token": _too_many()}, TOO_OFTEN
    if problems:
        page = render_template("privacy/link.html", typed=form.email.data or "", problems=problems)
        return page, status
    requests.send_link(str(form.email.data), at=now())
    return leave_for(url_for("privacy.link_sent"))


@bp.get("/link/sent")
def link_sent() -> Any:
    """Say what happens next, in the same words for every address."""
    return render_template("privacy/sent.html")


@bp.get("/me/<token>")
def me(token: str) -> Any:
    """Show what is held, why and until when; no name, no address, no answer."""
    return _me(token, links.whose(token))


@bp.post("/me/<token>/withdraw")
def withdraw(token: str) -> Any:
    """Take one consent back, in one press."""
    lead = links.whose(token)
    form = WithdrawForm(meta=_meta(lead))
    if not form.validate():
        return _me(token, lead, form.problems), UNPROCESSABLE
    consents.withdraw(lead.id, Purpose(form.purpose.data), at=now())
    return leave_for(url_for("privacy.me", token=token, _anchor="consents"))


@bp.post("/me/<token>/copy")
def copy(token: str) -> Any:
    """Hand over the copy as a ZIP that no cache keeps."""
    lead = links.whose(token)
    form = PressForm(meta=_meta(lead))
    if not form.validate():
        return _me(token, lead, form.problems), UNPROCESSABLE
    if not _may("copy", str(lead.id)):
        return _me(token, lead, {"csrf_token": _too_many()}), TOO_OFTEN
    return handed_over(lead, at=now())


@bp.get("/me/<token>/erase")
def erase(token: str) -> Any:
    """Ask once more, saying what goes and what stays."""
    return _erase(token, links.whose(token))


@bp.post("/me/<token>/erase")
def erase_now(token: str) -> Any:
    """Erase everything, in this browser too."""
    lead = links.whose(token)
    form = EraseForm(meta=_meta(lead))
    problems = {} if form.validate() else dict(form.problems)
    if not form.sure.data:
        problems["sure"] = SAY_SO
    if problems:
        return _erase(token, lead, problems), UNPROCESSABLE
    erasing.erase(lead.id, because=erasing.BY_PERSON, at=now(), say_so=True)
    answer = leave_for(url_for("privacy.erased"))
    answer.headers.update(EMPTIES)
    return answer


@bp.get("/erased")
def erased() -> Any:
    """Say that it is done."""
    return render_template("privacy/erased.html", kept=settings().retention.kept_waiver_days)


@bp.route("/complaint", methods=["GET", "POST"])
def complaint() -> Any:
    """Complain, without a link."""
    return _complain(url_for("privacy.complaint"), None)


@bp.route("/me/<token>/complaint", methods=["GET", "POST"])
def my_complaint(token: str) -> Any:
    """Complain, from one's own page."""
    lead = links.whose(token)
    return _complain(url_for("privacy.my_complaint", token=token), lead)


@bp.get("/complaint/sent")
def complaint_sent() -> Any:
    """Say that it has come in, and by when it is answered."""
    return render_template("privacy/complained.html")


def handed_over(lead: Lead, *, at: datetime, withdrawn: bool = True) -> Response:
    """Return the copy of somebody's data as a download."""
    response = make_response(export.archive(lead, at=at, withdrawn=withdrawn))
    response.mimetype = "application/zip"
    response.headers["Content-Disposition"] = 'attachment; filename="your-data.zip"'
    response.headers["Cache-Control"] = "no-store, private"
    return response


def _me(token: str, lead: Lead, problems: Any = None) -> str:
    return render_template(
        "privacy/me.html",
        token=token,
        csrf_context=context(str(lead.id)),
        facts=facts.of(lead),
        problems=problems or {},
    )


def _erase(token: str, lead: Lead, problems: Any = None) -> str:
    return render_template(
        "privacy/erase.html",
        token=token,
        csrf_context=context(str(lead.id)),
        facts=facts.of(lead),
        problems=problems or {},
    )


def _complain(action: str, lead: Lead | None) -> Any:
    form = ComplaintForm()
    if request.method == "GET":
        typed = {"name": "", "email": "", "text": "", "key": secrets.token_hex(KEY_BYTES)}
        return _complaint_page(action, typed, {})
    typed = {field.name: field.data or "" for field in form if field.name != "csrf_token"}
    if not form.validate():
        if "key" in form.problems:
            abort(400)
        return _complaint_page(action, typed, form.problems), UNPROCESSABLE
    if not _may("complaint"):
        return _complaint_page(action, typed, {"csrf_token": _too_many()}), TOO_OFTEN
    said = Said(name=typed["name"], email=typed["email"], text=typed["text"])
    lead_id = lead.id if lead else None
    try:
        complaints.receive(said, key=typed["key"], lead_id=lead_id, at=now())
    except KeyTakenError:
        again = typed | {"key": secrets.token_hex(KEY_BYTES)}
        return _complaint_page(action, again, {"csrf_token": SENT_OTHERWISE}), CONFLICT
    return leave_for(url_for("privacy.complaint_sent"))


def _complaint_page(action: str, typed: Any, problems: Any) -> str:
    return render_template("privacy/complaint.html", action=action, typed=typed, problems=problems)


def _meta(lead: Lead) -> dict[str, str]:
    return {"csrf_context": context(str(lead.id))}


def _may(what: str, *who: str) -> bool:
    whose = who or (request.remote_addr or "",)
    return pace.within(settings().privacy_rate_limit, "privacy", what, *whose)


def _too_many() -> str:
    return TOO_MANY.format(phone=settings().studio.phone)
