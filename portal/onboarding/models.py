"""What belongs to a coach's work with one person: sealed content, and its plain outer facts.

What rests on health answers that were taken back is hidden with them (`hidden_at`): no query of the
portal finds it any more, as with the health check itself.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.errors import WrongStateError
from portal.leads.models import Lead
from portal.orm import NEVER_AGAIN, Base, Hideable, sealed, text_enum
from portal.staff.models import Staff


class Assessment(Hideable, Base):
    """One consult: what the coach and the person went through; `content` is sealed JSON.

    `version` counts saves. A finished assessment stays as it was: another consult is another row.
    """

    __tablename__ = "assessment"
    __table_args__ = (Index("ix_assessment_lead_id_id", "lead_id", "id"), NEVER_AGAIN)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(43), unique=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"))
    coach_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    content: Mapped[str] = mapped_column(Text, info=sealed(by="public_id", person="lead_id.ref"))
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

    def save(self, closed: str, *, at: datetime) -> None:
        """Keep what was gone through so far."""
        if self.is_finished:
            raise WrongStateError("This assessment is finished.")
        self.content, self.updated_at = closed, at
        self.version += 1

    def finish(self, *, at: datetime) -> None:
        """Close the consult."""
        if self.is_finished:
            raise WrongStateError("This assessment is finished.")
        self.finished_at = at


class PlanState(StrEnum):
    """Where a plan stands."""

    DRAFT = "draft"
    ACTIVE = "active"
    STOPPED = "stopped"
    ENDED = "ended"


class Plan(Hideable, Base):
    """What one person trains: the lines with their reasons are sealed, a person has one at a time.

    `version` counts changes and guards against acting on a stale screen. `next_on` is the one date
    that the front desk may know. `screened_at` is when somebody last looked at the warning signs.
    """

    __tablename__ = "plan"
    __table_args__ = (
        Index(
            "uq_plan_live_lead",
            "lead_id",
            unique=True,
            sqlite_where=text("state <> 'ended'"),
            postgresql_where=text("state <> 'ended'"),
        ),
        Index("ix_plan_lead_id_id", "lead_id", "id"),
        NEVER_AGAIN,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(43), unique=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"))
    assessment_id: Mapped[int] = mapped_column(
        ForeignKey("assessment.id", ondelete="CASCADE"), index=True
    )
    coach_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    state: Mapped[PlanState] = mapped_column(text_enum(PlanState, name="plan_state"))
    content: Mapped[str] = mapped_column(Text, info=sealed(by="public_id", person="lead_id.ref"))
    rules_version: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(default=1)
    next_on: Mapped[date | None]
    remind_hour: Mapped[int | None]
    screened_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    lead: Mapped[Lead] = relationship(lazy="joined", innerjoin=True)
    assessment: Mapped[Assessment] = relationship(lazy="joined", innerjoin=True)
    coach: Mapped[Staff] = relationship(lazy="joined", innerjoin=True)

    @property
    def place(self) -> str:
        """Return where the lines are sealed to."""
        return f"plan.content:{self.public_id}"

    @property
    def is_live(self) -> bool:
        """Say whether this is the plan that the person has now."""
        return self.state is not PlanState.ENDED

    def change(self, closed: str, *, at: datetime) -> None:
        """Keep other lines."""
        self._must_not_be(PlanState.ENDED)
        self.content = closed
        self._touch(at)

    def hide(self, *, at: datetime) -> None:
        """Take it out of sight for good: the answers it rests on were taken back."""
        self.state, self.next_on, self.hidden_at = PlanState.ENDED, None, at

    def share(self, *, next_on: date, at: datetime) -> None:
        """Give it to the person: from here on they train by it."""
        self._must_be(PlanState.DRAFT)
        self.state, self.next_on, self.started_at = PlanState.ACTIVE, next_on, at
        self._touch(at)

    def stop(self, *, at: datetime) -> None:
        """Stop it: somebody looks first."""
        self._must_be(PlanState.ACTIVE)
        self.state, self.next_on, self.stopped_at = PlanState.STOPPED, None, at
        self._touch(at)

    def resume(self, *, next_on: date, at: datetime) -> None:
        """Let it go on."""
        self._must_be(PlanState.STOPPED)
        self.state, self.next_on, self.stopped_at = PlanState.ACTIVE, next_on, None
        self.screened_at = at
        self._touch(at)

    def expect(self, next_on: date, *, at: datetime) -> None:
        """Note when the next session is."""
        self._must_be(PlanState.ACTIVE)
        self.next_on = next_on
        self._touch(at)

    def remind_at(self, hour: int | None, *, at: datetime) -> None:
        """Note at which hour a reminder may come; every choice is another one, so it counts."""
        self.remind_hour = hour
        self._touch(at)

    def looked_at(self, *, at: datetime) -> None:
        """Note that the warning signs were asked again, and nothing was there."""
        self._must_be(PlanState.ACTIVE)
        self.screened_at = at
        self._touch(at)

    def end(self, *, at: datetime) -> None:
        """Close it for good."""
        self._must_not_be(PlanState.ENDED)
        self.state, self.next_on = PlanState.ENDED, None
        self._touch(at)

    def _touch(self, at: datetime) -> None:
        self.version += 1
        self.updated_at = at

    def _must_be(self, state: PlanState) -> None:
        if self.state is not state:
            raise WrongStateError(f"This plan is {self.state.value}.")

    def _must_not_be(self, state: PlanState) -> None:
        if self.state is state:
            raise WrongStateError(f"This plan is {state.value}.")


class PlanChange(Base):
    """One change to a plan, with its reason sealed; `staff_id` is None for what the rules did."""

    __tablename__ = "plan_change"
    __table_args__ = (Index("ix_plan_change_plan_id_id", "plan_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(43), unique=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    kind: Mapped[str] = mapped_column(String(20))
    content: Mapped[str] = mapped_column(
        Text, info=sealed(by="public_id", person="plan_id.lead_id.ref")
    )
    at: Mapped[datetime]
    plan: Mapped[Plan] = relationship(lazy="joined", innerjoin=True)
    staff: Mapped[Staff | None] = relationship(lazy="joined")

    @property
    def place(self) -> str:
        """Return where the words are sealed to."""
        return f"plan_change.content:{self.public_id}"

    @property
    def lead(self) -> Lead:
        """Return whose plan it was."""
        return self.plan.lead


class SessionLog(Base):
    """One day's session of a plan: what was done and how it was, sealed; a day has one."""

    __tablename__ = "session_log"
    __table_args__ = (UniqueConstraint("plan_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(43), unique=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    day: Mapped[date]
    content: Mapped[str] = mapped_column(
        Text, info=sealed(by="public_id", person="plan_id.lead_id.ref")
    )
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    morning_at: Mapped[datetime | None]
    plan: Mapped[Plan] = relationship(lazy="joined", innerjoin=True)

    @property
    def place(self) -> str:
        """Return where the content is sealed to."""
        return f"session_log.content:{self.public_id}"

    @property
    def lead(self) -> Lead:
        """Return whose session it was."""
        return self.plan.lead


class PlanTask(Base):
    """Something a coach should look at; why is sealed. A plan has one open task at a time."""

    __tablename__ = "plan_task"
    __table_args__ = (
        Index(
            "uq_plan_task_open",
            "plan_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(43), unique=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), index=True)
    content: Mapped[str] = mapped_column(
        Text, info=sealed(by="public_id", person="plan_id.lead_id.ref")
    )
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    plan: Mapped[Plan] = relationship(lazy="joined", innerjoin=True)

    @property
    def place(self) -> str:
        """Return where the content is sealed to."""
        return f"plan_task.content:{self.public_id}"

    @property
    def lead(self) -> Lead:
        """Return whose plan it is about."""
        return self.plan.lead
