"""A lead is a person, an enquiry one thing they asked for, activity all that happened since."""

import hashlib
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.leads.kinds import (
    GOES_ON_ALONE,
    OPEN,
    RANK,
    REPORTED_RANK,
    UNKNOWN_RANK,
    ContactBy,
    Disposition,
    Held,
    Kind,
    Purpose,
    Status,
)
from portal.leads.lead import Lead
from portal.orm import Base, text_enum
from portal.staff.models import Staff

__all__ = [
    "GOES_ON_ALONE",
    "OPEN",
    "RANK",
    "REPORTED_RANK",
    "UNKNOWN_RANK",
    "Activity",
    "Consent",
    "ContactBy",
    "Disposition",
    "Enquiry",
    "Held",
    "Kind",
    "Lead",
    "LeadWord",
    "Purpose",
    "Status",
]


class Enquiry(Base):
    """One form sent. `key` came hidden with the form and makes sending it twice harmless.

    `public_id` is the random subject of the person's links. `body_hash` tells a repeat from
    another text under the same key. `touch` holds landing page, referrer and UTM, first and last.
    `picked` is what was chosen before the form, for the step that offered it (see `picked`).
    """

    __tablename__ = "enquiry"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(43), unique=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    kind: Mapped[Kind] = mapped_column(text_enum(Kind, name="kind"))
    key: Mapped[str] = mapped_column(String(64), unique=True)
    body_hash: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str] = mapped_column(String(320))
    phone: Mapped[str | None] = mapped_column(String(40))
    phone_e164: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(20))
    contact_by: Mapped[ContactBy | None] = mapped_column(text_enum(ContactBy, name="contact_by"))
    visit_on: Mapped[date | None]
    picked: Mapped[str | None] = mapped_column(String(200))
    touch: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime]
    lead: Mapped[Lead] = relationship(lazy="joined", innerjoin=True)


def _hash_of_wording(context: Any) -> str:
    return hashlib.sha256(context.get_current_parameters()["wording"].encode()).hexdigest()


class Consent(Base):
    """What somebody agreed to, in which words, and when they took it back.

    It is evidence: the database refuses every change but one, the withdrawal, and hides the health
    checks that hang on it in the same statement (see migration 0010).
    """

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    enquiry_id: Mapped[int] = mapped_column(
        ForeignKey("enquiry.id", ondelete="CASCADE"), index=True
    )
    purpose: Mapped[Purpose] = mapped_column(text_enum(Purpose, name="purpose"))
    wording: Mapped[str] = mapped_column(Text)
    wording_version: Mapped[str] = mapped_column(String(20))
    wording_hash: Mapped[str] = mapped_column(String(64), default=_hash_of_wording)
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Activity(Base):
    """One line of a lead's story. `detail` never holds a health answer.

    `before` is what an undo puts back, `version` the lead's version that the step left behind:
    a step can be undone while nothing else has happened since.
    """

    __tablename__ = "activity"
    __table_args__ = (Index("ix_activity_lead_id_id", "lead_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(40))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    version: Mapped[int | None]
    undone_at: Mapped[datetime | None]
    staff: Mapped[Staff | None] = relationship(lazy="joined")


class LeadWord(Base):
    """A searchable word of a lead (name parts, e-mail, phone digits, reference), by prefix.

    Written with the lead; the index on (word, lead_id) answers `smi…` at any number of leads, on
    SQLite and PostgreSQL alike: there the collation is C, so that a prefix is a range.
    """

    __tablename__ = "lead_word"
    __table_args__ = (Index("ix_lead_word_word_lead_id", "word", "lead_id"),)

    lead_id: Mapped[int] = mapped_column(
        ForeignKey("lead.id", ondelete="CASCADE"), primary_key=True
    )
    word: Mapped[str] = mapped_column(
        String(80).with_variant(String(80, collation="C"), "postgresql"), primary_key=True
    )
