"""The verb of asking: open a lead, in one transaction."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from portal.clock import now
from portal.extensions import settings, transaction
from portal.leads import notices, queries, search, wording
from portal.leads.asked import Asked
from portal.leads.links import health_check_token
from portal.leads.models import Activity, Consent, Enquiry, Lead, Purpose, Status
from portal.leads.response import due_at
from portal.leads.writing import write, write_all

SAYABLE = "23456789BCDFGHJKMNPQRSTVWXYZ"
REFERENCE_LENGTHS = range(4, 9)
PUBLIC_ID_BYTES = 32


def open_lead(asked: Asked) -> str:
    """Keep what a form asked for and return the token of its health check.

    Another request may be first with the same key, person or reference: the database refuses the
    second one, and the next try finds what the first has left. Raise KeyTakenError when the key
    was used with another body.
    """
    for length in REFERENCE_LENGTHS:
        try:
            return _open_lead(asked, reference_length=length)
        except IntegrityError as error:
            refusal = error
        earlier = queries.answered(key=asked.key, body_hash=asked.body_hash)
        if earlier is not None:
            return health_check_token(earlier)
    raise refusal


@transaction()
def _open_lead(asked: Asked, *, reference_length: int) -> str:
    at = now()
    theirs, by_phone = queries.known(asked.email, asked.phone)
    lead = theirs or by_phone
    if lead is None:
        lead, kind = _new_lead(asked, at=at, reference_length=reference_length), "asked"
        write(lead)
    else:
        kind = "asked_again"
        if asked.held is None:
            _wake(lead, asked, at=at, phone_is_free=by_phone is None)
    enquiry = _enquiry(lead, asked, at=at)
    write(enquiry)
    write_all(_consents(enquiry, asked))
    search.index(lead, enquiry, is_new=kind == "asked")
    write(_line(kind, enquiry, asked, by_phone))
    if asked.held is None:
        notices.finish_check(enquiry, at=at)
        notices.staff_alert(enquiry)
    return health_check_token(enquiry)


def _new_lead(asked: Asked, *, at: datetime, reference_length: int) -> Lead:
    lead = Lead(
        ref=search.PREFIX + "".join(secrets.choice(SAYABLE) for _ in range(reference_length)),
        name=asked.name,
        email=asked.email.address,
        email_key=asked.email.key,
        phone=asked.phone.typed if asked.phone else None,
        phone_e164=asked.phone.e164 if asked.phone else None,
        contact_by=asked.contact_by,
        status=Status.UNFINISHED if asked.held is None else Status.HELD,
        held_because=asked.held,
        due_at=due_at(None, at=at, settings=settings()),
        version=0,
        created_at=at,
    )
    lead.touched(at=at)
    return lead


def _wake(lead: Lead, asked: Asked, *, at: datetime, phone_is_free: bool) -> None:
    """Bring a known lead back, and fill in what it lacks: never what it has."""
    if lead.email_key is None:
        lead.email, lead.email_key = asked.email.address, asked.email.key
    if lead.phone is None and asked.phone and phone_is_free:
        lead.phone, lead.phone_e164 = asked.phone.typed, asked.phone.e164
    due = due_at(None, at=at, settings=settings())
    if lead.status is Status.HELD:
        lead.release(at=at, due_at=due)
    lead.asked_again(at=at, due_at=due)


def _enquiry(lead: Lead, asked: Asked, *, at: datetime) -> Enquiry:
    return Enquiry(
        public_id=secrets.token_urlsafe(PUBLIC_ID_BYTES),
        lead=lead,
        lead_id=lead.id,
        kind=asked.kind,
        key=asked.key,
        body_hash=asked.body_hash,
        name=asked.name,
        email=asked.email.address,
        phone=asked.phone.typed if asked.phone else None,
        phone_e164=asked.phone.e164 if asked.phone else None,
        reason=asked.reason,
        contact_by=asked.contact_by,
        visit_on=asked.visit_on,
        picked=asked.picked,
        touch=asked.touch,
        created_at=at,
    )


def _consents(enquiry: Enquiry, asked: Asked) -> list[Consent]:
    given = [_consent(enquiry, Purpose.CONTACT, wording.CONTACT[asked.kind])]
    if asked.marketing:
        given.append(_consent(enquiry, Purpose.MARKETING, wording.MARKETING))
    return given


def _consent(enquiry: Enquiry, purpose: Purpose, words: str) -> Consent:
    return Consent(
        lead_id=enquiry.lead_id,
        enquiry_id=enquiry.id,
        purpose=purpose,
        wording=words,
        wording_version=wording.VERSION,
        given_at=enquiry.created_at,
    )


def _line(kind: str, enquiry: Enquiry, asked: Asked, by_phone: Lead | None) -> Activity:
    """Return what the story keeps of an enquiry: which, and whose else it may be."""
    detail: dict[str, Any] = {"enquiry_id": enquiry.id, "kind": asked.kind.value}
    if asked.visit_on:
        detail["visit_on"] = asked.visit_on.isoformat()
    if asked.held:
        detail["held"] = asked.held.value
    if by_phone is not None and by_phone.id != enquiry.lead_id:
        detail["may_be"] = by_phone.ref
    return Activity(
        lead_id=enquiry.lead_id,
        at=enquiry.created_at,
        kind=kind,
        detail=detail,
        version=enquiry.lead.version,
    )
