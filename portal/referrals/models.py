"""The referral of a lead with every step it may take, and the papers that belong to it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.errors import WrongStateError
from portal.intake.models import Decision
from portal.leads.models import Lead
from portal.orm import Base, sealed, text_enum
from portal.staff.models import Staff


class State(StrEnum):
    """How far a referral is."""

    ADVISED = "advised"
    LETTER_TAKEN = "letter_taken"
    RECEIVED = "received"
    CLEARED = "cleared"
    LIMITED = "limited"
    NOT_CLEARED = "not_cleared"
    EXPIRED = "expired"


class Source(StrEnum):
    """Whose words a clearance is: a professional's by the return link, or the person's own."""

    PROFESSIONAL = "professional"
    PERSON = "person"


RELEASED = frozenset({State.CLEARED, State.LIMITED})
VERIFIED = RELEASED | {State.NOT_CLEARED}
STILL_OPEN = frozenset({State.ADVISED, State.LETTER_TAKEN})
ASKS_AGAIN = STILL_OPEN | {State.NOT_CLEARED, State.EXPIRED}
MOMENTS = ("taken_at", "received_at", "verified_at", "seen_noted_at", "silent_since")


class Referral(Base):
    """Somebody should look at this person first; there is one for a lead, and it comes round again.

    `decision_id` is the decision it rests on; `round` counts how often changed answers began it
    anew. `leaves` is what a verified clearance cannot lift (being ill, or under age). `seen_where`
    is sealed. `silent_since` and `follow_ups` are for the two mails to the silent.
    """

    __tablename__ = "referral"
    __table_args__ = (
        Index("ix_referral_state_silent_since", "state", "silent_since"),
        Index("ix_referral_state_expires_on", "state", "expires_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(43), unique=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), unique=True)
    decision_id: Mapped[int] = mapped_column(
        ForeignKey("decision.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[State] = mapped_column(text_enum(State, name="state"))
    round: Mapped[int] = mapped_column(default=1)
    leaves: Mapped[str] = mapped_column(String(20), default="none")
    advised_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    expires_on: Mapped[date | None]
    seen_on: Mapped[date | None]
    seen_where: Mapped[str | None] = mapped_column(
        Text, info=sealed(by="public_id", person="lead_id.ref")
    )
    seen_noted_at: Mapped[datetime | None]
    seen_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    silent_since: Mapped[datetime]
    follow_ups: Mapped[int] = mapped_column(default=0)
    lead: Mapped[Lead] = relationship(lazy="joined", innerjoin=True)
    decision: Mapped[Decision] = relationship(lazy="joined", innerjoin=True)
    verified_by: Mapped[Staff | None] = relationship(foreign_keys=verified_by_id, lazy="joined")
    seen_by: Mapped[Staff | None] = relationship(foreign_keys=seen_by_id, lazy="joined")

    @property
    def place(self) -> str:
        """Return where `seen_where` is sealed to."""
        return f"referral.seen_where:{self.public_id}"

    def releases(self, *, today: date) -> bool:
        """Say whether a verified clearance stands today; its last day counts."""
        return self.state in RELEASED and self.expires_on is not None and self.expires_on >= today

    def take_letter(self, *, at: datetime) -> None:
        """Note that the person has the letter."""
        self._must_be(ASKS_AGAIN, "There is an answer already.")
        self.state, self.taken_at, self.silent_since = State.LETTER_TAKEN, at, at

    def receive(self, *, at: datetime, source: Source) -> None:
        """Note that an answer is here, not yet verified.

        A professional may speak after a coach has gone by the person's own word: that word is
        stronger, so the hold is back until a coach has read it.
        """
        allowed = ASKS_AGAIN | {State.RECEIVED}
        if source is Source.PROFESSIONAL:
            allowed |= RELEASED
        self._must_be(allowed, "A coach has verified an answer already.")
        self.state, self.received_at = State.RECEIVED, at

    def verify(
        self, state: State, *, staff: Staff, at: datetime, leaves: str, expires_on: date | None
    ) -> None:
        """Settle it by an answer that a coach has read; the desk role may not."""
        self._by_a_coach(staff)
        self._must_be({State.RECEIVED}, "There is no answer to verify.")
        if state not in VERIFIED or (state in RELEASED) != (expires_on is not None):
            raise WrongStateError("A clearance has an end, and nothing else has one.")
        self.state, self.leaves, self.expires_on = state, leaves, expires_on
        self.verified_by, self.verified_at = staff, at

    def look_again(self, *, staff: Staff) -> None:
        """Take back a verification: the answer is here and nobody has verified it."""
        self._by_a_coach(staff)
        self._must_be(VERIFIED, "Nothing is verified.")
        self.state = State.RECEIVED
        self.verified_by, self.verified_at, self.expires_on = None, None, None

    def expire(self) -> None:
        """Note that the time of a clearance is over."""
        self._must_be(RELEASED, "There is no clearance to end.")
        self.state = State.EXPIRED

    def see(self, *, on: date, where: str, staff: Staff, at: datetime) -> None:
        """Note that somebody who was told to get help has been seen: when, by whom, who says so."""
        self._by_a_coach(staff)
        self.seen_on, self.seen_where, self.seen_by, self.seen_noted_at = on, where, staff, at

    def adopt(self, decision: Decision) -> None:
        """Rest on a newer decision that says nothing new; the state stands."""
        self.decision = decision

    def reopen(self, decision: Decision, *, at: datetime) -> None:
        """Begin anew: the answers have changed, so what was said about the old ones is history."""
        self.decision, self.state, self.round = decision, State.ADVISED, self.round + 1
        self.advised_at = self.silent_since = at
        self.taken_at = self.received_at = self.verified_at = self.seen_noted_at = None
        self.verified_by, self.expires_on, self.leaves, self.follow_ups = None, None, "none", 0
        self.seen_on = self.seen_where = self.seen_by = None

    def snapshot(self) -> dict[str, Any]:
        """Return what an undo has to put back, without a sealed word."""
        moments = {name: _text(getattr(self, name)) for name in MOMENTS}
        days = {name: _text(getattr(self, name)) for name in ("expires_on", "seen_on")}
        ids = {name: getattr(self, name) for name in ("verified_by_id", "seen_by_id")}
        return {"state": self.state.value, "round": self.round, "leaves": self.leaves} | (
            moments | days | ids
        )

    def put_back(self, before: dict[str, Any]) -> None:
        """Put back what `snapshot()` returned before a step that is being undone."""
        if before["round"] != self.round:
            raise WrongStateError("The answers have changed since.")
        self.state, self.leaves = State(before["state"]), before["leaves"]
        for name in MOMENTS:
            kept = before[name]
            setattr(self, name, datetime.fromisoformat(kept) if kept else None)
        for name in ("expires_on", "seen_on"):
            kept = before[name]
            setattr(self, name, date.fromisoformat(kept) if kept else None)
        self.verified_by_id, self.seen_by_id = before["verified_by_id"], before["seen_by_id"]
        if self.seen_on is None:
            self.seen_where = None

    def _must_be(self, allowed: frozenset[State] | set[State], otherwise: str) -> None:
        if self.state not in allowed:
            raise WrongStateError(otherwise)

    def _by_a_coach(self, staff: Staff) -> None:
        if not staff.reads_answers:
            raise PermissionError("A coach or a manager does this.")


class ReturnLink(Base):
    """The address on one letter, at which one professional answers once."""

    __tablename__ = "return_link"
    __table_args__ = (Index("ix_return_link_referral_id_id", "referral_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id", ondelete="CASCADE"))
    round: Mapped[int]
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    referral: Mapped[Referral] = relationship(lazy="joined", innerjoin=True)

    def is_live(self, *, at: datetime) -> bool:
        """Say whether the link still takes an answer."""
        over = self.used_at or self.revoked_at or self.round != self.referral.round
        return not over and self.ends_at > at

    def use(self, *, at: datetime) -> None:
        """Note that the answer came; there is no second one."""
        self._must_be_live(at)
        self.used_at = at

    def revoke(self, *, at: datetime, staff: Staff | None = None) -> None:
        """End the link early: the person, or with `staff` the studio, has taken it back."""
        self._must_be_live(at)
        self.revoked_at, self.revoked_by_id = at, staff.id if staff else None

    def _must_be_live(self, at: datetime) -> None:
        if not self.is_live(at=at):
            raise WrongStateError("This link takes no answer any more.")


class Clearance(Base):
    """One answer about a person, sealed: `content` as it came, `agreed` as a coach verified it."""

    __tablename__ = "clearance"
    __table_args__ = (Index("ix_clearance_referral_id_id", "referral_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(43), unique=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id", ondelete="CASCADE"))
    round: Mapped[int]
    link_id: Mapped[int | None] = mapped_column(
        ForeignKey("return_link.id", ondelete="CASCADE"), unique=True
    )
    source: Mapped[Source] = mapped_column(text_enum(Source, name="source"))
    content: Mapped[str] = mapped_column(
        Text, info=sealed(by="public_id", person="referral_id.lead_id.ref")
    )
    agreed: Mapped[str | None] = mapped_column(
        Text, info=sealed(by="public_id", person="referral_id.lead_id.ref")
    )
    received_at: Mapped[datetime]
    referral: Mapped[Referral] = relationship(lazy="joined", innerjoin=True)

    @property
    def person(self) -> str:
        """Return whose key seals the row: the reference of their lead."""
        return self.referral.lead.ref

    def place(self, column: str) -> str:
        """Return where a sealed column of this row is sealed to."""
        return f"clearance.{column}:{self.public_id}"


class ClearanceFile(Base):
    """The note that came with an answer, sealed; `kind` is what its own bytes say it is."""

    __tablename__ = "clearance_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(43), unique=True)
    clearance_id: Mapped[int] = mapped_column(
        ForeignKey("clearance.id", ondelete="CASCADE"), unique=True
    )
    kind: Mapped[str] = mapped_column(String(20))
    size: Mapped[int]
    content: Mapped[str] = mapped_column(
        Text, info=sealed(by="public_id", person="clearance_id.referral_id.lead_id.ref")
    )

    @property
    def place(self) -> str:
        """Return where `content` is sealed to."""
        return f"clearance_file.content:{self.public_id}"


class LetterReading(Base):
    """A letter was opened by the person's own link: when, and as a page or as a document."""

    __tablename__ = "letter_reading"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(
        ForeignKey("referral.id", ondelete="CASCADE"), index=True
    )
    through: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]


def _text(moment: datetime | date | None) -> str | None:
    return moment.isoformat() if moment else None
