"""The health check's tables: answers sealed, decisions kept with their reasons, readings logged.

A health check hangs on the consent it was begun with: the database refuses one without, and hides
it (`hidden_at`) the moment the consent is withdrawn. From then on no query of the portal finds it
or what was decided on it; only erasing and the person's own export look further (`WITH_HIDDEN`).
"""

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, exists, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.errors import WrongStateError
from portal.leads.models import Consent, Disposition, Enquiry
from portal.orm import Base, Hideable, Veiled, sealed, text_enum


class Intake(Hideable, Base):
    """One person's way through the questions; `answers` is sealed JSON bound to `public_id`.

    `version` counts saves: a second tab that saves over an older page is merged, not lost.
    """

    __tablename__ = "intake"
    __table_args__ = (
        Index(
            "uq_intake_live_enquiry",
            "enquiry_id",
            unique=True,
            sqlite_where=text("hidden_at IS NULL"),
            postgresql_where=text("hidden_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(43), unique=True)
    enquiry_id: Mapped[int] = mapped_column(ForeignKey("enquiry.id", ondelete="CASCADE"))
    consent_id: Mapped[int] = mapped_column(
        ForeignKey("consent.id", ondelete="CASCADE"), index=True
    )
    answers: Mapped[str] = mapped_column(
        Text, info=sealed(by="public_id", person="enquiry_id.lead_id.ref")
    )
    questionnaire_version: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(default=1)
    started_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    consent: Mapped[Consent] = relationship(lazy="raise")
    enquiry: Mapped[Enquiry] = relationship(lazy="joined", innerjoin=True)

    @property
    def place(self) -> str:
        """Return where the answers are sealed to."""
        return f"intake.answers:{self.public_id}"

    @property
    def person(self) -> str:
        """Return whose key seals the answers: the reference of their lead."""
        return self.enquiry.lead.ref

    def save(self, sealed_text: str, *, at: datetime) -> None:
        """Keep a new set of sealed answers."""
        self.answers, self.updated_at = sealed_text, at
        self.version += 1

    def finish(self, *, at: datetime) -> None:
        """Note that the person sent everything."""
        if self.finished_at is not None:
            raise WrongStateError("This health check was already sent.")
        self.finished_at = at

    def reopen(self) -> None:
        """Note that an answer changed after everything was sent: it has to be sent again."""
        self.finished_at = None


class Decision(Veiled, Base):
    """What the rules said to one set of answers; written once, never evaluated again in place.

    `reasons` is sealed JSON: answers, fired rules, flags, modifiers and the words shown.
    `answer_hash` is keyed, so that it identifies an answer set without giving it away.
    """

    __tablename__ = "decision"
    __table_args__ = (Index("ix_decision_intake_id_id", "intake_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(43), unique=True)
    intake_id: Mapped[int] = mapped_column(ForeignKey("intake.id", ondelete="CASCADE"))
    disposition: Mapped[Disposition] = mapped_column(text_enum(Disposition, name="disposition"))
    timeframe: Mapped[str] = mapped_column(String(20))
    hold: Mapped[str] = mapped_column(String(20))
    complete: Mapped[bool]
    reasons: Mapped[str] = mapped_column(
        Text, info=sealed(by="public_id", person="intake_id.enquiry_id.lead_id.ref")
    )
    answer_hash: Mapped[str] = mapped_column(String(64))
    questionnaire_version: Mapped[str] = mapped_column(String(20))
    ruleset_version: Mapped[str] = mapped_column(String(20))
    decided_at: Mapped[datetime]
    shown_at: Mapped[datetime | None]
    intake: Mapped[Intake] = relationship(lazy="joined", innerjoin=True)

    @property
    def place(self) -> str:
        """Return where the reasons are sealed to."""
        return f"decision.reasons:{self.public_id}"

    @classmethod
    def shown(cls) -> ColumnElement[bool]:
        """Return when a decision is in sight: as long as the answers are that it rests on."""
        answers = Intake.__table__.alias("hidden_intake")
        return ~exists().where(answers.c.id == cls.intake_id, answers.c.hidden_at.is_not(None))


class Reading(Base):
    """Someone on the staff read somebody's health answers: who, whose, when, on which page.

    `id` counts the rows of the log without a gap; `previous` is the hash of the row before, so that
    no two rows can follow the same one. Ids are numbers only: the row outlives whom it names.
    """

    __tablename__ = "reading"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    staff_id: Mapped[int] = mapped_column(index=True)
    lead_id: Mapped[int] = mapped_column(index=True)
    decision_id: Mapped[int | None] = mapped_column(index=True)
    page: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
    previous: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64))
