"""What the person and the professional do; each is one transaction on the person's locked row.

Who comes first is decided by the lock and by the unique `link_id` of an answer.
"""

import secrets
from datetime import datetime

from portal.extensions import db, settings, transaction
from portal.leads.response import due_at
from portal.leads.story import tell
from portal.referrals import answer as answers
from portal.referrals import evidence as files
from portal.referrals import news, notices, queries
from portal.referrals.answer import Answer
from portal.referrals.evidence import Evidence
from portal.referrals.links import RETURN_LASTS
from portal.referrals.models import (
    RELEASED,
    Clearance,
    LetterReading,
    Referral,
    ReturnLink,
    Source,
)

PUBLIC_ID_BYTES = 32
LINK_BYTES = 15


@transaction()
def take_letter(referral_id: int, *, at: datetime) -> ReturnLink:
    """Give the person their letter with a return link on it; pressed twice, it is one link."""
    referral = queries.to_write(referral_id)
    link = queries.live_link(referral, at=at)
    if link is not None:
        return link
    referral.take_letter(at=at)
    link = ReturnLink(
        public_id=secrets.token_urlsafe(LINK_BYTES),
        referral=referral,
        round=referral.round,
        made_at=at,
        ends_at=at + RETURN_LASTS,
    )
    db.session.add(link)
    referral.lead.touched(at=at)
    tell(referral.lead, "letter_taken", at=at)
    return link


@transaction()
def note_reading(referral_id: int, *, through: str, at: datetime) -> None:
    """Note that the letter was opened by the person's link."""
    db.session.add(LetterReading(referral_id=referral_id, through=through, at=at))


@transaction()
def mail_link(referral_id: int, *, at: datetime) -> None:
    """Mail the link to the person's page to the address on file; at most one an hour."""
    referral = queries.to_write(referral_id)
    if not queries.mail_exists(notices.link_uid(referral, at=at)):
        notices.link(referral, at=at)
        tell(referral.lead, "referral_link_sent", at=at)


@transaction()
def revoke(referral_id: int, *, at: datetime) -> None:
    """Take the link on the letter back, by the person; without a live one nothing changes."""
    referral = queries.to_write(referral_id)
    link = queries.live_link(referral, at=at)
    if link is not None:
        link.revoke(at=at)
        referral.lead.touched(at=at)
        tell(referral.lead, "return_link_revoked", at=at)


@transaction()
def hear_the_person(
    referral_id: int, *, answer: Answer, evidence: Evidence | None, at: datetime
) -> Clearance:
    """Take in what the person was told, with the note they may have; a coach has yet to verify."""
    referral = queries.to_write(referral_id)
    referral.receive(at=at, source=Source.PERSON)
    clearance = _clearance(referral, Source.PERSON, answer, at=at)
    if evidence is not None:
        db.session.add(files.keep(clearance, evidence))
    tell(referral.lead, "clearance_told", at=at)
    return clearance


@transaction()
def hear_the_professional(link_id: str, *, answer: Answer, at: datetime) -> Clearance:
    """Take in a professional's answer by its return link, once.

    Raise WrongStateError when the link is used, revoked, over, or of an earlier round.
    """
    referral_id = queries.link_by_public_id(link_id).referral_id
    referral = queries.to_write(referral_id)
    link = queries.link_by_public_id(link_id)
    db.session.refresh(link)
    link.use(at=at)
    was_released = referral.state in RELEASED
    referral.receive(at=at, source=Source.PROFESSIONAL)
    if was_released:
        notices.withdraw(referral.public_id)
        news.hold_again(referral, at=at)
    clearance = _clearance(referral, Source.PROFESSIONAL, answer, at=at, link=link)
    tell(referral.lead, "clearance_came", at=at)
    return clearance


def _clearance(
    referral: Referral,
    source: Source,
    answer: Answer,
    *,
    at: datetime,
    link: ReturnLink | None = None,
) -> Clearance:
    clearance = Clearance(
        public_id=secrets.token_urlsafe(PUBLIC_ID_BYTES),
        referral=referral,
        round=referral.round,
        link_id=link.id if link else None,
        source=source,
        received_at=at,
    )
    clearance.content = answers.seal(clearance, answer)
    db.session.add(clearance)
    db.session.flush()
    lead = referral.lead
    lead.heard_from(at=at, due_at=due_at(lead.disposition, at=at, settings=settings()))
    notices.withdraw(referral.public_id)
    notices.answer_came(referral, clearance)
    return clearance
