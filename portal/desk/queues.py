"""The desk's queues: which leads each of them holds, and the address that shows one."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, or_, select

from portal.ids import row_id
from portal.leads.models import Enquiry, Kind, Lead, Status
from portal.orm import UtcDateTime

CLOSED = (Status.DONE, Status.NOT_NOW)
LATELY = timedelta(days=14)
RED = (0, 1)
LONGEST_SEARCH = 80
CURSOR_PARTS = 3

AT = bindparam("at", type_=UtcDateTime())
STAFF = bindparam("staff_id", type_=Integer())
LATELY_AT = bindparam("lately", type_=UtcDateTime())


@dataclass(frozen=True)
class Queue:
    """A named part of the leads; `where` names the moment and who is asking as parameters.

    `recent` queues hold leads that are not open: they are read newest first, the others by risk
    and then by the clock.
    """

    key: str
    name: str
    icon: str
    order: str
    where: ColumnElement[bool] = field(compare=False, repr=False)
    recent: bool = False


def _open(*more: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(Lead.open_rank.is_not(None), *more)


def _awake() -> ColumnElement[bool]:
    return or_(Lead.snoozed_until.is_(None), Lead.snoozed_until <= AT)


def _asked_for(kind: Kind) -> ColumnElement[bool]:
    """Say whether the last thing a lead asked for was `kind`."""
    last = (
        select(Enquiry.kind)
        .where(Enquiry.lead_id == Lead.id)
        .order_by(Enquiry.id.desc())
        .limit(1)
        .correlate(Lead)
        .scalar_subquery()
    )
    return last == kind


def _answered() -> ColumnElement[bool]:
    """Say whether the person has heard from us and the next look is still ahead."""
    return and_(Lead.status == Status.CONTACTED, Lead.due_at > AT)


NEEDS_ACTION = Queue(
    "needs-action",
    "Needs action",
    "list",
    "most urgent first",
    _open(_awake(), ~_answered()),
)
QUEUES = (
    NEEDS_ACTION,
    Queue(
        "red-flags",
        "Red flags",
        "alert",
        "most urgent first",
        _open(Lead.open_rank.in_(RED)),
    ),
    Queue(
        "mine",
        "Mine",
        "user",
        "most urgent first",
        _open(Lead.owner_id == STAFF),
    ),
    Queue(
        "follow-up",
        "Following up",
        "phone",
        "waiting for them",
        _open(_awake(), _answered()),
    ),
    Queue(
        "snoozed",
        "Snoozed",
        "snooze",
        "most urgent first",
        _open(Lead.snoozed_until > AT),
    ),
    Queue(
        "day-passes",
        "Day passes",
        "pass",
        "asked for",
        _open(_awake(), _asked_for(Kind.DAY_PASS)),
    ),
)
ASIDE = (
    Queue(
        "booked",
        "Booked",
        "cal",
        "lately",
        Lead.status == Status.BOOKED,
        recent=True,
    ),
    Queue(
        "unfinished",
        "Not finished",
        "half",
        "health check open",
        _open(_awake(), Lead.status == Status.UNFINISHED),
    ),
    Queue(
        "held",
        "Held",
        "lock",
        "looks like spam",
        Lead.status == Status.HELD,
        recent=True,
    ),
    Queue(
        "done",
        "Done lately",
        "check",
        "two weeks",
        and_(Lead.status.in_(CLOSED), Lead.updated_at >= LATELY_AT),
        recent=True,
    ),
)
EVERY = {queue.key: queue for queue in QUEUES + ASIDE}

CHIPS: Mapping[str, tuple[str, ColumnElement[bool] | None]] = {
    "": ("All", None),
    "consults": ("Consults", _asked_for(Kind.CONSULT)),
    "day-passes": ("Day passes", _asked_for(Kind.DAY_PASS)),
    "unassigned": ("Unassigned", Lead.owner_id.is_(None)),
}


def parameters(*, staff_id: int, at: datetime) -> dict[str, Any]:
    """Return the values of what every queue's `where` names."""
    return {"staff_id": staff_id, "at": at, "lately": at - LATELY}


@dataclass(frozen=True)
class Place:
    """Where a row stands in its queue's order: the page after it starts there."""

    rank: int
    moment: datetime
    id: int

    def __str__(self) -> str:
        """Return the place as an address carries it."""
        since = self.moment - datetime(1970, 1, 1, tzinfo=UTC)
        return f"{self.rank}.{since // timedelta(microseconds=1)}.{self.id}"

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """Return the place that an address names, or None for any other text."""
        parts = text.split(".")
        if len(parts) != CURSOR_PARTS or not all(part.isdecimal() for part in parts):
            return None
        try:
            rank, id_ = row_id(parts[0]), row_id(parts[2])
            moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(parts[1]))
        except (OverflowError, ValueError):
            return None
        return cls(rank, moment, id_)


@dataclass(frozen=True)
class Selection:
    """The part of the leads that a screen shows: a queue, a chip, a search, a page."""

    queue: Queue = NEEDS_ACTION
    chip: str = ""
    search: str = ""
    after: Place | None = None

    @classmethod
    def read(cls, args: Mapping[str, str]) -> "Selection":
        """Return what an address asks for; what it gets wrong counts as not asked."""
        return cls(
            queue=EVERY.get(args.get("view", ""), NEEDS_ACTION),
            chip=args.get("only", "") if args.get("only") in CHIPS else "",
            search=" ".join(args.get("q", "").split())[:LONGEST_SEARCH],
            after=Place.read(args.get("after", "")),
        )

    @property
    def args(self) -> dict[str, Any]:
        """Return the selection as the arguments of an address."""
        named = {
            "view": None if self.queue is NEEDS_ACTION else self.queue.key,
            "only": self.chip or None,
            "q": self.search or None,
            "after": str(self.after) if self.after else None,
        }
        return {name: text for name, text in named.items() if text}

    def turned_to(self, **changes: Any) -> dict[str, Any]:
        """Return the arguments of this selection with some of them changed, from its first page."""
        return replace(self, **{"after": None, **changes}).args
