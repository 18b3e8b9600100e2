"""Putting a health answer right in the room: the health check's own road, rules and pages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import url_for
from sqlalchemy.exc import NoResultFound

from portal import tokens
from portal.clock import now
from portal.intake import actions, road, screens, sheet
from portal.intake import queries as health
from portal.intake.models import Intake
from portal.leads.links import HEALTH_CHECK
from portal.leads.models import Disposition, Enquiry, Lead
from portal.onboarding import stopping
from portal.onboarding.blocks import Submitted
from portal.screening import questionnaire

ROOM_LASTS = timedelta(hours=12)
SENDS_AWAY = frozenset({Disposition.EMERGENCY, Disposition.URGENT, Disposition.REFERRAL})


@dataclass(frozen=True)
class Step:
    """Where a changed answer leads: a page to ask, the person's own page, or back."""

    slug: str = ""
    url: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def leaves(self) -> bool:
        """Say whether the health check's own page takes over."""
        return bool(self.url)


def intake_of(lead_id: int) -> Intake:
    """Return the health check behind somebody's last decision; raise NoResultFound without one."""
    decision = health.latest_decision(lead_id)
    if decision is None:
        raise NoResultFound("There is no health check yet.")
    return decision.intake


def screen(intake: Intake, slug: str, sent: Submitted | None) -> screens.Screen:
    """Return one of its pages with what was answered, or with what was just sent."""
    answers = sheet.read(intake).answers
    listed = {name: list(values) for name, values in sent.items()} if sent is not None else None
    return screens.screen(road.find_page(answers, slug), answers, listed)


def retell(intake: Intake, slug: str, sent: Submitted, *, at: datetime) -> Step:
    """Take the answers of one page and say where they lead.

    Whatever is decided is decided by the health check: at once for a warning answer, and on the
    whole set again as soon as nothing is open.
    """
    enquiry = intake.enquiry
    public_id = enquiry.public_id
    listed = {name: list(values) for name, values in sent.items()}
    step = actions.answer(public_id, slug=slug, submitted=listed, at=at)
    if step.problems:
        return Step(slug=slug, problems=step.problems)
    if step.place in {road.RESULT, road.SURE}:
        return Step(url=own_pages(enquiry, step.place))
    if missing_from(intake):
        return Step(slug=step.place)
    actions.send(public_id, at=at)
    decision = health.decision_on(intake.id)
    if decision is not None and decision.disposition in SENDS_AWAY:
        return Step(url=own_pages(enquiry, road.RESULT))
    return Step()


def hear(lead_id: int, keys: Iterable[str], *, at: datetime) -> str:
    """Take over signs that somebody tells of in the room; return where the outcome stands.

    A page of the health check may not ask for a sign, such as of somebody who came without pain.
    """
    enquiry = intake_of(lead_id).enquiry
    stopping.hear(lead_id, keys, at=at)
    return own_pages(enquiry, road.RESULT)


def missing_from(intake: Intake) -> tuple[str, ...]:
    """Return the questions that still need an answer."""
    return questionnaire().missing(sheet.read(intake).answers)


def is_unsent(lead: Lead) -> bool:
    """Say whether all that somebody waits for is to send their health check again."""
    return not lead.is_held_back and intake_of(lead.id).finished_at is None


def own_pages(enquiry: Enquiry, place: str = "") -> str:
    """Return the address of the person's own health check, good for the time in the room."""
    token = tokens.mint(HEALTH_CHECK, enquiry.public_id, until=now() + ROOM_LASTS)
    if not place:
        return url_for("intake.start", token=token)
    return url_for("intake.page", token=token, slug=place)
