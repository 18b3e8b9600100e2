"""The coach's own pages over HTTP: my clients, and the learning corner."""

from typing import Any

from flask import Blueprint, render_template, request, url_for

from portal.booking.matching import SKILLS
from portal.clock import now
from portal.extensions import settings
from portal.htmx import leave_for
from portal.onboarding import actions, clients, learning, training
from portal.onboarding.planning import cards
from portal.staff.guard import current_staff, requires
from portal.staff.models import Role
from portal.words import read_day

LONGEST = 120
UNPROCESSABLE = 422


def register(bp: Blueprint) -> None:
    """Give the coach's own pages their addresses."""
    bp.add_url_rule("/desk/clients", "clients", my_clients)
    bp.add_url_rule("/desk/learning", "learning", corner)
    bp.add_url_rule("/desk/learning/skills", "keep_skills", keep_skills, methods=["POST"])
    bp.add_url_rule("/desk/learning/certificates", "certify", certify, methods=["POST"])
    gone = "/desk/learning/certificates/<int:certificate_id>/forget"
    bp.add_url_rule(gone, "forget", forget, methods=["POST"])


@requires(Role.COACH, Role.MANAGER)
def my_clients() -> Any:
    """Show who needs me today and why, then the rest; nothing is shown before the look is noted."""
    staff, at = current_staff(), now()
    found = clients.clients(clients.plans(staff), at=at)
    leads = [client.lead_id for client in found]
    actions.note_reading(*leads, staff=staff, page=request.path, at=at)
    return render_template(
        "onboarding/clients.html",
        needs=[client for client in found if client.why],
        rest=[client for client in found if not client.why],
        today=training.today(at),
    )


@requires(Role.COACH, Role.MANAGER)
def corner() -> Any:
    """Show the cards of the five strategies, my skills and my certificates."""
    return _corner()


@requires(Role.COACH, Role.MANAGER)
def keep_skills() -> Any:
    """Keep my skills."""
    learning.keep_skills(current_staff().id, request.form.getlist("skills"))
    return leave_for(url_for("onboarding.learning"))


@requires(Role.COACH, Role.MANAGER)
def certify() -> Any:
    """Add a certificate with its end."""
    name = " ".join(request.form.get("name", "").split())[:LONGEST]
    expires_on, problems = read_day(request.form.get("expires_on", "")), {}
    if not name:
        problems["name"] = "Name the certificate"
    if expires_on is None or expires_on <= now().astimezone(settings().studio.zone).date():
        problems["expires_on"] = "Enter the day it ends, later than today"
    if problems or expires_on is None:
        return _corner(problems), UNPROCESSABLE
    learning.add_certificate(current_staff(), name=name, expires_on=expires_on, at=now())
    return leave_for(url_for("onboarding.learning"))


@requires(Role.COACH, Role.MANAGER)
def forget(certificate_id: int) -> Any:
    """Forget a certificate of mine."""
    learning.drop_certificate(current_staff().id, certificate_id)
    return leave_for(url_for("onboarding.learning"))


def _corner(problems: dict[str, str] | None = None) -> str:
    me, deck = current_staff(), cards.deck()
    return render_template(
        "onboarding/learning.html",
        strategies=[
            (words, [(card, deck.sources(card)) for card in cards.for_coach(number)])
            for number, words in cards.STRATEGIES.items()
        ],
        skills=SKILLS,
        mine=learning.skills(me.id),
        certificates=learning.certificates(me.id),
        today=now().astimezone(settings().studio.zone).date(),
        problems=problems or {},
        typed=request.form if problems else {},
    )
