"""What belongs to a coach's work with one person: sealed content, and its plain outer facts."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.errors import WrongStateError
from portal.leads.models import Lead
from portal.orm import Base
from portal.staff.models import Staff


class Assessment(Base):
    """One consult: what the coach and the person went through; `content` is sealed JSON.

    `version` counts saves. A finished assessment stays as it was: another consult is another row.
    """

    __tablename__ = "assessment"
    __table_args__ = (Index("ix_assessment_lead_id_id", "lead_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(43), unique=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"))
    coach_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    content: Mapped[str] = mapped_column(Text)
    book_version: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(default=1)
    started_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    lead: Mapped[Lead] = relationship(lazy="joined", innerjoin=True)
    coach: Mapped[Staff] = relationship(lazy="joined", innerjoin=True)

    @property
    def place(self) -> str:
        """Return where the content is sealed to."""
        return f"assessment.content:{self.public_id}"

    @property
    def is_finished(self) -> bool:
        """Say whether this consult is closed."""
        return self.finished_at is not None

    def save(self, sealed: str, *, at: datetime) -> None:
        """Keep what was gone through so far."""
        if self.is_finished:
            raise WrongStateError("This assessment is finished.")
        self.content, self.updated_at = sealed, at
        self.version += 1

    def finish(self, *, at: datetime) -> None:
        """Close the consult."""
        if self.is_finished:
            raise WrongStateError("This assessment is finished.")
        self.finished_at = at
