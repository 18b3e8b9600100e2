"""One short link: its name, where it leads, and whether it is still out."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.errors import WrongStateError
from portal.orm import Base

LONGEST_NAME, LONGEST_TITLE = 40, 80


class Campaign(Base):
    """A short link; `target` is one of our own open paths. A printed name is never given twice."""

    __tablename__ = "campaign"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME), unique=True)
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    target: Mapped[str] = mapped_column(String(120))
    created_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("staff.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    def end(self, *, at: datetime) -> None:
        """Stop forwarding to the target; posters on a wall then lead to the first page."""
        if self.ended_at is not None:
            raise WrongStateError("This link has ended.")
        self.ended_at = at
