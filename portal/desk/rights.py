"""People's rights at the desk, for managers: complaints, and what is asked at the counter."""

from typing import Any

from flask import Blueprint, abort, make_response, render_template, request, url_for

from portal.clock import now
from portal.htmx import leave_for
from portal.intake.actions import read_reasons
from portal.intake.queries import latest_decision
from portal.leads.models import Purpose
from portal.leads.queries import lead as find_lead
from portal.privacy import complaints, consents, erasing, facts, kept
from portal.privacy.forms import AnswerForm
from portal.privacy.views import handed_over
from portal.staff.guard import current_staff, requires
from portal.staff.models import Role

UNPROCESSABLE = 422
SAY_SO = "Select the box to say that this cannot be undone"


def register(bp: Blueprint) -> None:
    """Give the pages their addresses."""
    bp.add_url_rule("/desk/privacy", "privacy", overview)
    bp.add_url_rule("/desk/privacy/waivers/<int:document_id>.pdf", "kept_waiver", kept_waiver)
    one = "/desk/privacy/complaints/<int:complaint_id>"
    bp.add_url_rule(one, "complaint", complaint)
    bp.add_url_rule(f"{one}/answer", "answer_complaint", answer, methods=["POST"])
    bp.add_url_rule(f"{one}/close", "close_complaint", close, methods=["POST"])
    bp.add_url_rule(f"{one}/reopen", "reopen_complaint", reopen, methods=["POST"])
    person = "/desk/leads/<int:lead_id>/privacy"
    bp.add_url_rule(person, "rights", rights)
    bp.add_url_rule(f"{person}/withdraw", "withdraw", withdraw, methods=["POST"])
    bp.add_url_rule(f"{person}/copy", "copy_of", copy_of, methods=["POST"])
    bp.add_url_rule(f"{person}/erase", "erase", erase, methods=["POST"])


@requires(Role.MANAGER)
def overview() -> Any:
    """Show every complaint, the open ones first, by their clock, and the waivers that are kept."""
    return render_template(
        "desk/privacy/page.html", complaints=complaints.every(), waivers=kept.every()
    )


@requires(Role.MANAGER)
def kept_waiver(document_id: int) -> Any:
    """Hand over a waiver that outlives its person."""
    answer = make_response(kept.pdf(document_id))
    answer.mimetype = "application/pdf"
    answer.headers["Content-Disposition"] = 'attachment; filename="kept-waiver.pdf"'
    return answer


@requires(Role.MANAGER)
def complaint(complaint_id: int) -> Any:
    """Show one complaint."""
    return _complaint(complaint_id)


@requires(Role.MANAGER)
def answer(complaint_id: int) -> Any:
    """Answer it by mail."""
    form = AnswerForm()
    if not form.validate():
        return _complaint(complaint_id, form.text.data or "", form.problems), UNPROCESSABLE
    complaints.answer(complaint_id, str(form.text.data), staff=current_staff(), at=now())
    return leave_for(url_for("desk.complaint", complaint_id=complaint_id))


@requires(Role.MANAGER)
def close(complaint_id: int) -> Any:
    """Put it away."""
    complaints.close(complaint_id, staff=current_staff(), at=now())
    return leave_for(url_for("desk.privacy"))


@requires(Role.MANAGER)
def reopen(complaint_id: int) -> Any:
    """Take that back."""
    complaints.reopen(complaint_id)
    return leave_for(url_for("desk.complaint", complaint_id=complaint_id))


@requires(Role.MANAGER)
def rights(lead_id: int) -> Any:
    """Show what somebody at the counter may ask for."""
    return _rights(lead_id)


@requires(Role.MANAGER)
def withdraw(lead_id: int) -> Any:
    """Take a consent back for somebody who says so at the counter."""
    purpose = request.form.get("purpose", "")
    if purpose not in set(Purpose):
        abort(400)
    lead_id = find_lead(lead_id).id
    consents.withdraw(lead_id, Purpose(purpose), at=now(), staff=current_staff())
    return leave_for(url_for("desk.rights", lead_id=lead_id))


@requires(Role.MANAGER)
def copy_of(lead_id: int) -> Any:
    """Hand over somebody's copy: health answers are in it, so the reading is noted first."""
    decision = latest_decision(find_lead(lead_id).id)
    if decision is not None:
        read_reasons(decision, staff=current_staff(), page=request.path)
    return handed_over(find_lead(lead_id), at=now(), withdrawn=False)


@requires(Role.MANAGER)
def erase(lead_id: int) -> Any:
    """Erase somebody who asked for it at the counter."""
    if request.form.get("sure") != "yes":
        return _rights(lead_id, {"sure": SAY_SO}), UNPROCESSABLE
    erasing.erase(find_lead(lead_id).id, because=erasing.BY_STAFF, at=now(), say_so=True)
    return leave_for(url_for("desk.queue"))


def _complaint(complaint_id: int, typed: str = "", problems: Any = None) -> str:
    found = complaints.complaint(complaint_id)
    return render_template(
        "desk/privacy/complaint.html",
        complaint=found,
        said=complaints.said_in(found),
        answer=complaints.answered(found),
        typed=typed,
        problems=problems or {},
    )


def _rights(lead_id: int, problems: Any = None) -> str:
    found = find_lead(lead_id)
    return render_template(
        "desk/privacy/rights.html", who=found, facts=facts.of(found), problems=problems or {}
    )
