"""Erasing somebody, for good: their rows, their mail, their key; and again after a restore."""

import json
import secrets
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import select

from portal.booking import leaving
from portal.booking.leaving import Leaving
from portal.chat.queries import refs_of_lead
from portal.extensions import db, insert_into, settings, transaction, vault, wipe
from portal.keyring import forget
from portal.leads.models import Enquiry, Lead
from portal.leads.queries import lead_to_write
from portal.mail import outbox
from portal.passes import signing
from portal.passes.models import DayPass, WaiverSignature
from portal.privacy import holdings, ledger
from portal.privacy.models import ErasedCount, Erasure, KeptDocument
from portal.vault import CannotOpenError

NOTE_LASTS = timedelta(days=1)
AT_ONCE = 1000
BY_PERSON, BY_STAFF, BY_AGE = "person", "staff", "age"


def erase(lead_id: int, *, because: str, at: datetime, say_so: bool = False) -> None:
    """Erase a lead and all that belongs to them; raise NoResultFound when there is none.

    With `say_so` one last mail tells them, and leaves the outbox once it has left.
    """
    lead = db.session.scalars(select(Lead).where(Lead.id == lead_id)).one()
    hashed = ledger.hash_of(lead)
    ledger.note([hashed], because=because, at=at)
    forget(*_take_away(lead_id, hashed, because=because, at=at, say_so=say_so))
    wipe()


def replay(*, at: datetime) -> int:
    """Erase again whoever the ledger knows and the database still has; return how many."""
    known, done = ledger.read(), set(db.session.scalars(select(Erasure.person_hash)))
    missing = {hashed: because for hashed, because in known.items() if hashed not in done}
    if missing:
        return _replay(missing, at=at)
    return 0


def _replay(missing: dict[str, str], *, at: datetime) -> int:
    back = []
    people = select(Lead.id, Lead.ref, Lead.created_at).execution_options(yield_per=AT_ONCE)
    for lead_id, ref, created_at in db.session.execute(people):
        hashed = ledger.person_hash(ref, created_at)
        if hashed in missing:
            back.append((lead_id, hashed))
    db.session.rollback()
    for lead_id, hashed in back:
        forget(*_take_away(lead_id, hashed, because=missing[hashed], at=at, say_so=False))
    _know(missing, at=at)
    wipe()
    return len(back)


@transaction()
def _know(missing: dict[str, str], *, at: datetime) -> None:
    for hashed, because in missing.items():
        _remember(hashed, because=because, at=at)


@transaction()
def _take_away(
    lead_id: int, hashed: str, *, because: str, at: datetime, say_so: bool
) -> Sequence[str]:
    """Delete the rows; return whose keys go too: the person's, their chats' and replies'."""
    lead = lead_to_write(lead_id)
    email, keys = lead.email, (lead.ref, *refs_of_lead(lead_id), *holdings.replies(lead))
    off = leaving.call_off(lead_id, at=at)
    _count(lead)
    _keep_waivers(lead, at=at)
    _remember(hashed, because=because, at=at)
    holdings.take_away(lead)
    if off:
        leaving.tell_coach(off)
    if say_so and email and settings().mail_is_configured:
        _say_so(email, hashed, off, at=at)
    return keys


def _say_so(email: str, hashed: str, off: Leaving | None, *, at: datetime) -> None:
    """Queue the one mail that is left to send; without a mail server it would stay for ever."""
    outbox.put(
        kind="data_deleted",
        uid=f"data_deleted:{hashed}",
        recipient=email,
        not_after=at + NOTE_LASTS,
        context={"session": off.at if off else None},
        attachments=(off.taken_out,) if off else (),
    )


def _remember(hashed: str, *, because: str, at: datetime) -> None:
    row = insert_into(Erasure).values(person_hash=hashed, because=because, erased_at=at)
    db.session.execute(row.on_conflict_do_nothing(index_elements=["person_hash"]))


def _count(lead: Lead) -> None:
    """Keep one more of a kind: a month, what was asked for, what came of it; and no name."""
    kind = db.session.scalar(
        select(Enquiry.kind).where(Enquiry.lead_id == lead.id).order_by(Enquiry.id).limit(1)
    )
    cell = {
        "month": lead.created_at.astimezone(settings().studio.zone).strftime("%Y-%m"),
        "kind": kind.value if kind else "walk_in",
        "disposition": lead.disposition.value if lead.disposition else "unknown",
        "status": lead.status.value,
    }
    row = insert_into(ErasedCount).values(**cell, people=1)
    db.session.execute(
        row.on_conflict_do_update(
            index_elements=list(cell), set_={"people": ErasedCount.people + 1}
        )
    )


def _keep_waivers(lead: Lead, *, at: datetime) -> None:
    """Keep what the studio's law makes it keep, under the studio's own key, tied to nobody here."""
    keeps = timedelta(days=settings().retention.kept_waiver_days)
    signed = select(WaiverSignature).join(DayPass, WaiverSignature.pass_id == DayPass.id)
    for signature in db.session.scalars(signed.where(DayPass.lead_id == lead.id)).all():
        if signature.signed_at + keeps > at:
            _keep(signature, until=signature.signed_at + keeps)


def _keep(signature: WaiverSignature, *, until: datetime) -> None:
    try:
        facts, pdf = signing.content(signature), signing.document(signature)
    except CannotOpenError:
        return
    kept = KeptDocument(
        public_id=secrets.token_urlsafe(32), signed_at=signature.signed_at, until=until
    )
    content = {"facts": asdict(facts), "pdf": b64encode(pdf).decode()}
    kept.content = vault().seal(kept.place, json.dumps(content))
    db.session.add(kept)
