"""From the answers of one page to the next place: taken, pruned, kept, decided, and led on."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.exc import NoResultFound

from portal import screening
from portal.extensions import db, settings
from portal.intake import queries, recording, sheet
from portal.intake.models import Intake
from portal.intake.sheet import Pending, Sheet, Submitted
from portal.leads.holding import went_on
from portal.leads.models import Consent, Disposition, Enquiry, Lead, Purpose
from portal.leads.story import tell
from portal.screening.questions import Page

CHECK, RESULT, SURE = "check", "result", "sure"
CONSENT_VERSION = "2026.1"

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """Where a post leads: the slug of a page, or CHECK, RESULT or SURE; with problems it stays."""

    place: str
    problems: Mapping[str, str] = field(default_factory=dict)


def find_page(answers: Answers, slug: str) -> Page:
    """Return a page as this person sees it; raise NoResultFound when there is no such page.

    A page that another tab has taken off the path is returned whole: what was ticked on it in
    good faith is still heard, and pruned if it has no bearing.
    """
    asked = screening.questionnaire()
    for page in (*asked.path(answers), *asked.pages):
        if page.slug == slug:
            return page
    raise NoResultFound(slug)


def page_asking(answers: Answers, key: str) -> Page:
    """Return the page on the path that asks for one answer: its own page before its group."""
    found = [page for page in screening.questionnaire().path(answers) if key in page.keys]
    return next((page for page in reversed(found) if key in page.asks), found[0])


def verdict_on(answers: Answers) -> screening.Decision:
    """Return what the rules say to these answers, with silence counted as silence."""
    return screening.decide(screening.questionnaire().facts(answers))


def take(
    page: Page, answers: Answers, submitted: Submitted, *, at: datetime
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the answers after a page, and what is wrong with it.

    Where something is wrong the sound controls count all the same, so that a slip in one of them
    cannot hold up an emergency in another.
    """
    asked = screening.questionnaire()
    today = at.astimezone(settings().studio.zone).date()
    after, problems = asked.take(page, answers, submitted, now=today)
    if problems:
        sound = replace(
            page,
            ticks=() if "ticks" in problems else page.ticks,
            asks=tuple(key for key in page.asks if key not in problems),
        )
        after, _ = asked.take(sound, answers, submitted, now=today)
    return after, problems


def open_check(enquiry: Enquiry, lead: Lead, *, wording: str, at: datetime) -> Intake:
    """Add the person's consent, in the words they read, and an empty health check."""
    consent = Consent(
        lead_id=lead.id,
        enquiry_id=enquiry.id,
        purpose=Purpose.HEALTH,
        wording=wording,
        wording_version=CONSENT_VERSION,
        given_at=at,
    )
    intake = Intake(
        public_id=recording.public_id(),
        enquiry=enquiry,
        consent=consent,
        questionnaire_version=screening.questionnaire().version,
        started_at=at,
        updated_at=at,
    )
    intake.answers = sheet.seal(intake.place, Sheet(), person=lead.ref)
    db.session.add(intake)
    db.session.flush()
    tell(lead, "health_check_started", at=at)
    went_on(enquiry, at=at)
    return intake


def follow(intake: Intake, page: Page, submitted: Submitted, *, at: datetime) -> Step:
    """Take one page and say where it leads; an emergency is not taken back without being asked."""
    before = sheet.read(intake).answers
    after, problems = take(page, before, submitted, at=at)
    verdict = verdict_on(after)
    if problems and not verdict.at_once:
        return Step(page.slug, problems)
    last = queries.decision_on(intake.id)
    if (
        last is not None
        and last.disposition is Disposition.EMERGENCY
        and recording.stands(last, before)
        and verdict.disposition != Disposition.EMERGENCY
    ):
        keep(intake, Sheet(before, Pending(page.slug, submitted)), at=at)
        return Step(SURE)
    return settle(intake, page, after, at=at, whole=not problems)


def settle(intake: Intake, page: Page, after: Answers, *, at: datetime, whole: bool = True) -> Step:
    """Keep the answers and act on what the rules say to them at this point.

    An urgent page waits for what was ticked with it, but not for a page that was sent with gaps.
    """
    asked, verdict = screening.questionnaire(), verdict_on(after)
    changed = keep(intake, Sheet(after), at=at)
    if changed and intake.finished_at is not None:
        intake.reopen()
        if not verdict.at_once:
            recording.leave_open(intake, verdict, after, because="health_check_changed", at=at)
    if verdict.at_once:
        decision = recording.alarm(intake, verdict, after, complete=not asked.missing(after), at=at)
        details = asked.pending(after)
        if details and whole and verdict.disposition == Disposition.URGENT:
            return Step(page_asking(after, details[0]).slug)
        recording.shown(decision, at=at)
        return Step(RESULT)
    following = asked.next_page(after, page)
    return Step(following.slug if following else CHECK)


def keep(intake: Intake, kept: Sheet, *, at: datetime) -> bool:
    """Save the sheet when it differs, and say whether an answer on it does."""
    before = sheet.read(intake)
    if kept != before:
        intake.save(sheet.seal(intake.place, kept, person=intake.person), at=at)
    return dict(kept.answers) != dict(before.answers)
