"""Staff accounts, their sessions, and who looks at which lead just now."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.orm import Base, text_enum

LONGEST_SESSION = timedelta(hours=12)


class Role(StrEnum):
    """What a person at the studio may see and do; see `Staff.reads_answers`."""

    DESK = "desk"
    COACH = "coach"
    MANAGER = "manager"


class Staff(Base):
    """Someone who works here. `email` is kept in lower case; `password_hash` is argon2id."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(text_enum(Role, name="role"))
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    @property
    def reads_answers(self) -> bool:
        """Say whether this role needs people's health answers for its work."""
        return self.role in {Role.COACH, Role.MANAGER}

    @property
    def initials(self) -> str:
        """Return up to two letters for the round badge."""
        parts = self.name.split()
        return "".join(part[0] for part in (parts[:1] + parts[1:][-1:])).upper()


class StaffSession(Base):
    """One signed-in browser. Only the SHA-256 of its cookie is kept; ending it is deleting it."""

    __tablename__ = "staff_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    staff: Mapped[Staff] = relationship(lazy="joined", innerjoin=True)

    def is_live(self, *, at: datetime, idle: timedelta) -> bool:
        """Say whether the session still stands: used lately, not too old, the account active."""
        return (
            self.staff.active
            and at - self.seen_at < idle
            and at - self.created_at < LONGEST_SESSION
        )


class Presence(Base):
    """Which lead a member of staff has open; overwritten at each heartbeat, never history."""

    __tablename__ = "presence"

    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True
    )
    lead_id: Mapped[int] = mapped_column(index=True)
    seen_at: Mapped[datetime]
