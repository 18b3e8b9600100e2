"""A row of a queue, as the list shows it: a name, a word of severity, a clock, and no answer."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from portal.desk.guide import outcome_of, short_line
from portal.desk.queues import CLOSED, Place, Queue
from portal.leads.models import Disposition, Kind, Status
from portal.words import day_words

NEW_FOR = timedelta(hours=1)
SOON = timedelta(hours=1)
KINDS = {Kind.CONSULT: "Consult", Kind.DAY_PASS: "Day pass", None: "Enquiry"}
CAN_COME = frozenset({Disposition.CAUTION, Disposition.CLEAR})


@dataclass(frozen=True)
class Row:
    """One line of a queue, as it stood at `at`; `came_at` is when its outcome, or itself, came."""

    id: int
    name: str
    disposition: Disposition | None
    timeframe: str | None
    status: Status
    open_rank: int | None
    due_at: datetime | None
    snoozed_until: datetime | None
    came_at: datetime
    updated_at: datetime
    held_because: str | None
    reported: bool
    replied: bool
    owner_id: int | None
    owner: str | None
    kind: Kind | None
    visit_on: date | None
    at: datetime = field(repr=False)

    @property
    def is_new(self) -> bool:
        """Say whether it came within the hour and nobody has taken it on."""
        untouched = self.owner_id is None and not self.replied
        return self.is_open and untouched and self.at - self.came_at < NEW_FOR

    @property
    def is_open(self) -> bool:
        """Say whether somebody still has to do something."""
        return self.open_rank is not None

    @property
    def is_closed(self) -> bool:
        """Say whether it is done or put away."""
        return self.status in CLOSED

    @property
    def is_snoozed(self) -> bool:
        """Say whether it is out of sight for now."""
        return self.snoozed_until is not None and self.snoozed_until > self.at

    @property
    def clock(self) -> str:
        """Return how the response clock stands: `late`, `soon` or an empty text."""
        if not self.is_open or self.due_at is None or self.is_snoozed:
            return ""
        if self.due_at <= self.at:
            return "late"
        return "soon" if self.due_at - self.at <= SOON else ""

    def place(self, queue: Queue) -> Place:
        """Return where the row stands in the order of `queue`."""
        if queue.recent:
            return Place(0, self.updated_at, self.id)
        return Place(self.open_rank or 0, self.due_at or self.came_at, self.id)


def in_words(row: Row, *, emergency: str) -> str:
    """Return the one line below the name: what was asked for, and where it stands.

    The list is read across the counter, so it holds no health answer for any role.
    """
    return f"{KINDS[row.kind]}: {_standing(row, emergency=emergency)}"


def _standing(row: Row, *, emergency: str) -> str:
    if row.status is Status.HELD:
        return f"looks like spam, {row.held_because}"
    if row.status is Status.BOOKED:
        return "booked"
    if row.status is Status.DONE:
        return "done"
    if row.status is Status.NOT_NOW:
        return "not now"
    if row.visit_on and row.disposition in CAN_COME:
        words = day_words(row.visit_on)
    else:
        outcome = outcome_of(row.status, row.disposition, reported=row.reported)
        words = short_line(row.status, outcome, row.timeframe, emergency=emergency)
    return f"answered, {words}" if row.status is Status.CONTACTED else words


def initials(name: str) -> str:
    """Return up to two letters of a colleague's name for the round badge."""
    parts = name.split()
    return "".join(part[0] for part in (parts[:1] + parts[1:][-1:])).upper()
