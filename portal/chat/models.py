"""A thread, what was said in it, what staff note beside it, and what was done with it."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.chat.thread import FLAGGED_RANK, State, Thread
from portal.orm import Base, sealed, text_enum
from portal.staff.models import Staff

__all__ = [
    "FLAGGED_RANK",
    "Author",
    "ChatPresence",
    "Message",
    "Note",
    "State",
    "Step",
    "Thread",
]

PREFIX = "CH-"
PRESENT = timedelta(seconds=45)


class Author(StrEnum):
    """Whose words a message holds."""

    VISITOR = "visitor"
    STAFF = "staff"
    SYSTEM = "system"


class Message(Base):
    """One thing said. `key` came with the form that sent it, so that sending twice is once.

    `version` is the thread's version that it left behind. What the studio itself says, such as
    the safety text, is the system's.
    """

    __tablename__ = "chat_message"
    __table_args__ = (
        UniqueConstraint("thread_id", "key"),
        Index("ix_chat_message_thread_id_id", "thread_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(43), unique=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("chat_thread.id", ondelete="CASCADE"))
    author: Mapped[Author] = mapped_column(text_enum(Author, name="author"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text, info=sealed(by="public_id", person="thread_id.ref"))
    key: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    at: Mapped[datetime]
    staff: Mapped[Staff | None] = relationship(lazy="joined")

    @property
    def place(self) -> str:
        """Return where `text` is sealed to."""
        return f"chat_message.text:{self.public_id}"


class Note(Base):
    """What staff tell each other about a thread; the visitor never sees it in the chat."""

    __tablename__ = "chat_note"
    __table_args__ = (UniqueConstraint("thread_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(43), unique=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("chat_thread.id", ondelete="CASCADE"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text, info=sealed(by="public_id", person="thread_id.ref"))
    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    staff: Mapped[Staff | None] = relationship(lazy="joined")

    @property
    def place(self) -> str:
        """Return where `text` is sealed to."""
        return f"chat_note.text:{self.public_id}"


class Step(Base):
    """What was done with a thread, never what was said; `before` is what an undo puts back.

    `mark` tells two presses of one button on one screen from two steps.
    """

    __tablename__ = "chat_step"
    __table_args__ = (Index("ix_chat_step_thread_id_id", "thread_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("chat_thread.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(20))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    mark: Mapped[str] = mapped_column(String(80))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    version: Mapped[int]
    undone_at: Mapped[datetime | None]
    staff: Mapped[Staff | None] = relationship(lazy="joined")


class ChatPresence(Base):
    """Which thread a member of staff has open; overwritten at each heartbeat, never history."""

    __tablename__ = "chat_presence"

    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True
    )
    thread_id: Mapped[int] = mapped_column(
        ForeignKey("chat_thread.id", ondelete="CASCADE"), index=True
    )
    seen_at: Mapped[datetime]
