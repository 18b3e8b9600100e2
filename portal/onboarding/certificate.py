"""What a coach has learned and can show: nothing here is about anybody who trains."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.orm import Base


class CoachCertificate(Base):
    """Something a coach has learned and can show, and until when it counts."""

    __tablename__ = "coach_certificate"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    expires_on: Mapped[date]
    created_at: Mapped[datetime]
